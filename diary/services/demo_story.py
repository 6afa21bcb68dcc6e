"""What befalls the demo's simulated patients: when each is infused, what each answers, who falls silent.

Diaries come from the generator, with seeds that were fixed before anyone looked. Starts are staggered; what a
visitor should find on the Monday morning is seen to by rules below, which move patients between starting days
or give an event to the first who fit. No diary is altered, but for a phone that falls silent.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from diary.domain.packed import DAYS_BEFORE, NO_ANSWER
from diary.domain.simulation.cohort import Cohort
from diary.services.simulation import draw

# The years of the two papers on the trial that the generator imitates.
SEED: Final = 2011
SEED_OF_LATER_COURSES: Final = 2009
LATER_COURSES_A_PATIENT: Final = 4

ADMITTED_DAYS_BEFORE: Final = 17
INFUSION_DAYS: Final = 5
# Every fourth patient has ten outpatient days: two working weeks, one series.
OUTPATIENT_EVERY: Final = 4
OFFLINE_EVERY: Final = 6
OFFLINE_DAYS: Final = (3, 6)

# Two weeks under the line confirm a loss; the clinic asks for a bed a week later, and gets one in four.
BOOKED_DAYS_AFTER_LOSS: Final = 21
BED_DAYS: Final = 28
COURSES_MAX: Final = 3

# On the Monday morning some have lost relief just so long ago, others lose it so soon, days.
NEWLY_LOST: Final = (3, 13)
NEARLY_LOST: Final = (4, -8)
DAYS_OFF: Final = 3
FORTNIGHT_DAYS: Final = 14
FORTNIGHT_ANSWERS: Final = 11

EARLY_RETREATMENT_DAY: Final = 56
BOOSTER_DAY: Final = 45
SILENT_DAYS: Final = 9
STEADY_DAYS: Final = 28
STEADY_ANSWERS: Final = 24

Block = tuple[date, date]
MONDAY, WEDNESDAY = 0, 2


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


@dataclass(frozen=True, slots=True)
class Drawn:
    """One simulated course: what was answered, and what was true."""

    before: Sequence[int]
    scores: Sequence[int]
    relief: Sequence[float]
    relapse_day: int


@dataclass(slots=True)
class DemoCourse:
    """One course of a patient: its infusion days, and the diary that follows."""

    blocks: list[Block]
    drawn: Drawn
    outpatient: bool = False

    @property
    def first_day(self) -> date:
        """First infusion day."""
        return self.blocks[0][0]

    @property
    def last_day(self) -> date:
        """Last infusion day."""
        return self.blocks[-1][1]


@dataclass(frozen=True, slots=True)
class DemoBooking:
    """A bed asked for; five days from `bed_on`."""

    asked_on: date
    bed_on: date


@dataclass(slots=True)
class Story:
    """One patient's."""

    number: int
    courses: list[DemoCourse]
    bookings: list[DemoBooking] = field(default_factory=list)
    """The bed of booking n was for course n + 1; the last may still lie ahead."""
    answers: dict[date, int] = field(default_factory=dict)
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
    def admitted_on(self) -> date:
        """When the phone is paired."""
        return self.courses[0].first_day - timedelta(days=ADMITTED_DAYS_BEFORE)


def tell(plan: DemoPlan) -> list[Story]:
    """All stories, in the order in which the patients begin; the same every time."""
    days = (plan.ends_on - plan.first_infusion_day).days + 1
    drawn = _draw(plan.patients, SEED, days)
    later = _Later(_draw(plan.patients * LATER_COURSES_A_PATIENT, SEED_OF_LATER_COURSES, days))
    stories = [
        Story(number + 1, [_first_course(plan, number, one)])
        for number, one in enumerate(_moved(drawn, plan))
    ]
    _cast(stories, plan)
    for story in stories:
        _treat_again(story, plan, later)
        _answer(story, plan)
    _lose_signal(stories, plan)
    return stories


def _draw(courses: int, seed: int, days: int) -> list[Drawn]:
    block = next(draw(courses, seed=seed, days=days, arm="ketamine", parameters={}))
    cohort: Cohort = block.cohort
    return [
        Drawn(
            cohort.before[row].tolist(),
            cohort.scores[row].tolist(),
            cohort.relief[row].tolist(),
            int(cohort.relapse_day[row]),
        )
        for row in range(courses)
    ]


def _first_course(plan: DemoPlan, number: int, drawn: Drawn) -> DemoCourse:
    monday = plan.first_infusion_day + timedelta(weeks=number * plan.weeks // plan.patients)
    outpatient = number % OUTPATIENT_EVERY == OUTPATIENT_EVERY - 1
    blocks = [_block(monday + timedelta(weeks=week)) for week in range(2 if outpatient else 1)]
    return DemoCourse(blocks, drawn, outpatient)


def _block(first_day: date) -> Block:
    return first_day, first_day + timedelta(days=INFUSION_DAYS - 1)


def _moved(drawn: Sequence[Drawn], plan: DemoPlan) -> list[Drawn]:
    """The same patients, some starting on another day, so that the Monday finds them where it should."""
    moved = list(drawn)
    settled: set[int] = set()
    day_of_place = [_day_on_monday(_first_course(plan, place, one), plan) for place, one in enumerate(drawn)]
    for wanted, days_since_loss in (NEWLY_LOST, NEARLY_LOST):
        found = 0
        for place, from_place in _pairs(len(moved)):
            if found == wanted or place in settled or from_place in settled:
                continue
            relapse_day = moved[from_place].relapse_day
            off = day_of_place[place] - relapse_day - days_since_loss
            if relapse_day and abs(off) <= DAYS_OFF and _answers(moved[from_place], day_of_place[place]):
                moved[place], moved[from_place] = moved[from_place], moved[place]
                settled.add(place)
                found += 1
    return moved


def _answers(drawn: Drawn, day: int) -> bool:
    """Enough in the last fortnight for the nights to see anything."""
    answered = sum(nrs != NO_ANSWER for nrs in drawn.scores[max(0, day - FORTNIGHT_DAYS) : day])
    return answered >= FORTNIGHT_ANSWERS


def _pairs(count: int) -> Iterator[tuple[int, int]]:
    return ((place, from_place) for place in range(count) for from_place in range(count))


def _day_on_monday(course: DemoCourse, plan: DemoPlan) -> int:
    """The course day on which the clock stands."""
    return (plan.frozen_on - course.last_day).days


def _cast(stories: Sequence[Story], plan: DemoPlan) -> None:
    """Give each event to the first patient who fits and has none yet; in a small demo some find nobody."""
    free = list(stories)

    def day(story: Story) -> int:
        return _day_on_monday(story.courses[0], plan)

    def relief(story: Story, on_day: int) -> float:
        return story.courses[0].drawn.relief[on_day - 1]

    def lasting(story: Story) -> bool:
        """Relief on the Monday, and not re-treated before."""
        return relief(story, day(story)) >= 0.5

    def steady(story: Story) -> bool:
        """Answered nearly every day until the silence: an earlier gap would have had its own item."""
        until = day(story) - SILENT_DAYS
        answers = story.courses[0].drawn.scores[until - STEADY_DAYS : until]
        return sum(nrs != NO_ANSWER for nrs in answers) >= STEADY_ANSWERS

    def first(fits: Callable[[Story], bool]) -> Story | None:
        found = next((story for story in free if fits(story)), None)
        if found is not None:
            free.remove(found)
        return found

    if early := first(lambda one: day(one) >= 91 and relief(one, EARLY_RETREATMENT_DAY + 7) >= 0.5):
        # The authorisation was about to end: treated by the calendar, while relief lasted.
        bed_on = _next(early.courses[0].last_day + timedelta(days=EARLY_RETREATMENT_DAY), MONDAY)
        early.bookings.append(DemoBooking(bed_on - timedelta(days=BED_DAYS + 5), bed_on))
    if boosted := first(lambda one: day(one) >= 75 and relief(one, BOOSTER_DAY) >= 0.4 and lasting(one)):
        boosted.booster_on = _next(boosted.courses[0].last_day + timedelta(days=BOOSTER_DAY), WEDNESDAY)
    for kind in ("stated", "none"):
        if legacy := first(lambda one: 30 <= day(one) <= 100 and lasting(one)):
            legacy.baseline = kind
    if silent := first(lambda one: day(one) >= 40 and lasting(one) and steady(one)):
        silent.silent_from = plan.frozen_on - timedelta(days=SILENT_DAYS)
    if flagged := first(lambda one: 3 <= day(one) <= 21):
        flagged.red_flag_on = plan.frozen_on - timedelta(days=1)
    if caller := first(lambda one: day(one) >= 28 and 0.35 <= relief(one, day(one)) <= 0.7):
        caller.call_me_on = plan.frozen_on - timedelta(days=1)


class _Later:
    """Simulated courses for those who are treated again; each is taken once, by whoever comes nearest."""

    def __init__(self, drawn: list[Drawn]) -> None:
        self._left = drawn

    def take(self, first: Drawn) -> Drawn:
        """The one whose pain before the infusion is nearest to this patient's."""
        found = min(self._left, key=lambda one: abs(_level(one) - _level(first)))
        self._left.remove(found)
        return found


def _level(drawn: Drawn) -> float:
    answers = [nrs for nrs in drawn.before if nrs != NO_ANSWER]
    return sum(answers) / len(answers) if answers else 0.0


def _treat_again(story: Story, plan: DemoPlan, later: _Later) -> None:
    """Whoever loses relief is booked, and infused when the bed comes; from the Monday on, visitors decide."""
    if story.booster_on is not None:
        return
    while len(story.courses) < COURSES_MAX:
        course = story.courses[-1]
        if len(story.bookings) < len(story.courses):
            if not course.drawn.relapse_day:
                return
            lost_on = course.last_day + timedelta(days=course.drawn.relapse_day)
            asked_on = _next(lost_on + timedelta(days=BOOKED_DAYS_AFTER_LOSS), WEDNESDAY)
            bed_on = _next(asked_on + timedelta(days=BED_DAYS), MONDAY)
            if asked_on >= plan.frozen_on:
                return
            story.bookings.append(DemoBooking(asked_on, bed_on))
        block = _block(story.bookings[-1].bed_on)
        if block[1] >= plan.frozen_on:
            return
        story.courses.append(DemoCourse([block], later.take(story.courses[0].drawn)))


def _answer(story: Story, plan: DemoPlan) -> None:
    first = story.courses[0]
    if story.baseline is None:
        _keep(story, first.drawn.before, first=first.first_day - timedelta(days=DAYS_BEFORE))
    for course, following in zip(story.courses, [*story.courses[1:], None]):
        scores = course.drawn.scores
        if story.booster_on is not None:  # the booster starts the curve anew
            scores = [*scores[: (story.booster_on - course.last_day).days], *scores]
        last = following.first_day - timedelta(days=1) if following else plan.ends_on
        _keep(story, scores, first=course.last_day + timedelta(days=1), last=last)
    if story.silent_from is not None:
        story.answers = {day: nrs for day, nrs in story.answers.items() if day < story.silent_from}


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
    shortest, longest = OFFLINE_DAYS
    for story in stories[::OFFLINE_EVERY]:
        course = story.courses[0]
        ends = story.courses[1].first_day if story.courses[1:] else plan.frozen_on
        latest = (ends - course.last_day).days - longest - 1
        if latest >= 1:
            first = course.last_day + timedelta(days=chance.randint(1, latest))
            story.offline = (first, first + timedelta(days=chance.randint(shortest, longest) - 1))


def _next(day: date, weekday: int) -> date:
    """That day, or the first after it that is this day of the week; Monday is 0."""
    return day + timedelta(days=(weekday - day.weekday()) % 7)
