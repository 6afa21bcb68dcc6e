"""`transfer`: hands a patient over to another clinic, in three steps of two clinics."""

from pathlib import Path

import click

from diary.charts.scale import count_text
from diary.cli.erase import named_patient, people_named
from diary.cli.erasure_register import add_missing, register_option
from diary.cli.opening import clinic_option, clinic_work
from diary.cli.writing import written_whole
from diary.services import transfers
from diary.storage.erasing import erased

agreed_option = click.option(
    "--agreed",
    metavar="EMAIL",
    multiple=True,
    required=True,
    help="Who of staff agreed: two people, one of them an admin. Needed twice.",
)


@click.group()
def command() -> None:
    """Hand a patient over to another clinic: out here, in there, done here."""


@command.command()
@click.argument("pseudonym")
@click.option(
    "--to", "file", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The file."
)
@agreed_option
@clinic_option
def out(pseudonym: str, file: Path, agreed: tuple[str, ...], clinic: str | None) -> None:
    """Write the record of PSEUDONYM into a sealed file, and print its key. It is no longer followed here."""
    with clinic_work(clinic=clinic, write=True) as work:
        known = named_patient(work.session, pseudonym)
        people = people_named(work.session, agreed)
        sealed, key = transfers.hand_over(work.session, known, agreed=people, now=work.now)
        with written_whole(file) as text:
            text.write(f"{sealed}\n")
    click.echo(f"Written: {file}. Send it, and by another way this key:", err=True)
    click.echo(key)


@command.command("in")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--key", prompt=True, hide_input=True, help="The key that came by another way.")
@click.option("--pseudonym", required=True, help="What the patient is called here.")
@click.option("--by", "email", metavar="EMAIL", required=True, help="Who of staff takes the patient on.")
@clinic_option
def take_in(file: Path, key: str, pseudonym: str, email: str, clinic: str | None) -> None:
    """Take the record of FILE in, and print the receipt that the other clinic waits for."""
    with clinic_work(clinic=clinic, write=True) as work:
        (person,) = people_named(work.session, (email,))
        sealed = file.read_text("utf-8").strip()
        taken = transfers.take_in(
            work.session, sealed, key=key.strip(), pseudonym=pseudonym, by=person, now=work.now
        )
    told = count_text(taken.answers, "answer")
    click.echo(f"{pseudonym} is a patient of this clinic, with {told}. Tell the other clinic:", err=True)
    click.echo(taken.receipt)


@command.command()
@click.argument("pseudonym")
@click.option("--receipt", required=True, help="What the other clinic was told as it took the record in.")
@agreed_option
@register_option
@clinic_option
def done(pseudonym: str, receipt: str, agreed: tuple[str, ...], register: Path, clinic: str | None) -> None:
    """The other clinic has PSEUDONYM: erase the record here. It cannot be undone."""
    with clinic_work(clinic=clinic, write=True) as work:
        known = named_patient(work.session, pseudonym)
        people = people_named(work.session, agreed)
        transfers.let_go(work.session, known, receipt=receipt, agreed=people, now=work.now)
        found = {one.patient_uid: one.extent for one in erased(work.session)}
        clinic_uid = work.clinic.uid
    add_missing(register, {clinic_uid: found})
    click.echo(f"Handed over. Nothing of the record stays here; that is written down in {register}.")
