"""`erase`: takes a patient out of the record, by agreement of two people; holds a record."""

from pathlib import Path

import click
from sqlalchemy.orm import Session

from config.words import ERASURE_EXTENTS
from diary.cli.erasure_register import add_missing, register_option
from diary.cli.opening import clinic_option, clinic_work
from diary.services import erasing
from diary.storage.erasing import erased
from diary.storage.patients import patient_by_pseudonym
from diary.storage.staff import staff_of_clinic
from diary.storage.tables.patient import Patient
from diary.storage.tables.staff import Staff


@click.group()
def command() -> None:
    """Erase a patient for good, or hold a record that the law wants kept."""


@command.command()
@click.argument("pseudonym")
@click.option(
    "--extent",
    type=click.Choice(ERASURE_EXTENTS),
    required=True,
    help="identity: who it is and every free text, the diary stays without a name. everything: that too.",
)
@click.option(
    "--agreed",
    metavar="EMAIL",
    multiple=True,
    required=True,
    help="Who of staff agreed: two people, one of them an admin. Needed twice.",
)
@register_option
@clinic_option
def patient(pseudonym: str, extent: str, agreed: tuple[str, ...], register: Path, clinic: str | None) -> None:
    """Erase the patient PSEUDONYM. It cannot be undone; a restored backup is erased again by the register."""
    with clinic_work(clinic=clinic, write=True) as work:
        known = named_patient(work.session, pseudonym)
        erasing.erase(
            work.session, known, extent=extent, agreed=people_named(work.session, agreed), now=work.now
        )
        stays = known.pseudonym
        found = {one.patient_uid: one.extent for one in erased(work.session)}
        clinic_uid = work.clinic.uid
    add_missing(register, {clinic_uid: found})
    left = f"The diary stays as {stays}." if extent == "identity" else "Nothing of the record stays."
    click.echo(f"Erased, and written down in {register}. {left}")


@command.command()
@click.argument("pseudonym")
@click.option("--reason", required=True, help="Which law or claim asks for it.")
@clinic_option
def hold(pseudonym: str, reason: str, clinic: str | None) -> None:
    """Keep the record of PSEUDONYM whatever is asked."""
    with clinic_work(clinic=clinic, write=True) as work:
        erasing.hold(work.session, named_patient(work.session, pseudonym), reason=reason, now=work.now)
    click.echo("The record is held.")


@command.command()
@click.argument("pseudonym")
@clinic_option
def release(pseudonym: str, clinic: str | None) -> None:
    """End the hold of PSEUDONYM."""
    with clinic_work(clinic=clinic, write=True) as work:
        ended = erasing.release(work.session, named_patient(work.session, pseudonym), now=work.now)
    click.echo("The hold is ended." if ended else "There was no hold.")


def named_patient(session: Session, pseudonym: str) -> Patient:
    """The patient of the unit's clinic, or one line."""
    known = patient_by_pseudonym(session, pseudonym)
    if known is None:
        raise click.ClickException(f"There is no patient {pseudonym} here.")
    return known


def people_named(session: Session, emails: tuple[str, ...]) -> list[Staff]:
    """The people of staff with these addresses, or one line."""
    people = {person.email: person for person in staff_of_clinic(session)}
    unknown = [email for email in emails if email.lower() not in people]
    if unknown:
        raise click.ClickException("Not everybody who agreed works here. See: python -m diary staff list")
    return [people[email.lower()] for email in emails]
