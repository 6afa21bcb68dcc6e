"""The chart of a patient's diary, from the rows of the database: what was asked, answered, given and said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import quantiles
from typing import Final, cast
from zoneinfo import ZoneInfo

from diary.charts import course_data as chart
from diary.domain import packed
from diary.domain.baseline import Baseline
from diary.services.asked_days import is_within, unfollowed
from diary.storage.follow import Followed
from diary.storage.tables.alert import Alert
from diary.storage.tables.booking import Booking
from diary.storage.tables.course import Administration, ClinicalEvent, Course
from diary.storage.tables.entry import CourseDays, Entry

# A pin holds a word or two; the alert's own block says the rest.
PIN_WORDS: Final[Mapping[str, str]] = {
    "watch": "watch",
    "likely_lost": "likely lost",
    "confirmed": "loss",
    "step": "step",
    "review": "review",
    "no_response": "no response",
    "silence": "silent",
    "red_flag": "red flag",
    "call_me": "asks to be called",
    "not_assessed": "not assessed",
}


@dataclass(frozen=True, slots=True)
class Diary:
    """What the chart is drawn from. `entries` are all versions, by day and version."""

    courses: Sequence[Course]
    entries: Sequence[Entry]
    given: Sequence[Administration]
    booking: Booking | None
    alerts: Sequence[Alert]
    events: Sequence[ClinicalEvent]
    follow: Sequence[Followed]
    enrolled_on: date | None
    """The day on which the first phone was paired."""
    today: date
    zone: ZoneInfo
    """The patient's."""


def chart_of(
    diary: Diary,
    *,
    baseline: Baseline,
    days: CourseDays | None,
    relief_line_nrs: float | None,
    forecast: tuple[chart.ForecastDay, ...],
    whole: bool,
) -> chart.CourseChart:
    """The present course and the one before it; with `whole`, as far back as a chart reaches.

    Where no course is under way the chart ends with the last one: nobody is asked any more.

    Args:
        diary: the patient's rows.
        baseline: of the present course.
        days: its packed days; the band is drawn from the quartiles of those before the infusion.
        relief_line_nrs: where relief falls under the clinic's line.
        forecast: of the present course, where one is shown.
        whole: the whole diary.
    """
    first, ended_on = _first_day(diary, whole=whole), _ended_on(diary)
    last = ended_on or diary.today
    return chart.CourseChart(
        days=_days(diary, first, last),
        today=last,
        today_word="ended" if ended_on else "today",
        infusions=tuple(block for block in _infusions(diary) if block.last_day >= first),
        baseline=_baseline(baseline, days),
        relief_line_nrs=relief_line_nrs,
        forecast=forecast,
        alerts=tuple(
            chart.DatedWord(
                alert.night or alert.opened_at.date(),
                PIN_WORDS[alert.level or alert.kind],
                leads_to=f"a-{alert.uid}",
            )
            for alert in reversed(diary.alerts)
            if alert.status != "superseded"
        )[-chart.MAX_DATED // 4 :],
        events=tuple(chart.DatedWord(event.day, event.kind.replace("_", " ")) for event in diary.events)[
            -chart.MAX_DATED // 4 :
        ],
    )


def _first_day(diary: Diary, *, whole: bool) -> date:
    """14 days before the infusion of the course before the present one, where the diary reaches that far."""
    answered = diary.entries[0].day if diary.entries else diary.today
    began = min(answered, diary.enrolled_on or diary.today, diary.today)
    earliest = diary.today - timedelta(days=chart.MAX_SPAN_DAYS - 200)
    starts = [
        course.first_infusion_day or course.planned_first_day
        for course in diary.courses
        if course.closing != "cancelled"
    ]
    shown = [day for day in starts if day is not None][-2:]
    if whole or not shown:
        return max(began, earliest)
    return max(began, earliest, shown[0] - timedelta(days=packed.DAYS_BEFORE))


def _ended_on(diary: Diary) -> date | None:
    """The day on which the last course was closed, or of a later answer; None while one is under way."""
    closed = [course.closed_at.date() for course in diary.courses if course.closed_at is not None]
    if not closed or any(course.status != "closed" for course in diary.courses):
        return None
    answered = [entry.day for entry in diary.entries[-1:]]
    return min(max([*closed, *answered]), diary.today)


def _days(diary: Diary, first: date, last: date) -> tuple[chart.DiaryDay, ...]:
    """A day a row; today, while it is open and unanswered, is no missing answer yet."""
    versions: dict[date, list[Entry]] = {}
    for entry in diary.entries:
        versions.setdefault(entry.day, []).append(entry)
    found = []
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        if day in versions:
            found.append(_day(day, versions[day]))
        elif day < diary.today and _asked(diary, day):
            found.append(chart.DiaryDay(day, None))
    return tuple(found)


def _day(day: date, versions: Sequence[Entry]) -> chart.DiaryDay:
    standing = next((entry for entry in versions if entry.standing), versions[-1])
    first_nrs = versions[0].nrs if versions[0] is not standing else None
    return chart.DiaryDay(day, standing.nrs, mark_of(standing), first_nrs)


def mark_of(entry: Entry) -> chart.Mark:
    """How a standing entry is drawn.

    A clock in doubt goes before all; then what staff filed, a change, a late answer.
    """
    if entry.clock_suspect:
        return "suspect"
    if entry.kind != "answer" or entry.source in ("clinic_phone", "clinic_paper"):
        return "staff"
    if entry.version > 1:
        return "changed"
    return "late" if entry.late else "plain"


def _asked(diary: Diary, day: date) -> bool:
    away = unfollowed(diary.follow)
    if any(is_within(day, first_day, last_day) for _, first_day, last_day in away):
        return False
    return not _between_thin_days(diary.courses, day)


def _between_thin_days(courses: Sequence[Course], day: date) -> bool:
    thin = [course for course in courses if course.thin_from_day is not None and course.thin_from_day <= day]
    weekdays = thin[-1].thin_weekdays if thin and thin[-1].status == "open" else None
    return weekdays is not None and not weekdays >> day.weekday() & 1


def _infusions(diary: Diary) -> list[chart.Infusion]:
    """Each course's infusion days as one block, boosters by themselves, days on offer as a plan."""
    blocks = [
        chart.Infusion(course.first_infusion_day, course.last_infusion_day, f"Infusion {course.number}")
        for course in diary.courses
        if course.first_infusion_day is not None and course.last_infusion_day is not None
    ]
    blocks += [
        chart.Infusion(row.first_day, row.last_day, "booster", "booster")
        for row in diary.given
        if row.classified_as == "booster"
    ]
    booking = diary.booking
    if booking is not None and booking.offered_first_day and booking.offered_last_day:
        days = booking.offered_first_day, booking.offered_last_day
        blocks.append(chart.Infusion(*days, booking.state.replace("_", " "), "planned"))
    return sorted(blocks, key=lambda block: block.first_day)[-chart.MAX_DATED // 4 :]


def _baseline(baseline: Baseline, days: CourseDays | None) -> chart.Baseline:
    low = high = None
    answered = [nrs for nrs in packed.before_days(days.days) if nrs is not None] if days is not None else []
    if baseline.kind == "own" and len(answered) > 1:
        low, _, high = quantiles(answered, n=4, method="inclusive")
    kind = cast(chart.BaselineKind, baseline.kind)
    return chart.Baseline(kind, baseline.nrs, low, high, baseline.answers)
