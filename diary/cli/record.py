"""`record`: writes a clinic's whole record as CSV, or reads one into an empty database."""

from pathlib import Path

import click

from diary.charts.scale import count_text
from diary.cli.opening import clinic_option, clinic_work, database, read_settings, utc_now
from diary.cli.output import bar
from diary.services.record import note_writing, read_record, write_record
from diary.storage.record import record_tables


@click.group()
def command() -> None:
    """Hand out a clinic's whole record, and take one in."""


@command.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@clinic_option
def write(folder: Path, clinic: str | None) -> None:
    """Write the record into FOLDER, which must be empty: a CSV file a table, and what every column means.

    Every version of every answer with its four times, treatments, alerts, bookings, studies, and the audit
    trail. Pseudonyms only; notes and reasons are as people wrote them. Left out: who the patients are,
    passwords, keys, phones, messages. SHA256SUMS names each file by its checksum.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise click.ClickException(f"{folder} is not empty; name another.")
    with clinic_work(clinic=clinic, write=True) as work:
        note_writing(work.session, now=work.now)
    with clinic_work(clinic=clinic, write=False) as work:
        files = write_record(work.session, folder, now=work.now)
        with bar("writing", over=files, length=len(record_tables())) as progress:
            rows = sum(count for _, count in progress)
    click.echo(f"{count_text(rows, 'row')} in {count_text(len(record_tables()), 'table')}: {folder}")


@command.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def read(folder: Path) -> None:
    """Read the record in FOLDER into a database that was migrated and holds no clinic: all of it, or nothing.

    The content is the same as before, the seal of the audit trail too. Nobody can sign in yet: invite
    somebody (staff), and enrol the phones anew.
    """
    with database(read_settings()) as engine:
        files = read_record(engine, folder, now=utc_now())
        with bar("reading", over=files, length=len(record_tables())) as progress:
            rows = sum(count for _, count in progress)
    click.echo(f"{count_text(rows, 'row')} are here. Next: invite an admin, and `python -m diary verify`.")
