"""The report on a study: one page, one figure, one table, and what is told on a terminal."""

import csv
from pathlib import Path
from typing import Any, Final

from diary.charts.study_page import heading, page, table, wide, words
from diary.charts.svg import standalone
from diary.charts.trial import TrialArm, WeekMean, trial_chart
from diary.cli.writing import tell_written, written_whole
from diary.domain.trials.fading import Fading
from diary.domain.trials.reading import (
    COLUMNS,
    MULTIPLICITY,
    fading_text,
    interval_text,
    lost_text,
    p_text,
    table_rows,
    whole_text,
)
from diary.domain.trials.weeks import Week
from diary.services.study_figures import ESTIMAND, StudyFigures

CHART_STYLE: Final = Path(__file__).parents[1] / "desk" / "static" / "chart.css"
REPORT_STYLE: Final = Path(__file__).with_name("report.css")


def write_report(out: Path, figures: StudyFigures, fading: Fading | None, *, simulated: bool) -> None:
    """Write report.html, figure.svg and weeks.csv into a folder."""
    out.mkdir(parents=True, exist_ok=True)
    style = CHART_STYLE.read_text(encoding="utf-8")
    with written_whole(out / "figure.svg") as text:
        text.write(standalone(trial_chart(*_arms(figures)), style))
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
        wide("Mean pain by week", trial_chart(*_arms(figures))),
        words("Mean pain by week, bars are standard errors.", muted=True),
        *(words(line) for line in told(figures, fading)),
        heading("Week by week"),
        table(
            "Week by week",
            _names(figures.arms),
            [_cells(figures, place) for place in range(len(figures.weeks))],
        ),
        words(f"Answered: days with an answer of all days, {first} and {second}.", muted=True),
    ]
    return page(
        figures.study,
        parts,
        stylesheet="".join(path.read_text(encoding="utf-8") for path in (REPORT_STYLE, CHART_STYLE)),
    )


def _names(arms: tuple[str, str]) -> list[str]:
    shown = [f"{arm}, mean ± SE" for arm in arms]
    return ["Week", *shown, "Difference (95 %)", "P", "P (Holm)", "By the model (95 %)", "P", "Answered"]


def _cells(figures: StudyFigures, place: int) -> list[str]:
    week, model = figures.weeks[place], figures.model
    adjusted = ["-", "-"]
    if model is not None and week.week in model.weeks:
        found = model.by_week[model.weeks.index(week.week)]
        adjusted = [interval_text(found), p_text(found.p)]
    answered = " and ".join(
        f"{round(100 * days[place][0] / max(1, days[place][1]))} %" for days in figures.answered
    )
    return [*(str(cell) for cell in week_row(week, figures.arms).values()), *adjusted, answered]


def _arms(figures: StudyFigures) -> tuple[TrialArm, TrialArm]:
    first, second = (
        TrialArm(
            name,
            tuple(
                WeekMean(week.week, arm.mean_nrs, arm.sem_nrs)
                for week in figures.weeks
                for arm in [(week.first, week.second)[place]]
                if arm.patients >= 2
            ),
        )
        for place, name in enumerate(figures.arms)
    )
    return first, second


def told(figures: StudyFigures, fading: Fading | None) -> list[str]:
    """What the figures say, a paragraph each."""
    whole = whole_text(figures.model, figures.arms) if figures.model else f"No model: {figures.no_model}."
    said = [whole, f"{lost_text(figures.weeks)} {MULTIPLICITY}", ESTIMAND]
    return said if fading is None else [said[0], said[1], fading_text(fading), said[2]]


def week_row(week: Week, arms: tuple[str, str]) -> dict[str, Any]:
    """One week as people read it."""
    return {
        "week": week.week,
        **{
            name: f"{arm.mean_nrs:.2f} ± {arm.sem_nrs:.2f}"
            for name, arm in zip(arms, (week.first, week.second), strict=True)
        },
        "difference (95 %)": interval_text(week.difference),
        "P": p_text(week.difference.p),
        "P (Holm)": p_text(week.p_holm),
    }
