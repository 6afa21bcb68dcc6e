"""Draws simulated cohorts in blocks, as rows for a file: what was answered, and what was true."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from diary.domain.packed import DAYS_BEFORE, NO_ANSWER
from diary.domain.simulation.cohort import Cohort, simulate
from diary.domain.simulation.cohorts import COHORTS
from diary.domain.simulation.curves import KINDS
from diary.domain.simulation.parameters import PLACEBO, CohortParameters
from diary.domain.simulation.trial import Trial, simulate_trial

# Drawn at once: 2,000 courses of 180 days hold about 40 MB on the way.
BLOCK_COURSES: Final = 2_000
ARMS: Final = ("ketamine", "placebo")
DIARY_COLUMNS: Final = ("course", "day", "nrs")
TRUTH_COLUMNS: Final = (
    *("course", "baseline_nrs", "kind", "responder", "relapse_day"),
    *("carried_nrs", "booster_day"),
)


@dataclass(frozen=True, slots=True)
class Block:
    """Some courses of a cohort, and the number of the first of them, from 1."""

    first: int
    cohort: Cohort


def parameters_of(cohort: str, arm: str) -> CohortParameters:
    """What a named cohort is drawn from; on placebo fewer respond, and nothing else differs.

    >>> parameters_of("B", "placebo").responder_share
    0.23
    """
    named = COHORTS[cohort].parameters
    return named if arm == "ketamine" else replace(named, responder_share=PLACEBO.responder_share)


def draw(
    courses: int,
    *,
    seed: int,
    days: int,
    parameters: Mapping[str, float],
    cohort: str = "A",
    arm: str = "ketamine",
) -> Iterator[Block]:
    """A cohort, block by block. The same seed gives the same courses; asking for more only adds some.

    Args:
        courses: how many.
        seed: any whole number from 0 on.
        days: follow-up, 14 to 800.
        parameters: those of `domain.simulation.parameters.CohortParameters` that differ from the cohort's.
        cohort: a name in `domain.simulation.cohorts.COHORTS`.
        arm: "ketamine" or "placebo".

    Raises:
        ValueError: too many courses or days, or parameters that nothing can be drawn from.
    """
    drawn_from = replace(parameters_of(cohort, arm), **parameters)
    seeds = np.random.SeedSequence(seed)
    for first in range(1, courses + 1, BLOCK_COURSES):
        rng = np.random.default_rng(seeds.spawn(1)[0])
        block = simulate(BLOCK_COURSES, rng=rng, parameters=drawn_from, days=days)
        yield Block(first, _first(block, min(BLOCK_COURSES, courses + 1 - first)))


def diary_rows(block: Block) -> Iterator[tuple[str, int, int]]:
    """The answers: course, day number (there is no day 0), score."""
    for row, (before, after) in enumerate(zip(block.cohort.before.tolist(), block.cohort.scores.tolist())):
        name = course_name(block.first + row)
        for day, nrs in [*enumerate(before, start=-DAYS_BEFORE), *enumerate(after, start=1)]:
            if nrs != NO_ANSWER:
                yield name, day, nrs


def truth_rows(block: Block) -> Iterator[tuple[str, str, str, str, int | str, str, int | str]]:
    """The truth: course, baseline, kind of course, yes or no, day of the true loss.

    Then the baseline that was carried over and the day of the booster. What there is none of is empty.
    """
    cohort = block.cohort
    courses = len(cohort.kind)
    carried = np.full(courses, np.nan) if cohort.carried_nrs is None else cohort.carried_nrs
    boosted = np.zeros((courses, 1), dtype=np.bool_) if cohort.boosters is None else cohort.boosters
    booster_day = np.where(boosted.any(axis=1), boosted.argmax(axis=1) + 1, 0)
    for row in range(courses):
        yield (
            course_name(block.first + row),
            f"{cohort.baseline_nrs[row]:.3f}",
            KINDS[cohort.kind[row]],
            "yes" if cohort.responder[row] else "no",
            int(cohort.relapse_day[row]) or "",
            f"{carried[row]:.3f}" if np.isfinite(carried[row]) else "",
            int(booster_day[row]) or "",
        )


def draw_trial(seed: int, *, patients_per_arm: int, days: int) -> Trial:
    """The two arms of a simulated trial."""
    return simulate_trial(rng=np.random.default_rng(seed), patients_per_arm=patients_per_arm, days=days)


def course_name(number: int) -> str:
    """What a simulated course is called.

    >>> course_name(7)
    'S000007'
    """
    return f"S{number:06}"


def _first(cohort: Cohort, courses: int) -> Cohort:
    columns: dict[str, Any] = {name: getattr(cohort, name) for name in Cohort.__slots__}
    kept: dict[str, Any] = {
        name: None if all_of is None else all_of[:courses] for name, all_of in columns.items()
    }
    return Cohort(**kept)
