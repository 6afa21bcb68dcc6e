"""What a trial's figures say, in sentences; and the same figures as rows for a file."""

import math
from collections.abc import Sequence
from typing import Final

from diary.domain.trials.fading import LEVEL, Fading
from diary.domain.trials.repeated import Repeated
from diary.domain.trials.weeks import ArmWeek, Difference, Week

COLUMNS: Final = (
    "week",
    *(
        f"{arm}_{name}"
        for arm in ("first", "second")
        for name in ("patients", "answered_days", "asked_days", "mean_nrs", "sem_nrs", "low_nrs", "high_nrs")
    ),
    *("difference_nrs", "se_nrs", "low_nrs", "high_nrs", "df", "p", "p_holm"),
    *("model_difference_nrs", "model_se_nrs", "model_low_nrs", "model_high_nrs", "model_p", "model_p_holm"),
    *("simulated_significant_share", "simulated_gone_share"),
)
MULTIPLICITY: Final = (
    "P of a week is of that week alone: of twelve weeks without any effect, one or more come below 0.05 by "
    "luck in up to 46 of 100 trials. P (Holm) is held against all weeks at once. The statement about the "
    "whole period is one test and needs no such care."
)
_TOLD_WEEKS: Final = (2, 4, 6, 8, 10, 11, 12)
Row = list[str | int | float]


def p_text(p: float) -> str:
    """A P value as it is printed.

    >>> p_text(0.0004), p_text(0.0312), p_text(0.07), p_text(math.nan)
    ('< 0.001', '0.031', '0.070', '-')
    """
    if math.isnan(p):
        return "-"
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def interval_text(found: Difference) -> str:
    """A difference with its 95 % interval.

    >>> interval_text(Difference(2.77, 0.7, 1.37, 4.17, 58, 0.0002))
    '2.77 (1.37 to 4.17)'
    """
    if math.isnan(found.se_nrs):
        return "-"
    return f"{found.nrs:.2f} ({found.low_nrs:.2f} to {found.high_nrs:.2f})"


def whole_text(found: Repeated, arms: tuple[str, str]) -> str:
    """The whole period in a sentence or three."""
    weeks = f"weeks {found.weeks[0]} to {found.weeks[-1]}"
    adjusted = ", adjusted for each patient's baseline" if found.adjusted else ""
    changing = (
        f" That it changes from week to week: P {_with_sign(found.p_changing)}."
        if not math.isnan(found.p_changing)
        else ""
    )
    fit = found.fit
    return (
        f"Over {weeks}, pain on {arms[1]} less that on {arms[0]} was {interval_text(found.whole)} points, "
        f"P {_with_sign(found.whole.p)}{adjusted} ({found.patients} patients).{changing} "
        "A mixed model for repeated measures, by restricted maximum likelihood: "
        f"{_percent(fit.share)} of the variance stays with the patient, the rest is correlated "
        f"{fit.correlation:.2f} from one week to the next."
    )


def lost_text(weeks: Sequence[Week]) -> str:
    """From which week on no difference can be told, in this trial."""
    known = [week for week in weeks if not math.isnan(week.difference.p)]
    significant = [week.week for week in known if week.difference.p < LEVEL]
    if not known:
        return "No week can be compared."
    if not significant:
        return f"P is under {LEVEL} in no week."
    if significant[-1] == known[-1].week:
        return f"P is still under {LEVEL} in week {significant[-1]}, the last."
    return f"P is under {LEVEL} for the last time in week {significant[-1]}."


def fading_text(found: Fading) -> str:
    """What trials of this size come to."""
    last = len(found.gone)
    shares = ", ".join(
        f"{_percent(found.gone[week - 1])} from week {week} on" for week in _TOLD_WEEKS if week <= last
    )
    return (
        f"Of {found.trials:,} simulated trials with {found.patients_per_arm} patients an arm, significance "
        f"is gone for good in {shares}. In week {last} itself {_percent(found.significant[-1])} have P under "
        f"{LEVEL}. In which week it goes says how large the trial was, not when relief ends."
    )


def table_rows(
    weeks: Sequence[Week],
    answered: Sequence[Sequence[tuple[int, int]]],
    model: Repeated | None,
    fading: Fading | None,
) -> list[Row]:
    """The figures as rows under COLUMNS; empty where there is none.

    answered: by arm and week, days that were answered and days that were asked about.
    """
    rows = []
    for place, week in enumerate(weeks):
        row: Row = [week.week]
        for arm, days in zip((week.first, week.second), answered, strict=True):
            row += [arm.patients, *days[place], *_arm_cells(arm)]
        found = week.difference
        row += [_cell(value) for value in (found.nrs, found.se_nrs, found.low_nrs, found.high_nrs, found.df)]
        row += [_cell(found.p, 6), _cell(week.p_holm, 6)]
        row += _model_cells(model, week.week)
        row += ["", ""] if fading is None else [fading.significant[place], fading.gone[place]]
        rows.append(row)
    return rows


def _arm_cells(arm: ArmWeek) -> Row:
    return [_cell(value) for value in (arm.mean_nrs, arm.sem_nrs, arm.low_nrs, arm.high_nrs)]


def _model_cells(model: Repeated | None, week: int) -> Row:
    if model is None or week not in model.weeks:
        return [""] * 6
    place = model.weeks.index(week)
    found = model.by_week[place]
    figures = [_cell(value) for value in (found.nrs, found.se_nrs, found.low_nrs, found.high_nrs)]
    return [*figures, _cell(found.p, 6), _cell(model.p_holm[place], 6)]


def _cell(value: float, digits: int = 4) -> str | float:
    return "" if math.isnan(value) else round(value, digits)


def _with_sign(p: float) -> str:
    text = p_text(p)
    return text if text.startswith("<") else f"= {text}"


def _percent(share: float) -> str:
    return f"{round(100 * share)} %"
