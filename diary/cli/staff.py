"""`staff`: accounts of the clinic's people."""

from pathlib import Path

import click
from sqlalchemy.orm import Session

from config.words import STAFF_ROLES
from diary.cli.asking import password_from
from diary.cli.email import Email
from diary.cli.opening import clinic_option, clinic_work
from diary.cli.output import json_option, show
from diary.cli.plain_name import PlainName
from diary.services import accounts
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


def person_of(session: Session, email: str) -> Staff:
    """The clinic's person of that address."""
    for person in staff_of_clinic(session):
        if person.email == email.lower():
            return person
    raise click.ClickException(f"Nobody here signs in as {email}. See: python -m diary staff list")
