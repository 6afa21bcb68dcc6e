"""A trial of two arms: weekly mean pain with its standard error, beside what the first trial published."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from diary.charts.frame import score_axis
from diary.charts.names import LineName, in_margin
from diary.charts.scale import position, y_of_nrs
from diary.charts.svg import document, line_path, path, shorten, text

WEEKS: Final = 12
_WIDTH_PX: Final = 720
_RIGHT_MARGIN_PX: Final = 120
_CAP_PX: Final = 3
# Arms stand a little apart in a week, so that neither hides the other's error bar.
_DODGE_PX: Final = 4
_PAPER_WEEK: Final = 0.62


@dataclass(frozen=True, slots=True)
class WeekMean:
    """The mean pain score of one arm in one week after the infusion, and its standard error."""

    week: int
    mean_nrs: float
    sem_nrs: float


@dataclass(frozen=True, slots=True)
class TrialArm:
    """An arm by its label ("arm A" while it is masked), weeks ascending; a week without data is left out."""

    label: str
    weeks: tuple[WeekMean, ...]


# Sigtermans et al. 2009, Pain 145:304-311: the end of week 1, S(+)-ketamine and placebo, 30 patients each.
# The abstract's +- is a standard error; times sqrt(30) it gives a standard deviation of 2.8.
PAPER: Final = "Sigtermans 2009"
PAPER_WEEK_1: Final = (("ketamine", WeekMean(1, 2.68, 0.51)), ("placebo", WeekMean(1, 5.45, 0.48)))


@dataclass(frozen=True, slots=True)
class _Area:
    left: float = 44
    right: float = _WIDTH_PX - _RIGHT_MARGIN_PX
    top: float = 28
    bottom: float = 270

    def x(self, week: float) -> float:
        return self.left + (self.right - self.left) * week / (WEEKS + 0.4)

    def y(self, nrs: float) -> float:
        return y_of_nrs(nrs, top=self.top, bottom=self.bottom)


def trial_chart(first: TrialArm, second: TrialArm | None = None, *, published: bool = False) -> str:
    """One arm or both over weeks 1 to 12 as one SVG element, each line named at its end.

    The second arm is dashed and has squares; without one, `first` is all patients of a masked study.
    `published` sets Sigtermans 2009 beside them. ValueError names a week outside 1 to 12.
    """
    arms = (first,) if second is None else (first, second)
    for week in (week for arm in arms for week in arm.weeks):
        if not 1 <= week.week <= WEEKS:
            raise ValueError(f"week {week.week} is outside 1 to {WEEKS}")
    area = _Area()
    ticks = [
        text(area.x(week), area.bottom + 37, _week_words(week), anchor="middle")
        for week in range(1, WEEKS + 1)
    ]
    body = [
        *score_axis(area),
        f'<g class="c-muted">{"".join(ticks)}</g>',
        *(_paper(area) if published else ()),
        *_arm(first, area, "c-arm", dodge_px=-_DODGE_PX / 2),
        *(_arm(second, area, "c-other-arm", dodge_px=_DODGE_PX / 2) if second is not None else ()),
        *_names(arms, area),
    ]
    return document(
        body,
        width_px=_WIDTH_PX,
        height_px=area.bottom + 48,
        classes="chart trial",
        title=f"Mean pain score by week, {' and '.join(shorten(arm.label) for arm in arms)}",
        description=_describe(arms, published=published),
    )


def _week_words(week: int) -> str:
    return f"week {week}" if week == 1 else str(week)


def _arm(arm: TrialArm, area: _Area, classes: str, *, dodge_px: float) -> list[str]:
    points = [(area.x(week.week) + dodge_px, week) for week in arm.weeks]
    bars = "".join(_bar(x, week, area) for x, week in points)
    marks = "".join(_mark(x, area.y(week.mean_nrs), classes) for x, week in points)
    return [
        path(_line(points, area), classes),
        path(bars, f"{classes} c-bar"),
        f'<g class="{classes}-marks">{marks}</g>',
    ]


def _line(points: Sequence[tuple[float, WeekMean]], area: _Area) -> str:
    """Path data through neighbouring weeks; a week without data breaks it."""
    runs = groupby(enumerate(points), key=lambda item: item[1][1].week - item[0])
    return "".join(line_path([(x, area.y(week.mean_nrs)) for _, (x, week) in run]) for _, run in runs)


def _bar(x: float, week: WeekMean, area: _Area) -> str:
    top, bottom = area.y(week.mean_nrs + week.sem_nrs), area.y(week.mean_nrs - week.sem_nrs)
    left, right = position(x - _CAP_PX), position(x + _CAP_PX)
    caps = "".join(f"M{left} {position(y)}H{right}" for y in (top, bottom))
    return f"{caps}M{position(x)} {position(top)}V{position(bottom)}"


def _mark(x: float, y: float, classes: str) -> str:
    if classes == "c-arm":
        return f'<circle cx="{position(x)}" cy="{position(y)}" r="4"/>'
    return f'<rect x="{position(x - 3.5)}" y="{position(y - 3.5)}" width="7" height="7"/>'


def _paper(area: _Area) -> list[str]:
    """The published points of week 1: open diamonds left of the week, told in words above the plot."""
    x = area.x(_PAPER_WEEK)
    bars = "".join(_bar(x, week, area) for _, week in PAPER_WEEK_1)
    points = [(x, area.y(week.mean_nrs)) for _, week in PAPER_WEEK_1]
    key = (area.left + 12, area.top - 15)
    diamonds = "".join(f"M{position(at)} {position(y - 5)}l5 5-5 5-5-5z" for at, y in (*points, key))
    told = ", ".join(f"{label} {_value(week)}" for label, week in PAPER_WEEK_1)
    words = text(key[0] + 10, area.top - 11, f"{PAPER}, week 1: {told}", classes="c-paper")
    return [path(bars, "c-paper c-bar"), f'<path class="c-paper-marks" d="{diamonds}"/>', words]


def _names(arms: Sequence[TrialArm], area: _Area) -> list[str]:
    names = [
        LineName(area.y(arm.weeks[-1].mean_nrs), f"{classes}-name", shorten(arm.label), _value(arm.weeks[-1]))
        for arm, classes in zip(arms, ("c-arm", "c-other-arm"), strict=False)
        if arm.weeks
    ]
    return in_margin(names, right=area.right, top=area.top, bottom=area.bottom)


def _value(week: WeekMean) -> str:
    return f"{week.mean_nrs:.2f} ± {week.sem_nrs:.2f}"


def _describe(arms: Sequence[TrialArm], *, published: bool) -> str:
    said = ["Means with standard errors; pain from 0 to 10, higher is worse."]
    for arm in arms:
        if arm.weeks:
            start, end = arm.weeks[0], arm.weeks[-1]
            said.append(
                f"{arm.label}: {_value(start)} in week {start.week}, {_value(end)} in week {end.week}."
            )
    if published:
        paper = ", ".join(f"{label} {_value(week)}" for label, week in PAPER_WEEK_1)
        said.append(f"{PAPER} in week 1: {paper}.")
    return " ".join(said)
