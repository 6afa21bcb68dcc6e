"""What befalls the demo's simulated patients: when each is infused, what each answers, who falls silent.

Diaries come from the generator with a seed that was fixed before anyone looked. Starts are staggered in the
order of the draw. Events that a visitor should find are given to the first patients who fit, by rules below.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from diary.domain.packed import DAYS_BEFORE, NO_ANSWER
from diary.domain.simulation import Cohort
from diary.services.simulation import draw

# Chosen before looking: the year of Dahan's model of the same trial, from whose curve the generator draws.
SEED: Final = 2011
SEED_OF_SECOND_COURSES: Final = 2012

ADMITTED_DAYS_BEFORE: Final = 17
IN_HOSPITAL_DAYS: Final = 5
# Ten outpatient days are two working weeks.
OUTPATIENT_WEEKS: Final = 2
OUTPATIENT_EVERY: Final = 4
OFFLINE_EVERY: Final = 6
OFFLINE_DAYS: Final = (3, 6)

# Two weeks under the line confirm a loss; the clinic asks for a bed a week later, and gets one in four.
BOOKED_DAYS_AFTER_LOSS: Final = 21
BED_DAYS: Final = 28
EARLY_RETREATMENT_DAY: Final = 56
BOOSTER_DAY: Final = 45
SILENT_DAYS: Final = 9

Block = tuple[date, date]


@dataclass(frozen=True, slots=True)
class DemoPlan:
    """How many patients, over how many weeks they start, and how long they go on after the clock stands."""

    patients: int = 60
    weeks: int = 24
    weeks_after: int = 12
    frozen_on: date = date(2026, 9, 7)  # a Monday

    @property
    def first_infusion_day(self) -> date:
        """The Monday of the first infusion."""
        return self.frozen_on - timedelta(weeks=self.weeks)

    @property
    def begins_on(self) -> date:
        """The day that the clock stands at when the play begins."""
        return self.first_infusion_day - timedelta(days=ADMITTED_DAYS_BEFORE + 1)

    @property
    def ends_on(self) -> date:
        """The last day with answers."""
        return self.frozen_on + timedelta(weeks=self.weeks_after)


@dataclass(slots=True)
class Story:
    """One patient's."""

    number: int
    outpatient: bool
    admitted_on: date
    blocks: list[Block]
    """Infusion days of the first course; two blocks for ten outpatient days."""
    answers: dict[date, int] = field(default_factory=dict)
    booked_on: date | None = None
    """When the next course is asked for."""
    bed_on: date | None = None
    """First day of the bed for it, five days long."""
    second: Block | None = None
    """The next course's infusion, when it is given before the clock stands."""
    booster_on: date | None = None
    baseline: str | None = None
    """Stated or none, for a patient whose diary began only after the infusion."""
    offline: Block | None = None
    """Days whose answers wait on the phone until the morning after."""
    silent_from: date | None = None
    red_flag_on: date | None = None
    call_me_on: date | None = None

    @property
    def pseudonym(self) -> str:
        """What the clinic calls the patient."""
        return f"P-{self.number:02}"

    @property
    def first_day(self) -> date:
        """First infusion day of the first course."""
        return self.blocks[0][0]

    @property
    def last_day(self) -> date:
        """Last infusion day of the first course."""
        return self.blocks[-1][1]


def tell(plan: DemoPlan) -> list[Story]:
    """All stories, in the order in which the patients begin; the same every time."""
    days = min(800, (plan.ends_on - plan.first_infusion_day).days + 1)
    cohort = _first_block(plan.patients, SEED, days)
    seconds = _first_block(len(cohort.kind) * 4, SEED_OF_SECOND_COURSES, days)
    stories = [_begin(plan, number) for number in range(plan.patients)]
    for story in stories:
        _book_when_lost(story, plan, int(cohort.relapse_day[story.number - 1]))
    _cast(stories, cohort, plan)
    taken: set[int] = set()
    for story in stories:
        _answer_first_course(story, plan, cohort)
        if story.second is not None:
            _answer_second_course(story, story.second, plan, cohort, seconds, taken)
        if story.silent_from is not None:
            story.answers = {day: nrs for day, nrs in story.answers.items() if day < story.silent_from}
    _lose_signal(stories, plan)
    return stories


def _first_block(courses: int, seed: int, days: int) -> Cohort:
    return next(draw(courses, seed=seed, days=days, arm="ketamine", parameters={})).cohort


def _begin(plan: DemoPlan, number: int) -> Story:
    monday = plan.first_infusion_day + timedelta(weeks=number * plan.weeks // plan.patients)
    outpatient = number % OUTPATIENT_EVERY == OUTPATIENT_EVERY - 1
    weeks = OUTPATIENT_WEEKS if outpatient else 1
    mondays = [monday + timedelta(weeks=week) for week in range(weeks)]
    return Story(
        number=number + 1,
        outpatient=outpatient,
        admitted_on=monday - timedelta(days=ADMITTED_DAYS_BEFORE),
        blocks=[(first, first + timedelta(days=IN_HOSPITAL_DAYS - 1)) for first in mondays],
    )


def _book_when_lost(story: Story, plan: DemoPlan, relapse_day: int) -> None:
    if not relapse_day:
        return
    wednesday = _next_weekday(story.last_day + timedelta(days=relapse_day + BOOKED_DAYS_AFTER_LOSS), 2)
    if wednesday < plan.frozen_on:
        _book(story, plan, booked_on=wednesday)


def _book(story: Story, plan: DemoPlan, *, booked_on: date) -> None:
    story.booked_on = booked_on
    story.bed_on = _next_weekday(booked_on + timedelta(days=BED_DAYS), 0)
    ends = story.bed_on + timedelta(days=IN_HOSPITAL_DAYS - 1)
    if ends < plan.frozen_on:
        story.second = (story.bed_on, ends)


def _cast(stories: Sequence[Story], cohort: Cohort, plan: DemoPlan) -> None:
    """Give each event to the first patient who fits and has none yet; in a small demo some find nobody."""
    free = list(stories)

    def day(story: Story) -> int:
        return (plan.frozen_on - story.last_day).days

    def relief(story: Story, on_day: int) -> float:
        return float(cohort.relief[story.number - 1, on_day - 1])

    def first(fits: Callable[[Story], bool]) -> Story | None:
        found = next((story for story in free if fits(story)), None)
        if found is not None:
            free.remove(found)
        return found

    carried = first(lambda one: day(one) >= 91 and relief(one, 63) >= 0.5)
    if carried:  # the authorisation was about to end: treated by the calendar, while relief lasted
        bed = _next_weekday(carried.last_day + timedelta(days=EARLY_RETREATMENT_DAY), 0)
        _book(carried, plan, booked_on=bed - timedelta(days=BED_DAYS + 5))
    booster = first(lambda one: day(one) >= 75 and not one.booked_on and relief(one, BOOSTER_DAY) >= 0.4)
    if booster:
        booster.booster_on = _next_weekday(booster.last_day + timedelta(days=BOOSTER_DAY), 2)
    for kind in ("stated", "none"):
        legacy = first(lambda one: 30 <= day(one) <= 100 and not one.booked_on and relief(one, 30) >= 0.5)
        if legacy:
            legacy.baseline = kind
    silent = first(lambda one: day(one) >= 40 and not one.booked_on and relief(one, day(one)) >= 0.5)
    if silent:
        silent.silent_from = plan.frozen_on - timedelta(days=SILENT_DAYS)
    flagged = first(lambda one: 3 <= day(one) <= 21)
    if flagged:
        flagged.red_flag_on = plan.frozen_on - timedelta(days=1)
    caller = first(lambda one: day(one) >= 28 and not one.booked_on and 0.3 <= relief(one, day(one)) <= 0.7)
    if caller:
        caller.call_me_on = plan.frozen_on - timedelta(days=1)


def _answer_first_course(story: Story, plan: DemoPlan, cohort: Cohort) -> None:
    row = story.number - 1
    if story.baseline is None:
        before = cohort.before[row].tolist()
        _keep(story, before, first=story.first_day - timedelta(days=DAYS_BEFORE))
    after = cohort.scores[row].tolist()
    if story.booster_on is not None:  # the booster starts the curve anew
        kept = (story.booster_on - story.last_day).days
        after = after[:kept] + after
    until = story.second[0] - timedelta(days=1) if story.second else plan.ends_on
    _keep(story, after, first=story.last_day + timedelta(days=1), last=until)


def _answer_second_course(
    story: Story, second: Block, plan: DemoPlan, cohort: Cohort, seconds: Cohort, taken: set[int]
) -> None:
    """From another draw, the course whose baseline comes nearest; each is taken once."""
    baseline = cohort.baseline_nrs[story.number - 1]
    left = [row for row in range(len(seconds.kind)) if row not in taken]
    row = min(left, key=lambda row: abs(float(seconds.baseline_nrs[row] - baseline)))
    taken.add(row)
    after = seconds.scores[row].tolist()
    _keep(story, after, first=second[1] + timedelta(days=1), last=plan.ends_on)


def _keep(story: Story, scores: Sequence[int], *, first: date, last: date = date.max) -> None:
    for offset, nrs in enumerate(scores):
        day = first + timedelta(days=offset)
        if day > last:
            break
        if nrs != NO_ANSWER:
            story.answers[day] = nrs


def _lose_signal(stories: Sequence[Story], plan: DemoPlan) -> None:
    """Every sixth phone is offline for a few days, and sends them together."""
    chance = random.Random(SEED)
    for story in stories[::OFFLINE_EVERY]:
        shortest, longest = OFFLINE_DAYS
        follow_up_days = ((story.second[0] if story.second else plan.frozen_on) - story.last_day).days
        latest = follow_up_days - longest - 1
        if latest >= 1:
            first = story.last_day + timedelta(days=chance.randint(1, latest))
            story.offline = (first, first + timedelta(days=chance.randint(shortest, longest) - 1))


def _next_weekday(day: date, weekday: int) -> date:
    """That day, or the first after it that is this day of the week; Monday is 0."""
    return day + timedelta(days=(weekday - day.weekday()) % 7)
