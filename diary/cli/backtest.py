"""`backtest`: replays the nights over diaries from a file."""

import csv
from dataclasses import replace
from pathlib import Path

import click

from config.protocol import DEFAULT
from diary.charts.scale import count_text
from diary.cli.output import bar
from diary.cli.reading import watched
from diary.cli.writing import tell_written, written_whole
from diary.services.backtest import NIGHT_COLUMNS, read_diaries, replay
from diary.services.csv_reading import BadCsv


@click.command()
@click.argument("diaries", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path, allow_dash=True),
    help="Where the nights go; - for standard output.",
)
@click.option(
    "--lead-days",
    type=click.IntRange(7, 84),
    default=DEFAULT.lead_days,
    show_default=True,
    help="Days from an alert to a bed.",
)
def command(diaries: Path, out: Path, lead_days: int) -> None:
    """Replay every night over DIARIES (course,day,nrs) and say what was told on each.

    Day numbers: -1 is the day before the first infusion day, 1 the day after the last. Missing days are left
    out. Decimal scores are rounded half up. A bad row is named by file and line, and nothing is written.
    """
    protocol = replace(DEFAULT, lead_days=lead_days)
    try:
        with watched(diaries, "reading") as source:
            read = read_diaries(diaries, source=source)
    except BadCsv as bad:
        raise click.ClickException(f"nothing was written\n{bad}") from None
    if read.rounded:
        click.echo(f"Rounded half up: {count_text(read.rounded, 'score')} with decimals.", err=True)
    courses = len({**read.before, **read.after})
    with written_whole(out) as text:
        nights = csv.writer(text, lineterminator="\n")
        nights.writerow(NIGHT_COLUMNS)
        replayed = replay(read, protocol=protocol)
        with bar("judging", over=replayed, length=courses) as progress:
            for rows in progress:
                nights.writerows(rows)
    tell_written(f"{count_text(courses, 'course')} of {count_text(read.nights, 'night')}", out)
