"""Simulated patients: the generator behind the demo, the tests and the benchmarks, with the truth known.

Everything it says is said of simulated cohorts only. Week-1 means and the week-12 difference of Sigtermans
2009 were targets when its figures were chosen, so agreement there is fit and no evidence.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from config.scales import NRS
from diary.domain.packed import DAYS_BEFORE, FOLLOW_UP_DAYS_MAX, NO_ANSWER

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

KINDS: Final = ("gradual", "step", "durable", "non_responder")
GRADUAL, STEP, DURABLE, NON_RESPONDER = range(len(KINDS))

# The truth: noise-free relief of days 3-14 makes a responder, and noise-free relief under the line for a
# fortnight makes a relapse. Noise, flares and the weekly cycle never do.
RELIEF_LINE: Final = 0.30
RESPONSE_DAYS: Final = (3, 14)
RELAPSE_LASTS_DAYS: Final = 14

COURSES_MAX: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortParameters:
    """What a cohort is drawn from: NRS points, days and shares. A `size` is a Beta's a + b."""

    # Sigtermans 2009 took severe pain, NRS >= 5; a normal cut to that range.
    baseline_mean_nrs: float = 7.05
    baseline_sd_nrs: float = 1.3
    baseline_low_nrs: float = 5.0

    # Dahan 2011: 67 +- 10 % on ketamine, 23 +- 9 % on placebo had an analgesic effect. 72 % fits the trial.
    responder_share: float = 0.72
    # Peak relief, tuned to the trial's week-1 means.
    responder_relief_mean: float = 0.90
    responder_relief_size: float = 14.0
    other_relief_mean: float = 0.08
    other_relief_size: float = 10.0

    # How responders lose relief; the rest are gradual. Assumed: no source tells.
    step_share: float = 0.20
    durable_share: float = 0.12

    # Dahan 2011: the effect site empties with a half-life of 10.9 days: relief falls as a logistic in time.
    half_life_days: float = 10.9
    half_life_log_sd: float = 0.45
    step_half_life_days: float = 0.7
    # Day of half relief, wide enough for P = 0.07 in the trial's week 12.
    midpoint_days: float = 51.0
    midpoint_log_sd: float = 0.75

    # Day-to-day noise in chronic pain (borrowed: no daily diaries of CRPS were found), less near the floor.
    noise_sd_nrs: float = 1.0
    noise_log_sd: float = 0.35
    noise_lag1_mean: float = 0.4
    noise_lag1_size: float = 10.0
    noise_full_from_nrs: float = 4.0
    noise_floor_share: float = 0.35

    # Flares: 0.6 in 30 days (BMC Musculoskelet Disord 12:220), up by 2.8 points.
    flares_a_day: float = 0.02
    flare_rise_nrs: float = 2.8
    flare_rise_sd_nrs: float = 0.8
    flare_mean_days: float = 3.0

    weekly_amplitude_nrs: float = 0.12
    even_only_share: float = 0.10

    # Completion: 85 % in trials (Ono 2019), falling; gaps come in runs; some drop out for good.
    completion_mean: float = 0.85
    completion_size: float = 8.0
    completion_loss_a_day: float = 0.0008
    completion_stickiness: float = 0.45
    dropout_a_day: float = 0.0008


KETAMINE: Final = CohortParameters()
PLACEBO: Final = replace(KETAMINE, responder_share=0.23)


@dataclass(frozen=True, slots=True)
class Cohort:
    """n simulated courses followed for T days: what they answered, and what was true."""

    before: NDArray[np.uint8]
    """(n, 14) scores of the days before the infusion, day -1 last; 255 for no answer."""
    scores: NDArray[np.uint8]
    """(n, T) scores from day 1 on; 255 for no answer."""
    baseline_nrs: Floats
    """(n,) the true level before the infusion."""
    relief: Floats
    """(n, T) noise-free relief, a share of the baseline."""
    kind: NDArray[np.int8]
    """(n,) positions in `KINDS`."""
    responder: Bools
    """(n,) noise-free mean relief of days 3-14 is 30 % or more."""
    relapse_day: NDArray[np.int16]
    """(n,) day of the true loss; 0 for none within T days, and for those who did not respond."""


def simulate(
    courses: int, *, rng: np.random.Generator, parameters: CohortParameters = KETAMINE, days: int = 180
) -> Cohort:
    """Draw courses with their diaries and their truth.

    Args:
        courses: how many, each of another patient.
        rng: seeded by the caller; the same state gives the same cohort.
        parameters: KETAMINE, PLACEBO or a variation of them.
        days: follow-up, 14 to 800.

    Raises:
        ValueError: too many courses or days, or a follow-up that ends before a response is known.

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
    day = np.arange(-DAYS_BEFORE, days + 1)
    baseline = _baselines(courses, rng, parameters)
    kind, relief = _relief(courses, day, rng, parameters)
    pain = baseline[:, None] * (1 - relief)
    felt = pain + _noise(pain, rng, parameters) + _flares(pain.shape, rng, parameters)
    felt += _weekly_cycle(courses, day, rng, parameters)
    scores = _as_scored(felt, rng, parameters)
    scores[~_answered(courses, day, rng, parameters)] = NO_ANSWER

    after = relief[:, day > 0]
    responder = _responders(after)
    return Cohort(
        before=scores[:, day < 0],
        scores=scores[:, day > 0],
        baseline_nrs=baseline,
        relief=after,
        kind=kind,
        responder=responder,
        relapse_day=np.where(responder, true_relapse_day(after), 0).astype(np.int16),
    )


def true_relapse_day(relief: Floats) -> NDArray[np.int16]:
    """The first day on which relief is under 30 % and stays there for 14 days, or to the end; 0 for none.

    Args:
        relief: (n, T) noise-free relief from day 1 on.

    >>> true_relapse_day(np.array([[0.8] * 20 + [0.2] * 20, [0.8] * 20 + [0.2] * 13 + [0.4] * 7]))
    array([21,  0], dtype=int16)
    """
    days = relief.shape[1]
    day = np.arange(1, days + 1)
    below = relief < RELIEF_LINE
    back = np.where(below, days + RELAPSE_LASTS_DAYS + 1, day)
    next_back = np.minimum.accumulate(back[:, ::-1], axis=1)[:, ::-1]
    lost = below & (next_back - day >= RELAPSE_LASTS_DAYS)
    return np.where(lost.any(axis=1), lost.argmax(axis=1) + 1, 0).astype(np.int16)


@dataclass(frozen=True, slots=True)
class Trial:
    """The two arms of a simulated trial."""

    ketamine: Cohort
    placebo: Cohort


def simulate_trial(*, rng: np.random.Generator, patients_per_arm: int = 30, days: int = 84) -> Trial:
    """Draw a trial of the size of Sigtermans 2009: 30 patients an arm, followed for 12 weeks.

    >>> simulate_trial(rng=np.random.default_rng(7)).placebo.scores.shape
    (30, 84)
    """
    return Trial(
        ketamine=simulate(patients_per_arm, rng=rng, parameters=KETAMINE, days=days),
        placebo=simulate(patients_per_arm, rng=rng, parameters=PLACEBO, days=days),
    )


@dataclass(frozen=True, slots=True)
class WeeklyMean:
    """An arm's pain in one week of the trial."""

    week: int
    patients: int
    mean_nrs: float
    sem_nrs: float


def weekly_means(scores: NDArray[np.uint8], *, weeks: int = 12) -> list[WeeklyMean]:
    """Mean pain by week with its standard error over patients, as the trial reports it.

    The infusion takes the first half of week 1: week w is the 7 days that end on day 7w - 4, and week 1 is
    days 1 to 3. A patient without an answer in a week is left out of it; a week of under two is NaN.

    Args:
        scores: (n, T) from day 1 on, 255 for no answer.
        weeks: how many; T must reach the last one.

    >>> weekly_means(np.array([[2] * 10, [4] * 10], dtype=np.uint8), weeks=2)[1]
    WeeklyMean(week=2, patients=2, mean_nrs=3.0, sem_nrs=1.0)
    """
    if scores.shape[1] < 7 * weeks - 4:
        raise ValueError(f"{weeks} weeks need {7 * weeks - 4} days of follow-up; there are {scores.shape[1]}")
    return [
        _weekly_mean(week, scores[:, max(0, 7 * week - 11) : 7 * week - 4]) for week in range(1, weeks + 1)
    ]


def _weekly_mean(week: int, scores: NDArray[np.uint8]) -> WeeklyMean:
    came = scores != NO_ANSWER
    answers = came.sum(axis=1)
    total = np.where(came, scores, 0).sum(axis=1)
    means = total[answers > 0] / answers[answers > 0]
    if len(means) < 2:
        return WeeklyMean(week, len(means), float("nan"), float("nan"))
    return WeeklyMean(week, len(means), float(means.mean()), float(means.std(ddof=1) / np.sqrt(len(means))))


def _beta(mean: float, size: float, courses: int, rng: np.random.Generator) -> Floats:
    return rng.beta(mean * size, (1 - mean) * size, courses)


def _log_normal(median: float, log_sd: float, courses: int, rng: np.random.Generator) -> Floats:
    return median * np.exp(log_sd * rng.standard_normal(courses))


def _baselines(courses: int, rng: np.random.Generator, p: CohortParameters) -> Floats:
    baseline = np.empty(courses)
    redraw = np.arange(courses)
    while len(redraw):
        baseline[redraw] = rng.normal(p.baseline_mean_nrs, p.baseline_sd_nrs, len(redraw))
        outside = (baseline[redraw] < p.baseline_low_nrs) | (baseline[redraw] > NRS.high)
        redraw = redraw[outside]
    return baseline


def _relief(
    courses: int, day: NDArray[np.int_], rng: np.random.Generator, p: CohortParameters
) -> tuple[NDArray[np.int8], Floats]:
    """Kinds, and noise-free relief: peak / (1 + 2^((day - midpoint) / half-life)), none before day 0."""
    responds = rng.random(courses) < p.responder_share
    lot = rng.random(courses)
    losing = np.where(
        lot < p.step_share, STEP, np.where(lot < p.step_share + p.durable_share, DURABLE, GRADUAL)
    )
    kind = np.where(responds, losing, NON_RESPONDER).astype(np.int8)
    peak = np.where(
        responds,
        _beta(p.responder_relief_mean, p.responder_relief_size, courses, rng),
        _beta(p.other_relief_mean, p.other_relief_size, courses, rng),
    )
    half_life = _log_normal(p.half_life_days, p.half_life_log_sd, courses, rng)
    midpoint = _log_normal(p.midpoint_days, p.midpoint_log_sd, courses, rng)
    half_life = np.where(kind == STEP, p.step_half_life_days, half_life)
    half_life = np.minimum(half_life, midpoint / 2)  # else relief would be falling before it had begun
    midpoint[kind == DURABLE] = np.inf

    half_lives_past = (day - midpoint[:, None]) / half_life[:, None]
    left = 1 / (1 + np.exp2(np.minimum(half_lives_past, 60)))
    return kind, np.where(day < 0, 0.0, peak[:, None] * left)


def _noise(pain: Floats, rng: np.random.Generator, p: CohortParameters) -> Floats:
    """First-order autoregressive noise with a scale and a memory of each person's own."""
    courses, days = pain.shape
    sd = _log_normal(p.noise_sd_nrs, p.noise_log_sd, courses, rng)
    lag1 = _beta(p.noise_lag1_mean, p.noise_lag1_size, courses, rng)
    noise = rng.standard_normal((courses, days))
    fresh = np.sqrt(1 - lag1**2)
    for column in range(1, days):
        noise[:, column] = lag1 * noise[:, column - 1] + fresh * noise[:, column]
    return noise * sd[:, None] * np.clip(pain / p.noise_full_from_nrs, p.noise_floor_share, 1)


def _flares(shape: tuple[int, ...], rng: np.random.Generator, p: CohortParameters) -> Floats:
    """Rises of a few days; where two overlap the higher counts."""
    rise = np.zeros(shape)
    course, begins = np.nonzero(rng.random(shape) < p.flares_a_day)
    lasts = rng.geometric(1 / p.flare_mean_days, len(course))
    height = rng.normal(p.flare_rise_nrs, p.flare_rise_sd_nrs, len(course))
    for later in range(int(lasts.max(initial=0))):
        going_on = (lasts > later) & (begins + later < shape[1])
        np.maximum.at(rise, (course[going_on], begins[going_on] + later), height[going_on])
    return rise


def _weekly_cycle(
    courses: int, day: NDArray[np.int_], rng: np.random.Generator, p: CohortParameters
) -> Floats:
    offset = rng.integers(0, 7, courses)
    return p.weekly_amplitude_nrs * np.sin(2 * np.pi * (day + offset[:, None]) / 7)


def _as_scored(felt: Floats, rng: np.random.Generator, p: CohortParameters) -> NDArray[np.uint8]:
    """Whole numbers on the scale; some people give even ones only."""
    scored = np.rint(np.clip(felt, NRS.low, NRS.high))
    even_only = rng.random(len(felt)) < p.even_only_share
    scored[even_only] = np.clip(2 * np.rint(scored[even_only] / 2), NRS.low, NRS.high)
    return scored.astype(np.uint8)


def _answered(courses: int, day: NDArray[np.int_], rng: np.random.Generator, p: CohortParameters) -> Bools:
    """Which days were answered: a person's own rate, runs of answers and of gaps, and dropout."""
    rate = _beta(p.completion_mean, p.completion_size, courses, rng)
    rate_by_day = np.clip(rate[:, None] - p.completion_loss_a_day * np.maximum(day, 0), 0.05, 0.995)
    answered = np.zeros((courses, len(day)), dtype=np.bool_)
    answered[:, 0] = rng.random(courses) < rate_by_day[:, 0]
    for column in range(1, len(day)):
        today = rate_by_day[:, column]
        after_answer = today + p.completion_stickiness * (1 - today)
        after_gap = today * (1 - p.completion_stickiness)
        chance = np.where(answered[:, column - 1], after_answer, after_gap)
        answered[:, column] = rng.random(courses) < chance
    last_day = rng.geometric(p.dropout_a_day, courses)
    return answered & (day <= last_day[:, None])


def _responders(relief: Floats) -> Bools:
    first, last = RESPONSE_DAYS
    return np.asarray(relief[:, first - 1 : last].mean(axis=1) >= RELIEF_LINE)
