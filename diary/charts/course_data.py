"""What a course chart shows, as plain values, and what follows from them: means, gaps, day numbers."""

from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from typing import Final, Literal

from diary.charts.scale import NRS_MAX

Mark = Literal["plain", "late", "changed", "staff", "suspect"]
BaselineKind = Literal["own", "carried", "stated", "none"]
InfusionKind = Literal["series", "booster", "planned"]
DayMean = tuple[date, float]

# A course is followed for at most 365 days; three years hold the courses before it as well.
MAX_SPAN_DAYS: Final = 1_100
MAX_DATED: Final = 200
# A 7-day mean needs 4 answers (the usual floor for a diary week; Farrar 2014, PMID 24831421).
WINDOW_DAYS: Final = 7
MIN_ANSWERS: Final = 4
# From this length on a gap is a finding of its own, so its length is printed.
LONG_GAP_DAYS: Final = 3


@dataclass(frozen=True, slots=True)
class DiaryDay:
    """One diary day the patient was asked about; nrs is None where no answer stands.

    first_nrs is the score that a changed answer replaced.
    """

    day: date
    nrs: int | None
    mark: Mark = "plain"
    first_nrs: int | None = None


@dataclass(frozen=True, slots=True)
class Infusion:
    """A block of infusion days, both ends included."""

    first_day: date
    last_day: date
    label: str
    kind: InfusionKind = "series"


@dataclass(frozen=True, slots=True)
class Baseline:
    """The pain score before treatment, drawn as a band from the quartiles of its n answered days."""

    kind: BaselineKind = "none"
    nrs: float | None = None
    low_nrs: float | None = None
    high_nrs: float | None = None
    n: int = 0

    @property
    def is_weak(self) -> bool:
        """True where the number rests on too little to be drawn as a firm line."""
        return self.kind == "stated" or self.n < MIN_ANSWERS


@dataclass(frozen=True, slots=True)
class DatedWord:
    """A day and the word that stands above it: an alert's level, or an event such as a nerve block.

    leads_to: the id of the place on the page that says more, where there is one.
    """

    day: date
    word: str
    leads_to: str = ""


@dataclass(frozen=True, slots=True)
class ForecastDay:
    """The 10, 50 and 90 % points of the pain score forecast for one day."""

    day: date
    p10_nrs: float
    p50_nrs: float
    p90_nrs: float


@dataclass(frozen=True, slots=True)
class CourseChart:
    """Everything one chart of a patient's diary shows.

    days: ascending, one for each day that was asked about; a calendar day left out was not asked about
    and is neither drawn nor counted as missing. relief_line_nrs: the score at which relief falls under
    the clinic's line (0.7 of the baseline for 30 %); half_line_nrs the same for 50 %, where wanted.
    forecast: ascending, empty where none is shown. today: where the diary stands; of one that has ended, its
    last day, and today_word says so. ValueError names the field that contradicts another.
    """

    days: tuple[DiaryDay, ...]
    today: date
    infusions: tuple[Infusion, ...] = ()
    baseline: Baseline = Baseline()
    relief_line_nrs: float | None = None
    half_line_nrs: float | None = None
    alerts: tuple[DatedWord, ...] = ()
    events: tuple[DatedWord, ...] = ()
    forecast: tuple[ForecastDay, ...] = ()
    today_word: str = "today"

    def __post_init__(self) -> None:
        if any(later.day <= earlier.day for earlier, later in zip(self.days, self.days[1:], strict=False)):
            raise ValueError("days must be ascending, each day once")
        if any(d.nrs is not None and not 0 <= d.nrs <= NRS_MAX for d in self.days):
            raise ValueError("nrs must be 0 to 10, or None for no answer")
        if any(block.last_day < block.first_day for block in self.infusions):
            raise ValueError("an infusion must not end before it starts")
        if not self.baseline.nrs and (self.relief_line_nrs is not None or self.half_line_nrs is not None):
            raise ValueError("a relief line needs a baseline; give the baseline or leave the line out")
        if len(self.infusions) + len(self.alerts) + len(self.events) > MAX_DATED:
            raise ValueError(f"a chart holds at most {MAX_DATED} infusions, alerts and events")
        if (self.last_day - self.first_day).days >= MAX_SPAN_DAYS:
            raise ValueError(f"a chart spans at most {MAX_SPAN_DAYS} days; hand in a shorter stretch")

    @property
    def first_day(self) -> date:
        """The left end of the chart."""
        return min([d.day for d in self.days[:1]] + [b.first_day for b in self.infusions] + [self.today])

    @property
    def last_day(self) -> date:
        """The right end of the chart: the last day known, forecast or planned."""
        known = [d.day for d in self.days[-1:]] + [d.day for d in self.forecast[-1:]]
        return max(known + [b.last_day for b in self.infusions] + [self.today])


@dataclass(frozen=True, slots=True)
class Reading:
    """What follows from a chart's values, worked out once for the picture and its words.

    infusion: the one that opened the newest course shown. means: runs of consecutive days with a 7-day
    mean. latest: the last mean. lowest: the best mean since that infusion, None before there is one.
    gaps: runs of consecutive days asked about without an answer.
    """

    infusion: Infusion | None
    means: list[list[DayMean]]
    latest: DayMean | None
    lowest: DayMean | None
    gaps: list[list[date]]


def read(chart: CourseChart) -> Reading:
    """The chart's means, best and latest, and its gaps."""
    infusion = _course_infusion(chart)
    means = seven_day_means(chart)
    since = [point for run in means for point in run if infusion and point[0] > infusion.last_day]
    return Reading(
        infusion=infusion,
        means=means,
        latest=means[-1][-1] if means else None,
        lowest=min(since, key=lambda point: point[1], default=None),
        gaps=gaps(chart),
    )


def _course_infusion(chart: CourseChart) -> Infusion | None:
    given = [block for block in chart.infusions if block.kind == "series"]
    return max(given, key=lambda block: block.first_day, default=None)


def day_number(day: date, infusion: Infusion | None) -> int | None:
    """The course day: -1 the day before the first infusion day, 0 during, 1 the day after the last.

    >>> block = Infusion(date(2026, 8, 19), date(2026, 8, 23), "Infusion 1")
    >>> [day_number(date(2026, 8, n), block) for n in (18, 19, 23, 24)]
    [-1, 0, 0, 1]
    """
    if infusion is None:
        return None
    if day < infusion.first_day:
        return (day - infusion.first_day).days
    return max((day - infusion.last_day).days, 0)


def seven_day_means(chart: CourseChart) -> list[list[DayMean]]:
    """Means of the 7 days up to and with each day, in unbroken runs of days.

    A day has a mean only where 4 of its 7 days count. Answers of infusion days and answers whose clock
    is in doubt do not count, and no window reaches back across an infusion or a booster: what was
    before treatment says nothing about the relief after it.
    """
    infusion_days = _given_infusion_days(chart)
    ends = sorted(block.last_day.toordinal() for block in chart.infusions if block.kind != "planned")
    after = 0
    counted = {
        entry.day.toordinal(): entry.nrs
        for entry in chart.days
        if entry.nrs is not None and entry.mark != "suspect" and entry.day.toordinal() not in infusion_days
    }
    if not chart.days:
        return []
    first = chart.days[0].day.toordinal()
    scores = [counted.get(day) for day in range(first, chart.days[-1].day.toordinal() + 1)]
    # Entry d of each counts the days before day d of the chart.
    answers = list(accumulate([nrs is not None for nrs in scores], initial=0))
    total = list(accumulate([nrs or 0 for nrs in scores], initial=0))
    runs: list[list[DayMean]] = []
    last = None
    for entry in chart.days:
        day = entry.day.toordinal()
        if day in infusion_days:
            continue
        while ends and ends[0] < day:
            after = ends.pop(0)
        start, end = max(day - WINDOW_DAYS, after, first - 1) + 1 - first, day + 1 - first
        given = answers[end] - answers[start]
        if given < MIN_ANSWERS:
            continue
        if last != day - 1:
            runs.append([])
        runs[-1].append((entry.day, (total[end] - total[start]) / given))
        last = day
    return runs


def gaps(chart: CourseChart) -> list[list[date]]:
    """Runs of consecutive days that were asked about and have no answer, infusion days apart."""
    infusion_days = _given_infusion_days(chart)
    runs: list[list[date]] = []
    for entry in chart.days:
        if entry.nrs is not None or entry.day.toordinal() in infusion_days:
            continue
        if runs and runs[-1][-1].toordinal() == entry.day.toordinal() - 1:
            runs[-1].append(entry.day)
        else:
            runs.append([entry.day])
    return runs


def _given_infusion_days(chart: CourseChart) -> frozenset[int]:
    """The ordinals of every day inside an infusion that was given; a planned one does not count."""
    given = [block for block in chart.infusions if block.kind != "planned"]
    return frozenset(
        day for block in given for day in range(block.first_day.toordinal(), block.last_day.toordinal() + 1)
    )


def relief_percent(line_nrs: float, baseline: Baseline) -> int:
    """Which relief a line stands for, in whole per cent of the baseline.

    >>> relief_percent(5.18, Baseline(kind="own", nrs=7.4, n=7))
    30
    """
    if not baseline.nrs:
        raise ValueError("relief is a share of the baseline, and this patient has none")
    return round(100 * (1 - line_nrs / baseline.nrs))
