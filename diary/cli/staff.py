"""`staff`: accounts of the clinic's people."""

from pathlib import Path

import click
from sqlalchemy.orm import Session

from config.words import STAFF_ROLES
from diary.charts.scale import count_text
from diary.cli.asking import password_from
from diary.cli.email import Email
from diary.cli.opening import clinic_option, clinic_work, utc_now
from diary.cli.output import json_option, show
from diary.cli.plain_name import PlainName
from diary.services import account_links, accounts, second_factor
from diary.services.account_links import Link
from diary.services.staff import add_staff
from diary.storage.staff import staff_of_clinic
from diary.storage.tables.staff import Staff

password_option = click.option(
    "--password-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File whose first line is the password; - for standard input. Asked for on a terminal.",
)


@click.group()
def command() -> None:
    """Accounts: one a person, each with one role."""


@command.command("list")
@clinic_option
@json_option
def list_staff(clinic: str | None, as_json: bool) -> None:
    """Who has an account."""
    with clinic_work(clinic=clinic, write=False) as work:
        people = staff_of_clinic(work.session)
    rows = [
        {
            "name": person.name,
            "role": person.role,
            "email": person.email,
            "since": person.created_at,
            "disabled": person.disabled_at,
        }
        for person in people
    ]
    show(rows, as_json=as_json, empty="Nobody has an account.")


@command.command()
@click.argument("email", type=Email())
@click.option("--name", required=True, type=PlainName(), help="As colleagues read it.")
@click.option("--role", required=True, type=click.Choice(STAFF_ROLES), help="What the person may do.")
@password_option
@clinic_option
def add(email: str, name: str, role: str, password_file: Path | None, clinic: str | None) -> None:
    """Add a person, who signs in by EMAIL."""
    password = password_from(password_file)
    with clinic_work(clinic=clinic, write=True) as work:
        person = add_staff(work.session, email=email, name=name, role=role, password=password, now=work.now)
    click.echo(f"{person.name} ({person.role}) signs in as {person.email}.")


@command.command(short_help="Invite EMAIL: print a link.")
@click.argument("email", type=Email())
@click.option("--name", required=True, type=PlainName(), help="As colleagues read it.")
@click.option("--role", required=True, type=click.Choice(STAFF_ROLES), help="What the person may do.")
@clinic_option
def invite(email: str, name: str, role: str, clinic: str | None) -> None:
    """Add a person without a password, and print the link by which they set one: once, within 72 hours."""
    with clinic_work(clinic=clinic, write=True) as work:
        _, link = account_links.invite(work.session, email=email, name=name, role=role, now=utc_now())
    tell_link(work.settings.public_url, link)


@command.command(short_help="Print a link that sets another password for EMAIL.")
@click.argument("email")
@clinic_option
def reset(email: str, clinic: str | None) -> None:
    """Print a link by which EMAIL sets another password, within 24 hours; the old one counts until then."""
    with clinic_work(clinic=clinic, write=True) as work:
        link = account_links.make_link(work.session, person_of(work.session, email), "reset", now=utc_now())
    tell_link(work.settings.public_url, link)


@command.command(short_help="Give EMAIL another role.")
@click.argument("email")
@click.argument("role", type=click.Choice(STAFF_ROLES))
@clinic_option
def role(email: str, role: str, clinic: str | None) -> None:
    """Give EMAIL another role; the person signs in anew for it."""
    with clinic_work(clinic=clinic, write=True) as work:
        person = person_of(work.session, email)
        accounts.change_role(work.session, person, role, now=utc_now())
    click.echo(f"{person.name} is {role} now.")


@command.command(short_help="Forget the second factor of EMAIL.")
@click.argument("email")
@clinic_option
def forget(email: str, clinic: str | None) -> None:
    """Forget the second factor of EMAIL, lost with a phone; another is set up at the next sign-in."""
    with clinic_work(clinic=clinic, write=True) as work:
        person = person_of(work.session, email)
        second_factor.remove_factors(work.session, person, now=utc_now())
    click.echo(f"{person.name} sets up another second factor at the next sign-in.")


@command.command(short_help="Open the account of EMAIL again.")
@click.argument("email")
@clinic_option
def enable(email: str, clinic: str | None) -> None:
    """Open the account of EMAIL again, with the password and the second factor that it had."""
    with clinic_work(clinic=clinic, write=True) as work:
        person = person_of(work.session, email)
        accounts.enable(work.session, person, now=utc_now())
    click.echo(f"{person.name} may sign in again.")


@command.command(short_help="Seal anew what the newest secret seals.")
@clinic_option
def reseal(clinic: str | None) -> None:
    """After a new DIARY_SECRET_KEY: seal every authenticator app's secret under it, then drop the old key."""
    with clinic_work(clinic=clinic, write=True) as work:
        keys = work.settings.secret_keys_on(utc_now().date())
        people = staff_of_clinic(work.session)
        sealed = sum(second_factor.reseal(work.session, person, secret_keys=keys) for person in people)
    click.echo(f"Sealed anew: {count_text(sealed, 'authenticator app')}.")


@command.command(short_help="End the account of EMAIL.")
@click.argument("email")
@clinic_option
def disable(email: str, clinic: str | None) -> None:
    """End the account of EMAIL: nobody signs in by it again, and open sessions end."""
    with clinic_work(clinic=clinic, write=True) as work:
        person = person_of(work.session, email)
        accounts.disable(work.session, person, now=work.now)
    click.echo(f"{person.name} can no longer sign in.")


@command.command()
@click.argument("email")
@password_option
@clinic_option
def password(email: str, password_file: Path | None, clinic: str | None) -> None:
    """Set a new password for EMAIL; open sessions end."""
    fresh = password_from(password_file)
    with clinic_work(clinic=clinic, write=True) as work:
        person = person_of(work.session, email)
        accounts.set_password(work.session, person, fresh, now=work.now)
    click.echo(f"{person.name} has a new password.")


def tell_link(public_url: str, link: Link) -> None:
    """The link on its own line, for a pipe; what to know of it beside."""
    click.echo(f"{public_url}/desk/link/{link.token}")
    click.echo(f"It works once, until {link.ends_at:%Y-%m-%d %H:%M} UTC, and is shown this once.", err=True)


def person_of(session: Session, email: str) -> Staff:
    """The clinic's person of that address."""
    for person in staff_of_clinic(session):
        if person.email == email.lower():
            return person
    raise click.ClickException(f"Nobody here signs in as {email}. See: python -m diary staff list")
