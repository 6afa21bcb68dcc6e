"""`durability`: how long relief lasts in a clinic, by what was given."""

import csv
import json
from pathlib import Path
from typing import Any, Final

import click

from diary.charts.scale import count_text
from diary.cli.opening import clinic_option, clinic_work
from diary.cli.output import bar, json_option, table
from diary.cli.writing import tell_written, written_whole
from diary.domain.durability.groups import Group
from diary.domain.durability.told import (
    COUNT_COLUMNS,
    NOT_RANDOMISED,
    count_rows,
    lasted_text,
    log_rank_text,
    repeats_text,
    too_few_text,
)
from diary.services.diaries_as_of import as_of_now
from diary.services.durability import COURSES_MOST, Durability, durability
from diary.services.results import compute, keep, newest

NO_NIGHT: Final = "No night is finished yet; there is nothing to keep results of."


@click.command()
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path, allow_dash=True),
    help="Write the counts by group and week as CSV; - for standard output.",
)
@click.option(
    "--keep", "kept", is_flag=True, help="Compute all results of the clinic anew, for the desk to show."
)
@clinic_option
@json_option
def command(out: Path | None, kept: bool, clinic: str | None, as_json: bool) -> None:
    """Show how long relief lasts, by agent, dose, hours, adjunct, setting and course number.

    Groups under 10 patients are counted and not drawn. Nobody was allotted at random: groups may differ in
    more than what they were given.
    """
    if kept:
        _keep(clinic)
        return
    with clinic_work(clinic=clinic, write=False) as work, bar("courses", length=COURSES_MOST) as progress:
        found = durability(work.session, as_of_now(work.session, work.now), seen=progress.update)
    if out is not None:
        with written_whole(out) as text:
            rows = csv.writer(text, lineterminator="\r\n")
            rows.writerow(COUNT_COLUMNS)
            rows.writerows(count_rows(found.factors))
        tell_written("counts by group and week", out)
        return
    if as_json:
        click.echo(json.dumps(found.to_values(), indent=1))
        return
    _tell(found)


def _keep(clinic: str | None) -> None:
    with clinic_work(clinic=clinic, write=True) as work:
        last = newest(work.session)
        if last is None:
            raise click.ClickException(NO_NIGHT)
        night, cutoff_at = last
        found = compute(work.session, night=night, cutoff_at=cutoff_at)
        keep(work.session, found, night=night, now=work.now)
    click.echo(f"{count_text(len(found), 'result')} kept, as of the night of {night}.")


def _tell(found: Durability) -> None:
    click.echo(
        f"As of {found.night}: {count_text(found.courses, 'course')} of "
        f"{count_text(found.patients, 'patient')}. {NOT_RANDOMISED}"
    )
    for factor in found.factors:
        click.echo(f"\nBy {factor.name}")
        click.echo(table([_row(group) for group in factor.groups]))
        told = log_rank_text(factor)
        if told:
            click.echo(told)
    click.echo(f"\n{repeats_text(found.repeats)}")


def _row(group: Group) -> dict[str, Any]:
    return {
        "group": group.name,
        "patients": group.patients if group.drawn else too_few_text(),
        "courses": group.courses if group.drawn else None,
        "responded": group.responders if group.drawn else None,
        "lost": group.lost if group.drawn else None,
        "treated again": group.treated_again if group.drawn else None,
        "relief lasted": lasted_text(group),
    }
