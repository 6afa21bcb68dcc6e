"""`keys`: keys by which other programs use the API."""

import json

import click

from diary.app import create_app
from diary.cli.opening import clinic_option, clinic_work, read_settings, utc_now
from diary.cli.output import json_option, show
from diary.cli.plain_name import PlainName
from diary.services.accounts import revoke_key
from diary.services.sandbox import installation
from diary.services.staff import make_key
from diary.storage.staff import key_by_uid, keys_of_clinic
from diary.web.rights import SCOPES


@click.group()
def command() -> None:
    """Keys of other programs: each opens what its scopes name, in one clinic."""


@command.command("list")
@clinic_option
@json_option
def list_keys(clinic: str | None, as_json: bool) -> None:
    """Which keys there are; the keys themselves are not kept."""
    with clinic_work(clinic=clinic, write=False) as work:
        found = keys_of_clinic(work.session)
    rows = [
        {
            "name": key.name,
            "begins": key.prefix,
            "scopes": " ".join(key.scopes),
            "since": key.created_at,
            "revoked": key.revoked_at,
            "uid": key.uid,
        }
        for key in found
    ]
    show(rows, as_json=as_json, empty="There are no keys.")


@command.command()
@click.argument("name", type=PlainName())
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    help="What it opens, such as entries:write; needed, may be repeated. Without one the list is shown.",
)
@clinic_option
@json_option
def add(name: str, scopes: tuple[str, ...], clinic: str | None, as_json: bool) -> None:
    """Make a key called NAME, and print it this once. In a sandbox it is a test key."""
    check_scopes(scopes)
    with clinic_work(clinic=clinic, write=True) as work:
        kind = "test" if installation(work.session).kind == "sandbox" else "live"
        key, secret = make_key(work.session, name=name, kind=kind, scopes=sorted(set(scopes)), now=work.now)
    if as_json:
        click.echo(json.dumps({"uid": key.uid, "key": secret}))
    else:
        click.echo(secret)
        click.echo("It is shown this once. Send it as: Authorization: Bearer ...", err=True)


@command.command()
@click.argument("uid")
@clinic_option
def revoke(uid: str, clinic: str | None) -> None:
    """Revoke the key of that UID: it opens nothing from now on."""
    with clinic_work(clinic=clinic, write=True) as work:
        key = key_by_uid(work.session, uid)
        if key is None:
            raise click.ClickException("There is no such key here. See: python -m diary keys list")
        revoke_key(work.session, key, now=work.now)
    click.echo(f"The key {key.name} opens nothing any more.")


def check_scopes(scopes: tuple[str, ...]) -> None:
    """Refuse none, and one that no route asks for: the doors declare theirs as the app is built."""
    create_app(read_settings(), utc_now)
    known = sorted(set(SCOPES.values()))
    if not scopes:
        raise click.UsageError(f"Say with --scope what the key opens; there are: {', '.join(known)}.")
    for scope in scopes:
        if scope not in known:
            raise click.UsageError(f"There is no scope {scope!r}; there are: {', '.join(known)}.")
