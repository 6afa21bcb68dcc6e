"""`alert`: proves alerts from what they keep."""

import click

from diary.charts.scale import count_text
from diary.cli.opening import clinic_option, clinic_work
from diary.cli.output import json_option, show
from diary.services.alert_check import WORDS
from diary.services.alert_copies import Checked, check_alerts


@click.group()
def command() -> None:
    """Prove alerts from the copies of their inputs."""


@command.command()
@click.argument("uid", required=False)
@clinic_option
@json_option
def verify(uid: str | None, clinic: str | None, as_json: bool) -> None:
    """Work verdicts out again: of the alert UID, or of all alerts of the clinic.

    Each alert keeps a copy of what it was judged from. The copy is compared with the entries that it names,
    and judged again by the protocol and prior that it names. Ends with 1 when one differs.
    """
    with clinic_work(clinic=clinic, write=False) as work:
        checked = list(check_alerts(work.session, uid=uid))
    if uid is not None and not checked:
        raise click.ClickException(f"There is no alert {uid} that was judged by a night.")
    show([_row(one) for one in checked], as_json=as_json, empty="No night has opened an alert yet.")
    wrong = sum(not one.holds for one in checked)
    if wrong:
        click.echo(f"{wrong} of {count_text(len(checked), 'verdict')} cannot be had again.", err=True)
        raise SystemExit(1)


def _row(one: Checked) -> dict[str, str]:
    return {
        "alert": one.alert_uid,
        "night": one.night.isoformat(),
        "kind": one.kind if one.level is None else f"{one.kind}, {one.level.replace('_', ' ')}",
        "verdict": WORDS[one.outcome],
        "found": one.says,
    }
