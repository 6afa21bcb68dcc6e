"""The report on a study: one page, one figure, one table, and what is told on a terminal."""

import csv
from pathlib import Path
from typing import Final

from diary.charts.study_page import heading, page, table, wide, words
from diary.charts.svg import standalone
from diary.charts.trial import TrialArm, WeekMean, trial_chart
from diary.cli.writing import tell_written, written_whole
from diary.domain.trials.fading import Fading
from diary.domain.trials.reading import COLUMNS, table_rows
from diary.services.study_figures import StudyFigures
from diary.services.study_words import drawn_arms, told, week_cells, week_names

CHART_STYLE: Final = Path(__file__).parents[1] / "desk" / "static" / "chart.css"
REPORT_STYLE: Final = Path(__file__).with_name("report.css")


def write_report(out: Path, figures: StudyFigures, fading: Fading | None, *, simulated: bool) -> None:
    """Write report.html, figure.svg and weeks.csv into a folder."""
    out.mkdir(parents=True, exist_ok=True)
    style = CHART_STYLE.read_text(encoding="utf-8")
    with written_whole(out / "figure.svg") as text:
        text.write(standalone(trial_chart(*_arms(figures), published=simulated), style))
    with written_whole(out / "weeks.csv") as text:
        rows = csv.writer(text, lineterminator="\r\n")
        rows.writerow(COLUMNS)
        rows.writerows(table_rows(figures.weeks, figures.answered, figures.model, fading))
    with written_whole(out / "report.html") as text:
        text.write(report_page(figures, fading, simulated=simulated))
    tell_written("report.html, figure.svg and weeks.csv", out)


def report_page(figures: StudyFigures, fading: Fading | None, *, simulated: bool) -> str:
    """The page that stands alone."""
    first, second = figures.arms
    patients = f"{figures.patients[0]} patients on {first}, {figures.patients[1]} on {second}"
    note = "Simulated patients. " if simulated else ""
    parts = [
        words(f"{note}As of {figures.as_of}. {patients}.", muted=True),
        wide("Mean pain by week", trial_chart(*_arms(figures), published=simulated)),
        words("Mean pain by week, bars are standard errors.", muted=True),
        *(words(line) for line in told(figures, fading)),
        heading("Week by week"),
        table(
            "Week by week",
            week_names(figures.arms),
            [week_cells(figures, place) for place in range(len(figures.weeks))],
        ),
        words(f"Answered: days with an answer of all days, {first} and {second}.", muted=True),
    ]
    return page(
        figures.study,
        parts,
        stylesheet="".join(path.read_text(encoding="utf-8") for path in (REPORT_STYLE, CHART_STYLE)),
    )


def _arms(figures: StudyFigures) -> list[TrialArm]:
    return [TrialArm(name, tuple(WeekMean(*week) for week in weeks)) for name, weeks in drawn_arms(figures)]
