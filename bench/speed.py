"""What the detector costs, without a database: `make bench-speed`, about two minutes.

Simulated courses, judged by rule and forecast on one night, in one thread, with the accelerator (numba, of
requirements-accelerator.txt) and without. CPU is what counts: seconds for 1,000,000 courses, scaled from
those that were run. All is measured in turns, round by round, so that ratios hold on a busy machine. In the
same run: the matrix product of the same sizes alone, and with the exponents of what comes out; the plain rule
alone; and what somebody would take off the shelf, PELT and KernelCPD (ruptures, jump=1) and ADWIN (river),
each for one night.

    make bench-speed ARGS="--courses 100000"

Goals for 1,000,000 courses of 84 days, under 1 GB, 180 days at most 2.2 times that:

    with the accelerator     12 s of CPU; 1,000 times the courses that PELT looks at in the same time, and
                             more than KernelCPD
    without                  40 s; 450 times PELT

The product alone takes 8.5 s on a quiet machine, two thirds of the 12; what bounds the rest is told in
docs/decisions/0015-the-forecast.md.
"""

import argparse
import resource
import statistics
import time
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, Final
from unittest.mock import patch

import config.one_thread  # noqa: F401 - before numpy

# isort: split
import numpy as np
import ruptures
from river import drift

from config.priors import SHIPPED, Prior
from config.protocol import DEFAULT
from diary.domain.packed import NO_ANSWER
from diary.domain.relapse import compiled
from diary.domain.relapse.assess import assess
from diary.domain.relapse.baselines import own_baselines
from diary.domain.relapse.cells import CELLS_OF
from diary.domain.relapse.evidence import OF_BLOCK, OF_START, block_count
from diary.domain.relapse.posterior import ROWS_AT_ONCE
from diary.domain.simulation.cohort import Cohort, simulate

MILLION: Final = 1_000_000
ROUNDS: Final = 3
OURS: Final = "rule and forecast"
WITHOUT: Final = "without the accelerator"
SHARD_COURSES: Final = 2_000
DAYS: Final = (84, 180)
# How many courses the slow ones look at.
OF_SLOW: Final = {"PELT": 60, "KernelCPD": 3_000, "ADWIN": 2_000}


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--courses", type=int, default=20_000, help="how many are run (default 20000)")
    courses = parser.parse_args().courses
    cohort = simulate(courses, rng=np.random.default_rng(20090904), days=max(DAYS))
    print(f"CPU seconds for 1,000,000 courses, from {courses:,}; medians of {ROUNDS} rounds")
    taken = in_turns(ways(cohort))
    for days in DAYS:
        product_s = taken[f"{days} days: the product alone"]
        for name in [name for name in taken if name.startswith(f"{days} days")]:
            ratio = statistics.median(np.divide(taken[name], product_s))
            print(f"  {name:36} {a_million_s(taken[name], courses):6.1f}   {ratio:4.1f} times the product")
    ours, longer = taken[f"84 days: {OURS}"], taken[f"180 days: {OURS}"]
    without = taken[f"84 days: {WITHOUT}"]
    print(f"  180 days are {statistics.median(np.divide(longer, ours)):.2f} times 84", end="")
    print(f"; peak memory {peak_mb():.0f} MB")
    each = [f"{MILLION / a_million_s(of, courses):,.0f}" for of in (ours, without)]
    print(f"Courses of 84 days in a second of CPU: {each[0]}; {WITHOUT} {each[1]}")
    for name in OFF_THE_SHELF:
        rate = OF_SLOW[name] / statistics.median(taken[name])
        ratios = [
            f"{statistics.median(np.divide(taken[name], of)) * courses / OF_SLOW[name]:,.1f}"
            for of in (ours, without)
        ]
        print(f"  {name:10} {rate:9,.0f}   ours {ratios[0]:>7} times as many; {WITHOUT} {ratios[1]}")


def ways(cohort: Cohort) -> dict[str, Callable[[], None]]:
    """What is measured, by name."""
    found: dict[str, Callable[[], None]] = {}
    for days in DAYS:
        found |= {
            f"{days} days: {OURS}": partial(judge, cohort, days),
            f"{days} days: {WITHOUT}": partial(judge_without, cohort, days),
            f"{days} days: the plain rule": partial(judge, cohort, days, prior=None),
            f"{days} days: the product alone": partial(product, days, len(cohort.scores), exponents=False),
            f"{days} days: and its exponents": partial(product, days, len(cohort.scores), exponents=True),
        }
    return found | {name: partial(look, cohort, OF_SLOW[name]) for name, look in OFF_THE_SHELF.items()}


def in_turns(runs: Mapping[str, Callable[[], None]]) -> dict[str, list[float]]:
    """CPU seconds of each, ROUNDS times, after one round that warms up."""
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(ROUNDS + 1):
        for name, run in runs.items():
            began = time.process_time()
            run()
            taken[name].append(time.process_time() - began)
    return {name: of[1:] for name, of in taken.items()}


def a_million_s(taken: list[float], courses: int) -> float:
    """The median, for 1,000,000 courses."""
    return statistics.median(taken) * MILLION / courses


def judge(cohort: Cohort, days: int, *, prior: Prior | None = SHIPPED) -> None:
    """One night of every course, shard by shard, as the night has them; by the rule alone without a prior."""
    for first in range(0, len(cohort.scores), SHARD_COURSES):
        part = slice(first, first + SHARD_COURSES)
        scores = np.ascontiguousarray(cohort.scores[part, :days])
        baselines = own_baselines(cohort.before[part], DEFAULT)
        assess(scores, baselines, protocol=DEFAULT, prior=prior, only=np.full(len(scores), days))


def judge_without(cohort: Cohort, days: int) -> None:
    """The same by numpy alone: as where numba is not installed."""
    with patch.object(compiled, "WORTH_FROM_COURSES", SHARD_COURSES + 1):
        judge(cohort, days)


def product(days: int, courses: int, *, exponents: bool) -> None:
    """The matrix product of as many diaries against as many cells, and nothing else but the exponents."""
    rng = np.random.default_rng(1)
    numbers = np.zeros((ROWS_AT_ONCE, OF_START + OF_BLOCK * block_count(days)), dtype=np.float32)
    numbers[:, 0] = 1
    cells = np.ones((numbers.shape[1], sum(CELLS_OF)), dtype=np.float32)
    cells[0] = rng.uniform(-30, 0, cells.shape[1])
    found = np.empty((ROWS_AT_ONCE, cells.shape[1]), dtype=np.float32)
    for _ in range(-(-courses // ROWS_AT_ONCE)):
        np.matmul(numbers, cells, out=found)
        if exponents:
            np.exp(found, out=found)


def pelt(cohort: Cohort, courses: int) -> None:
    """Change points of each diary, exactly, with the square loss."""
    for answers in diaries(cohort, courses):
        ruptures.Pelt(model="l2", min_size=3, jump=1).fit(answers).predict(pen=3.0)


def kernel_cpd(cohort: Cohort, courses: int) -> None:
    """The same with a linear kernel, in C."""
    for answers in diaries(cohort, courses):
        ruptures.KernelCPD(kernel="linear", min_size=3, jump=1).fit(answers).predict(pen=3.0)


def adwin(cohort: Cohort, courses: int) -> None:
    """An adaptive window over each diary, looked at after every answer."""
    for answers in diaries(cohort, courses):
        detector = drift.ADWIN(clock=1)
        for answer in answers.tolist():
            detector.update(answer)


OFF_THE_SHELF: Final[Mapping[str, Callable[[Cohort, int], None]]] = MappingProxyType(
    {"PELT": pelt, "KernelCPD": kernel_cpd, "ADWIN": adwin}
)


def diaries(cohort: Cohort, courses: int) -> list[Any]:
    """The answers of 84 days, without the gaps."""
    first = cohort.scores[:courses, :84]
    return [row[row != NO_ANSWER].astype(np.float64) for row in first if (row != NO_ANSWER).sum() >= 10]


def peak_mb() -> float:
    """The most memory that this process has used."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
