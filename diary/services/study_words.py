"""What a study's figures say: sentences and rows for the terminal, the report and the desk's page."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any, Final

from diary.charts.scale import count_text
from diary.domain.trials.fading import Fading
from diary.domain.trials.reading import (
    MULTIPLICITY,
    fading_text,
    interval_text,
    lost_text,
    p_text,
    whole_text,
)
from diary.domain.trials.weeks import ArmWeek, Week
from diary.services.study_figures import ESTIMAND_TOLD, PooledFigures, StudyFigures

POOLED_TOLD: Final = (
    "This study is masked: its arms are shown together, which tells nobody who was given what. They are "
    "compared once two people have unblinded it."
)
NAMES_POOLED: Final = ("Week", "Patients", "Mean ± SE", "Answered")
ONE_ARM_TOLD: Final = (
    "This study has not two arms with patients who were infused: all its patients are shown together."
)

Drawn = tuple[str, list[tuple[int, float, float]]]
"""An arm by its name, and of each week the mean pain with its standard error."""


@dataclass(frozen=True, slots=True)
class StudyTold:
    """A study as it is read: sentences, a row a week, and what is drawn of each arm."""

    masked: bool
    patients: int
    told: list[str]
    names: list[str]
    rows: list[list[str]]
    arms: list[Drawn]


def told_by_arm(figures: StudyFigures, fading: Fading) -> StudyTold:
    """An unblinded study, its two arms beside each other, and how trials of its size go."""
    first, second = figures.arms
    sizes = f"{figures.patients[0]} patients on {first}, {figures.patients[1]} on {second}."
    return StudyTold(
        masked=False,
        patients=sum(figures.patients),
        told=[sizes, *told(figures, fading)],
        names=week_names(figures.arms),
        rows=[week_cells(figures, place) for place in range(len(figures.weeks))],
        arms=drawn_arms(figures),
    )


def told_pooled(figures: PooledFigures, *, masked: bool) -> StudyTold:
    """A masked study, or one whose arms cannot be compared: all patients together."""
    weeks = zip(figures.weeks, figures.answered, strict=True)
    rows = [
        [str(number), str(week.patients), _mean(week), _share(days)]
        for number, (week, days) in enumerate(weeks, start=1)
    ]
    return StudyTold(
        masked=masked,
        patients=figures.patients,
        told=[POOLED_TOLD if masked else ONE_ARM_TOLD, _estimand(figures)],
        names=[*NAMES_POOLED],
        rows=rows,
        arms=[("all patients", _drawn_weeks(figures.weeks))],
    )


def told(figures: StudyFigures, fading: Fading | None) -> list[str]:
    """What the figures say, a paragraph each."""
    whole = whole_text(figures.model, figures.arms) if figures.model else f"No model: {figures.no_model}."
    said = [whole, f"{lost_text(figures.weeks)} {MULTIPLICITY}"]
    return [*said, *([] if fading is None else [fading_text(fading)]), _estimand(figures)]


def week_names(arms: tuple[str, str]) -> list[str]:
    """What stands above the cells of a week."""
    shown = [f"{arm}, mean ± SE" for arm in arms]
    return ["Week", *shown, "Difference (95 %)", "P", "P (Holm)", "By the model (95 %)", "P", "Answered"]


def week_cells(figures: StudyFigures, place: int) -> list[str]:
    """One week with the model's word on it and how many days were answered, first and second arm."""
    week, model = figures.weeks[place], figures.model
    adjusted = ["-", "-"]
    if model is not None and week.week in model.weeks:
        found = model.by_week[model.weeks.index(week.week)]
        adjusted = [interval_text(found), p_text(found.p)]
    answered = " and ".join(_share(days[place]) for days in figures.answered)
    return [*(str(cell) for cell in week_row(week, figures.arms).values()), *adjusted, answered]


def week_row(week: Week, arms: tuple[str, str]) -> dict[str, Any]:
    """One week as people read it."""
    return {
        "week": week.week,
        **{name: _mean(arm) for name, arm in zip(arms, (week.first, week.second), strict=True)},
        "difference (95 %)": interval_text(week.difference),
        "P": p_text(week.difference.p),
        "P (Holm)": p_text(week.p_holm),
    }


def drawn_arms(figures: StudyFigures) -> list[Drawn]:
    """What is drawn of the first arm, and of the second."""
    first, second = figures.arms
    return [
        (first, _drawn_weeks([week.first for week in figures.weeks])),
        (second, _drawn_weeks([week.second for week in figures.weeks])),
    ]


def _estimand(figures: StudyFigures | PooledFigures) -> str:
    told = ESTIMAND_TOLD[figures.estimand]
    if figures.estimand == "treatment_policy":
        return told
    return f"{told} This concerns {count_text(figures.set_aside, 'patient')}."


def _drawn_weeks(weeks: Sequence[ArmWeek]) -> list[tuple[int, float, float]]:
    """Week, mean and standard error of an arm, of the weeks in which two patients or more answered."""
    return [
        (number, week.mean_nrs, week.sem_nrs)
        for number, week in enumerate(weeks, start=1)
        if not isnan(week.mean_nrs)
    ]


def _mean(week: ArmWeek) -> str:
    return "-" if isnan(week.mean_nrs) else f"{week.mean_nrs:.2f} ± {week.sem_nrs:.2f}"


def _share(days: tuple[int, int]) -> str:
    return f"{round(100 * days[0] / max(1, days[1]))} %"
