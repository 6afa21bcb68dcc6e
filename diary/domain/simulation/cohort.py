"""A cohort: simulated courses with their diaries and their truth."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from config.protocol import DEFAULT
from diary.domain.baseline import RELIEF_TOLERANCE
from diary.domain.packed import DAYS_BEFORE, FOLLOW_UP_DAYS_MAX, NO_ANSWER
from diary.domain.relapse.baselines import own_means
from diary.domain.simulation.answering import answered_days, as_scored, say_always_the_same
from diary.domain.simulation.curves import relief_on
from diary.domain.simulation.draws import Floats
from diary.domain.simulation.noise import flares, noise, rescue_relief, weekly_cycle
from diary.domain.simulation.parameters import KETAMINE, CohortParameters
from diary.domain.simulation.people import People, first_courses, second_courses
from diary.domain.simulation.truth import RESPONSE_DAYS, Bools, responders, true_relapse_day

COURSES_MAX: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Cohort:
    """n simulated courses followed for T days: what they answered, and what was true."""

    before: NDArray[np.uint8]
    """(n, 14) scores of the days before the infusion, day -1 last; 255 for no answer."""
    scores: NDArray[np.uint8]
    """(n, T) scores from day 1 on; 255 for no answer."""
    baseline_nrs: Floats
    """(n,) the true level without treatment."""
    relief: Floats
    """(n, T) noise-free relief by the infusion, a share of the baseline."""
    kind: NDArray[np.int8]
    """(n,) positions in `curves.KINDS`."""
    responder: Bools
    """(n,) noise-free relief of days 3-14 is 30 % or more in the mean, or later on 14 days running."""
    relapse_day: NDArray[np.int16]
    """(n,) day of the true loss; 0 for none within T days, and for those who did not respond."""
    boosters: Bools | None = None
    """(n, T) days on which a booster was given; None where nobody got one."""
    carried_nrs: Floats | None = None
    """(n,) the baseline carried over from the course before; NaN where the days before are the course's own.

    None in a cohort of first courses. It was measured as the service does, and is not the truth.
    """


def simulate(
    courses: int, *, rng: np.random.Generator, parameters: CohortParameters = KETAMINE, days: int = 180
) -> Cohort:
    """Draw courses with their diaries and their truth.

    Args:
        courses: how many, each of another patient.
        rng: seeded by the caller; the same state gives the same cohort.
        parameters: KETAMINE, PLACEBO or a variation of them; `cohorts` has those with a name.
        days: follow-up, 14 to 800.

    Raises:
        ValueError: too many courses or days, a follow-up that ends before a response is known, or parameters
            that nothing can be drawn from.

    >>> cohort = simulate(60, rng=np.random.default_rng(7), days=84)
    >>> cohort.before.shape, cohort.scores.shape, bool(cohort.responder.any())
    ((60, 14), (60, 84), True)
    """
    days_min = RESPONSE_DAYS[1]  # before that nobody is known to respond
    if not 1 <= courses <= COURSES_MAX or not days_min <= days <= FOLLOW_UP_DAYS_MAX:
        raise ValueError(
            f"{courses} courses of {days} days cannot be simulated; "
            f"ask for 1 to {COURSES_MAX} courses and {days_min} to {FOLLOW_UP_DAYS_MAX} days"
        )
    choose = second_courses if parameters.retreated_at_relief else first_courses
    people = choose(courses, rng, parameters)
    relief, responder, boosters = _lived(people, days, parameters)
    scores = _diaries(people, relief, rng, parameters)

    after = relief[:, 1:]
    relapse_day = true_relapse_day(after, boosters)
    return Cohort(
        before=scores[:, -days - 1 - DAYS_BEFORE : -days - 1],
        scores=scores[:, -days:],
        baseline_nrs=people.baseline_nrs,
        relief=after,
        kind=people.curves.kind,
        responder=responder,
        relapse_day=np.where(responder, relapse_day, 0).astype(np.int16),
        boosters=boosters,
        carried_nrs=_carried(scores) if parameters.retreated_at_relief else None,
    )


def _lived(people: People, days: int, p: CohortParameters) -> tuple[Floats, Bools, Bools | None]:
    """Relief on days 0 to T, who responds, and the boosters given to those on days 1 to T.

    A booster day is another day 0: from it on the course's own curve begins again (assumed: as good as new).
    """
    day = np.arange(days + 1)
    relief = relief_on(people.curves, day, p)
    responder = responders(relief[:, 1:])
    booster_day = int(p.booster_day)
    if not 1 <= booster_day <= days:
        return relief, responder, None
    since = np.where(day < booster_day, day, day - booster_day)
    relief = np.where(responder[:, None], relief_on(people.curves, since, p), relief)
    return relief, responder, responder[:, None] & (day[1:] == booster_day)


def _diaries(
    people: People, relief: Floats, rng: np.random.Generator, p: CohortParameters
) -> NDArray[np.uint8]:
    """(n, days before + 1 + T) scores, 255 for no answer: what was felt, and what was written down of it.

    Drift, a rescue drug and constant answers draw from generators of their own, so that a cohort without them
    is drawn as it always was.
    """
    drift_rng, rescue_rng, constant_rng = rng.spawn(3)
    relief = np.hstack([people.relief_before, relief])
    courses = len(relief)
    day = np.arange(relief.shape[1]) - people.relief_before.shape[1]
    pain = people.baseline_nrs[:, None] * (1 - relief)
    felt = pain + noise(pain, rng, drift_rng, p) + flares(pain.shape, rng, p)
    felt += weekly_cycle(courses, day, rng, p)
    if p.rescue_share:
        felt -= rescue_relief(courses, day, rescue_rng, p)
    scores = as_scored(felt, rng, p)
    if p.constant_share:
        say_always_the_same(scores, people.baseline_nrs, constant_rng, p)
    scores[~answered_days(felt, day, rng, p)] = NO_ANSWER
    return scores


def _carried(scores: NDArray[np.uint8]) -> Floats:
    """The baseline that the service would carry over (`domain.baseline.baseline_for_next`); NaN for none.

    Args:
        scores: those of the untreated fortnight, then those of the fortnight before the second infusion, then
            the rest.
    """
    untreated = own_means(scores[:, :DAYS_BEFORE], DEFAULT)
    own = own_means(scores[:, DAYS_BEFORE : 2 * DAYS_BEFORE], DEFAULT)
    untreated[untreated == 0] = np.nan  # no pain, no relief to lose
    still_relieved = 1 - own / untreated >= DEFAULT.relief_line - RELIEF_TOLERANCE
    return np.where(still_relieved, untreated, np.nan)
