"""`webhook`: addresses of other programs that are told what happens in a clinic."""

import json
from datetime import datetime

import click

from diary.cli.opening import ClinicWork, clinic_option, clinic_work
from diary.cli.output import json_option, show
from diary.services.webhooks import add_webhook, end_webhook
from diary.storage.reach import replay_events, webhook_by_uid, webhooks
from diary.storage.tables.reach import Webhook


@click.group()
def command() -> None:
    """Webhooks: other programs are told that an alert or a booking changed, and ask the API for it."""


@command.command("list")
@clinic_option
@json_option
def list_webhooks(clinic: str | None, as_json: bool) -> None:
    """Which addresses are told, since when one fails, and which were switched off."""
    with clinic_work(clinic=clinic, write=False) as work:
        found = webhooks(work.session)
    rows = [
        {
            "uid": one.uid,
            "url": one.url,
            "since": one.created_at,
            "failing since": one.failing_since_at,
            "off": f"{one.ended_at} {one.end_reason}" if one.ended_at is not None else None,
        }
        for one in found
    ]
    show(rows, as_json=as_json, empty="There are no webhooks.")


@command.command()
@click.argument("url")
@clinic_option
@json_option
def add(url: str, clinic: str | None, as_json: bool) -> None:
    """Tell URL from now on. Prints the secret that signs what it is told."""
    with clinic_work(clinic=clinic, write=True) as work:
        found = add_webhook(work.session, url=url, now=work.now)
    if as_json:
        click.echo(json.dumps({"uid": found.uid, "secret": found.secret}))
    else:
        click.echo(f"{found.uid} {found.secret}")
        click.echo("The secret is shown this once. Check with it that events are ours.", err=True)


@command.command()
@click.argument("uid")
@clinic_option
def remove(uid: str, clinic: str | None) -> None:
    """Tell the webhook of that UID no more."""
    with clinic_work(clinic=clinic, write=True) as work:
        end_webhook(work.session, _found(work, uid), reason="removed", now=work.now)
    click.echo("It is told nothing any more.")


@command.command()
@click.argument("uid")
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%dT%H:%M:%S%z"]), required=True, help="2026-09-07T00:00:00+0000"
)
@clinic_option
def replay(uid: str, since: datetime, clinic: str | None) -> None:
    """Send the events since a moment again, under the same ids. One that was switched off is told again."""
    with clinic_work(clinic=clinic, write=True) as work:
        found = _found(work, uid)
        found.ended_at = found.end_reason = found.failing_since_at = None
        count = replay_events(work.session, found.id, since_at=since, now=work.now)
    click.echo(f"Events that are sent again: {count}.")


def _found(work: ClinicWork, uid: str) -> Webhook:
    found = webhook_by_uid(work.session, uid)
    if found is None:
        raise click.ClickException("There is no such webhook here. See: python -m diary webhook list")
    return found
