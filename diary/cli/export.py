"""`export`: writes a clinic's record as CSV."""

import csv
from pathlib import Path

import click

from diary.charts.scale import count_text
from diary.cli.opening import clinic_option, clinic_work
from diary.cli.output import bar
from diary.cli.writing import tell_written, written_whole
from diary.services.export_dictionary import DICTIONARY_COLUMNS, dictionary_rows
from diary.services.exports import (
    ENTRY_COLUMNS,
    INFUSION_COLUMNS,
    entry_rows,
    infusion_rows,
    note_export,
)

DICTIONARY = "dictionary"
RECORDS = {"entries": (ENTRY_COLUMNS, entry_rows), "infusions": (INFUSION_COLUMNS, infusion_rows)}


@click.command()
@click.argument("what", type=click.Choice([*RECORDS, DICTIONARY]))
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path, allow_dash=True),
    help="Where it goes; - for standard output.",
)
@clinic_option
def command(what: str, out: Path, clinic: str | None) -> None:
    """Write every version of every answer with its four times, every infusion, or what the columns mean.

    Pseudonyms only.

    Moments are UTC. Text that a spreadsheet would take for a formula begins with a '. The export is noted
    in the audit trail before it is written.
    """
    if what == DICTIONARY:
        with written_whole(out) as text:
            csv.writer(text, lineterminator="\r\n").writerows([DICTIONARY_COLUMNS, *dictionary_rows()])
        tell_written("what each column means", out)
        return
    with clinic_work(clinic=clinic, write=True) as work:
        note_export(work.session, what, now=work.now)
    columns, rows = RECORDS[what]
    count = 0
    with clinic_work(clinic=clinic, write=False) as work, written_whole(out) as text:
        written = csv.writer(text, lineterminator="\r\n")
        written.writerow(columns)
        with bar(what, over=rows(work.session), length=None) as progress:
            for row in progress:
                written.writerow(row)
                count += 1
    tell_written(f"{count_text(count, 'row')} of {what}", out)
