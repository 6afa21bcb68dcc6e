"""`simulate`: draws simulated diaries into one file and their truth into another."""

import csv
from dataclasses import fields
from pathlib import Path
from typing import Any

import click

from diary.charts.scale import count_text
from diary.cli.output import bar
from diary.cli.writing import written_whole
from diary.domain.packed import FOLLOW_UP_DAYS_MAX
from diary.domain.simulation.cohort import COURSES_MAX
from diary.domain.simulation.cohorts import COHORTS
from diary.domain.simulation.parameters import KETAMINE, CohortParameters
from diary.services.simulation import (
    ARMS,
    BLOCK_COURSES,
    DIARY_COLUMNS,
    TRUTH_COLUMNS,
    diary_rows,
    draw,
    truth_rows,
)


def parameter_options(command: Any) -> Any:
    """An option for each parameter of the generator."""
    for spec in reversed(fields(CohortParameters)):
        option = click.option(
            f"--{spec.name.replace('_', '-')}",
            spec.name,
            type=click.FloatRange(0, 1000),
            help=f"{getattr(KETAMINE, spec.name):.4g} in cohort A.",
        )
        command = option(command)
    return command


@click.command()
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@click.option(
    "--truth",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where the truth goes; by default beside OUT, with .truth.csv at its end.",
)
@click.option(
    "--courses", type=click.IntRange(1, COURSES_MAX), default=1000, show_default=True, help="How many."
)
@click.option(
    "--days", type=click.IntRange(14, FOLLOW_UP_DAYS_MAX), default=180, show_default=True, help="Follow-up."
)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Same seed, same diaries.")
@click.option(
    "--cohort",
    type=click.Choice(tuple(COHORTS)),
    default="A",
    show_default=True,
    metavar="NAME",
    help=f"What the diaries are like, told in docs/how-to/backtest.md: {', '.join(COHORTS)}.",
)
@click.option("--arm", type=click.Choice(ARMS), default=ARMS[0], show_default=True, help="Who was treated.")
@parameter_options
def command(
    out: Path,
    truth: Path | None,
    courses: int,
    days: int,
    seed: int,
    cohort: str,
    arm: str,
    **parameters: float | None,
) -> None:
    """Draw simulated diaries into OUT (course,day,nrs), and what was true of them into another file.

    OUT is what `backtest` reads. The parameters below change the cohort; where each comes from stands
    beside it in diary/domain/simulation/parameters.py. Everything found on such diaries is true of simulated
    patients only.
    """
    given = {name: value for name, value in parameters.items() if value is not None}
    truth = truth or out.with_suffix(".truth.csv")
    answers = 0
    with written_whole(out) as diaries_file, written_whole(truth) as truth_file:
        diaries, truths = (
            csv.writer(diaries_file, lineterminator="\n"),
            csv.writer(truth_file, lineterminator="\n"),
        )
        diaries.writerow(DIARY_COLUMNS)
        truths.writerow(TRUTH_COLUMNS)
        blocks = draw(courses, seed=seed, days=days, parameters=given, cohort=cohort, arm=arm)
        with bar("drawing", over=blocks, length=-(-courses // BLOCK_COURSES)) as progress:
            try:
                for block in progress:
                    rows = list(diary_rows(block))
                    diaries.writerows(rows)
                    truths.writerows(truth_rows(block))
                    answers += len(rows)
            except ValueError as error:  # a parameter that nothing can be drawn from, such as a share of 2
                raise click.ClickException(f"These parameters draw no cohort: {error}") from None
    drawn = f"{count_text(courses, 'simulated course')}, {count_text(answers, 'answer')}"
    click.echo(f"{drawn}: {out}; the truth: {truth}", err=True)
