"""What bounds a goal that is not met: the same detector, told more and more of the generator.

Each way to foresee has the thresholds that ring earliest in these very courses at no more than 0.05 false
alerts a patient-month: levels are a little kind, to all alike, and differences fair. Intervals are over
patients, the same draws for all, and thresholds are chosen anew in every draw: so they hold what the choice
is unsure by.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma, polygamma

from bench.detector import courses, ours
from bench.detector.methods import Courses, given_the_generator
from bench.detector.names import GATED, ORACLE, RATES, TOLD_LEVEL, TOLD_NUMBERS, US, US_LEARNED
from bench.detector.rivals.diary import diary_of, gated
from bench.detector.rivals.settings import RIVALS
from bench.detector.scoring import EARLY_DAYS, Bools, Floats, truth_of
from bench.detector.thresholds import rung_at, spread_of
from config.priors import SHIPPED, Prior
from diary.domain.packed import DAYS_BEFORE, NO_ANSWER
from diary.domain.relapse.assess import Assessed
from diary.domain.relapse.baselines import Baselines
from diary.domain.simulation.cohort import Cohort
from diary.domain.simulation.parameters import CohortParameters
from diary.domain.simulation.people import first_courses

COHORTS_BOUND: Final = ("B", "C")
SEEDS: Final = 2
RATE: Final = RATES[0]
ROUNDS: Final = 1_000
SEED: Final = 1

# How well a level that is told is known: what the nearest cells can still follow.
LEVEL_SD_NRS: Final = 0.3


@dataclass(frozen=True, slots=True)
class Tried:
    """What one way to ring came to at each of its thresholds, course by course."""

    false: NDArray[np.float32]
    """(n, k) false alerts."""
    early: NDArray[np.float32]
    """(n, k) 1 where the loss was told early."""


@dataclass(frozen=True, slots=True)
class Bound:
    """The early share, what it is of the oracle's, and how many times each rival's; with intervals."""

    method: str
    early: float
    early_95: tuple[float, float]
    of_oracle: float
    of_oracle_95: tuple[float, float]
    times: dict[str, float]
    """By rival."""
    times_95: dict[str, tuple[float, float]]


def of_cohort(name: str, chosen_on: Courses, rivals: list[str], courses_a_seed: int) -> dict[str, Any]:
    """The rows of one cohort: ours, told more and more, and the oracle; beside these rivals."""
    cohort = courses.reported(name, courses_a_seed, SEEDS)
    ways = tried_ways(cohort, chosen_on)
    of_rivals = {rival: _of_rival(rival, cohort) for rival in rivals}
    rows = bounds(ways, of_rivals, cohort)
    print(f"\nWhat bounds {name}: {len(cohort.scores):,} courses, thresholds chosen on them")
    for of in rows:
        print(
            f"  {of.method:48} early {of.early:.3f}, of the oracle's {_words(of.of_oracle, of.of_oracle_95)}"
        )
        for rival in rivals:
            print(f"      times {rival}: {_words(of.times[rival], of.times_95[rival])}")
    truth = truth_of(cohort)
    return {
        "courses": len(cohort.scores),
        "early_losses": int(truth.leaves_time.sum()),
        "rivals": rivals,
        "rows": [asdict(of) for of in rows],
    }


def tried_ways(cohort: Cohort, chosen_on: Courses) -> dict[str, Tried]:
    """Ours as shipped, with a prior learned and with one told, told the level too; and the oracle."""
    told = prior_of(chosen_on.parameters)
    ways = {
        US: ours.foresee(cohort),
        US_LEARNED: ours.foresee(cohort, prior=ours.learned(chosen_on.clinic)),
        TOLD_NUMBERS: ours.foresee(cohort, prior=told),
        TOLD_LEVEL: ours.foresee(cohort, prior=told, baselines=true_levels(cohort)),
        ORACLE: given_the_generator(chosen_on)(cohort),
    }
    return {name: _tried(assessed, cohort) for name, assessed in ways.items()}


def prior_of(p: CohortParameters) -> Prior:
    """What a clinic would believe that knew what patients are drawn from, but not how answers hang together.

    Of Beta shares the logit's mean and SD are exact; its mean stands for the median.
    """
    level = first_courses(20_000, np.random.default_rng(SEED), p).baseline_nrs
    relief, relief_sd = _logit_of_beta(p.responder_relief_mean, p.responder_relief_size)
    other, other_sd = _logit_of_beta(p.other_relief_mean, p.other_relief_size)
    return Prior(
        baseline_mean_nrs=float(level.mean()),
        baseline_sd_nrs=float(level.std()),
        noise_median_nrs=p.noise_sd_nrs,
        noise_log_sd=p.noise_log_sd,
        responder_share=p.responder_share,
        relief_median=relief,
        relief_logit_sd=relief_sd,
        other_relief_median=other,
        other_relief_logit_sd=other_sd,
        step_share=p.step_share,
        durable_share=p.durable_share,
        part_way_share=p.part_way_share,
        no_plateau_share=p.no_plateau_share,
        late_share=p.late_share,
        midpoint_median_days=p.midpoint_days,
        midpoint_log_sd=p.midpoint_log_sd,
        half_life_median_days=p.half_life_days,
        half_life_log_sd=p.half_life_log_sd,
        step_half_life_days=p.step_half_life_days,
        answers_worth=SHIPPED.answers_worth,
    )


def _logit_of_beta(mean: float, size: float) -> tuple[float, float]:
    """The share that the mean logit of a Beta is of, and the logit's SD.

    >>> share, sd = _logit_of_beta(0.5, 2.0)
    >>> round(share, 3), round(sd, 3)
    (0.5, 1.814)
    """
    a, b = mean * size, (1 - mean) * size
    logit = float(digamma(a) - digamma(b))
    return 1 / (1 + float(np.exp(-logit))), float(np.sqrt(polygamma(1, a) + polygamma(1, b)))


def true_levels(cohort: Cohort) -> Baselines:
    """Each patient's true level in place of what was measured."""
    n = len(cohort.scores)
    before = np.full((n, DAYS_BEFORE), NO_ANSWER, dtype=np.uint8)
    return Baselines(cohort.baseline_nrs, before, np.full(n, LEVEL_SD_NRS))


def bounds(ways: Mapping[str, Tried], rivals: Mapping[str, Tried], cohort: Cohort) -> list[Bound]:
    """Each way's row, in the same draws of patients."""
    truth = truth_of(cohort)
    n = len(truth.months)
    drawn = np.random.default_rng(SEED).multinomial(n, np.full(n, 1 / n), size=ROUNDS)
    drawn = np.vstack([np.ones(n, dtype=drawn.dtype), drawn])  # first the courses as they are
    months, losses = drawn @ truth.months, drawn @ truth.leaves_time
    share = {name: _earliest(of, drawn, months, losses) for name, of in (ways | rivals).items()}
    found = []
    for name in ways:
        with np.errstate(divide="ignore", invalid="ignore"):
            beside = {rival: _with_95(share[name] / share[rival]) for rival in rivals}
            of_oracle = _with_95(share[name] / share[ORACLE])
        times, times_95 = ({rival: of[place] for rival, of in beside.items()} for place in (0, 1))
        found.append(Bound(name, *_with_95(share[name]), *of_oracle, times, times_95))
    return found


def _earliest(tried: Tried, drawn: NDArray[Any], months: Floats, losses: Floats) -> Floats:
    """(rounds,) the most early alerts, as a share, that any threshold has at no more than RATE."""
    weights = drawn.astype(np.float32)
    false = (weights @ tried.false) / months[:, None]
    early = (weights @ tried.early) / losses[:, None]
    return np.asarray(np.where(false <= RATE, early, 0).max(axis=1))


def _with_95(drawn: Floats) -> tuple[float, tuple[float, float]]:
    low, high = np.quantile(drawn[1:], (0.025, 0.975), method="inverted_cdf")
    return float(drawn[0]), (float(low), float(high))


def _tried(assessed: Assessed, cohort: Cohort) -> Tried:
    points = [ours.Operating(watch, likely) for watch in ours.WATCH for likely in ours.LIKELY_LOST]
    return _counted((ours.alerts_of(assessed, point.protocol) for point in points), cohort)


def _of_rival(name: str, cohort: Cohort) -> Tried:
    """Every setting with every threshold, as published or gated."""
    diary = diary_of(cohort)
    risks = [setting(diary) for setting in RIVALS[name.removesuffix(GATED)]]
    if name.endswith(GATED):
        risks = [gated(risk, diary) for risk in risks]
    return _counted((alerts for risk in risks for alerts in rung_at(risk, spread_of(risk))), cohort)


def _counted(ways: Any, cohort: Cohort) -> Tried:
    truth = truth_of(cohort)
    false_nights, early_nights = truth.false(), truth.within(EARLY_DAYS) & truth.leaves_time[:, None]
    pairs: list[tuple[Bools, Bools]] = [
        ((alerts & false_nights).sum(axis=1), (alerts & early_nights).any(axis=1)) for alerts in ways
    ]
    false, early = (np.array(of, dtype=np.float32).T for of in zip(*pairs, strict=True))
    return Tried(np.ascontiguousarray(false), np.ascontiguousarray(early))


def _words(figure: float, between: tuple[float, float]) -> str:
    return f"{figure:.2f} ({between[0]:.2f} to {between[1]:.2f})"
