"""`import`: brings existing diaries and infusions into a clinic."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from diary.charts.scale import count_text
from diary.cli.opening import clinic_option, clinic_work
from diary.cli.output import bar, json_option
from diary.cli.reading import watched
from diary.cli.zone import Zone
from diary.services.clinics import local_day
from diary.services.csv_reading import BadCsv
from diary.services.history_reading import read_history
from diary.services.imports import bring_in
from diary.storage.protocols import zones_of

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@dataclass(slots=True)
class Totals:
    """What an import did."""

    patients: int = 0
    admitted: int = 0
    answers: int = 0
    known_answers: int = 0
    infusions: int = 0
    known_infusions: int = 0


@click.command()
@click.argument("diaries", type=FILE)
@click.option("--infusions", required=True, type=FILE, help="The infusions that the diaries belong to.")
@click.option("--zone", type=Zone(), help="Where new patients live; by default, the clinic's own time zone.")
@click.option("--dry-run", is_flag=True, help="Check everything, and write nothing.")
@clinic_option
@json_option
def command(
    diaries: Path, infusions: Path, zone: str | None, dry_run: bool, clinic: str | None, as_json: bool
) -> None:
    """Bring in DIARIES (pseudonym,course,day,nrs) and the infusions they belong to: all, or nothing.

    Infusions have pseudonym,course,first_day,last_day,agent,dose,setting. Days are calendar days, scores
    whole numbers; `course` is the clinic's own name for one. docs/how-to/import.md has the whole story. Each
    bad row is named by file and line. A file that grew can come in again: what is here already is passed
    over. What is brought in never rings: courses show their states, and their alerts wait for 14 nights.
    """
    totals = Totals()
    try:
        with clinic_work(clinic=clinic, write=False) as work:
            today = local_day(work.session, work.now)
            zone = zone or zones_of(work.session, work.clinic.id)[-1][1]
        with watched(diaries, "reading") as source:
            history = read_history(diaries, infusions, today=today, source=source)
        with clinic_work(clinic=clinic, write=True) as work:
            patients = bring_in(
                work.session, history, zone=zone, locale=work.clinic.locale, today=today, now=work.now
            )
            with bar("writing", over=patients, length=len(history.patients)) as progress:
                for one in progress:
                    totals.patients += 1
                    totals.admitted += one.admitted
                    totals.answers += one.answers
                    totals.known_answers += one.known_answers
                    totals.infusions += one.infusions
                    totals.known_infusions += one.known_infusions
            if dry_run:
                work.session.rollback()
    except BadCsv as bad:
        raise click.ClickException(f"nothing was brought in\n{bad}") from None
    if as_json:
        click.echo(json.dumps(asdict(totals)))
    else:
        click.echo(_told(totals, dry_run=dry_run))


def _told(totals: Totals, *, dry_run: bool) -> str:
    done = "would be brought in" if dry_run else "were brought in"
    told = (
        f"{_counted(totals.answers, totals.infusions)} of {count_text(totals.patients, 'patient')}, "
        f"{totals.admitted} of them new here, {done}."
    )
    if totals.known_answers or totals.known_infusions:
        told += f" {_counted(totals.known_answers, totals.known_infusions)} were here already."
    return told


def _counted(answers: int, infusions: int) -> str:
    return f"{count_text(answers, 'answer')} and {count_text(infusions, 'infusion')}"
