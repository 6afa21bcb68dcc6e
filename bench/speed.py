"""What the detector costs, without a database: `make bench-speed`, about two minutes.

Simulated courses, judged by rule and forecast on one night, in one thread. CPU is what counts: seconds for
1,000,000 courses, scaled from those that were run. In the same run: the matrix product of the same sizes, and
the exponents of what comes out, which is the least that the forecast can cost in any language; the plain rule
alone; and what somebody would take off the shelf, PELT and KernelCPD (ruptures, jump=1) and ADWIN (river),
each for one night.

    make bench-speed ARGS="--courses 100000"

Goals for 1,000,000 courses of 84 days: 40 s of CPU and 1 GB; 450 times the courses that PELT looks at in the
same time, and as many as KernelCPD; 180 days at most 2.2 times that.
"""

import argparse
import resource
import statistics
import time
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import config.one_thread  # noqa: F401 - before numpy

# isort: split
import numpy as np
import ruptures
from river import drift

from config.priors import SHIPPED, Prior
from config.protocol import DEFAULT
from diary.domain.packed import NO_ANSWER
from diary.domain.relapse.assess import assess
from diary.domain.relapse.baselines import own_baselines
from diary.domain.relapse.cells import CELLS_OF
from diary.domain.relapse.evidence import OF_BLOCK, OF_START, block_count
from diary.domain.relapse.posterior import ROWS_AT_ONCE
from diary.domain.simulation.cohort import Cohort, simulate

MILLION: Final = 1_000_000
ROUNDS: Final = 3
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
    seconds = {}
    print(f"CPU seconds for 1,000,000 courses, from {courses:,}; medians of {ROUNDS} rounds")
    for days in DAYS:
        seconds[days] = median_s(lambda days=days: judge(cohort, days)) * MILLION / courses
        rule_s = median_s(lambda days=days: judge(cohort, days, prior=None)) * MILLION / courses
        product_s, least_s = (
            median_s(lambda days=days, then=then: product(days, courses, exponents=then)) * MILLION / courses
            for then in (False, True)
        )
        print(f"  {days:3} days: rule and forecast {seconds[days]:6.1f}   rule {rule_s:5.1f}", end="")
        print(f"   the product alone {product_s:5.1f}, with exponents {least_s:5.1f}", end="")
        print(f"   ratio to the product {seconds[days] / product_s:.1f}")
    print(f"  180 days are {seconds[180] / seconds[84]:.2f} times 84; peak memory {peak_mb():.0f} MB")
    ours = MILLION / seconds[84]
    print(f"Courses of 84 days in a second of CPU: {ours:,.0f}")
    for name, look in OFF_THE_SHELF.items():
        rate = OF_SLOW[name] / median_s(lambda name=name, look=look: look(cohort, OF_SLOW[name]))
        print(f"  {name:10} {rate:9,.0f}   ours {ours / rate:7,.1f} times as many")


def judge(cohort: Cohort, days: int, *, prior: Prior | None = SHIPPED) -> None:
    """One night of every course, shard by shard, as the night has them; by the rule alone without a prior."""
    for first in range(0, len(cohort.scores), SHARD_COURSES):
        part = slice(first, first + SHARD_COURSES)
        scores = np.ascontiguousarray(cohort.scores[part, :days])
        baselines = own_baselines(cohort.before[part], DEFAULT)
        assess(scores, baselines, protocol=DEFAULT, prior=prior, only=np.full(len(scores), days))


def product(days: int, courses: int, *, exponents: bool) -> None:
    """The matrix product of as many diaries against as many cells, and nothing else but the exponents."""
    numbers = np.zeros((ROWS_AT_ONCE, OF_START + OF_BLOCK * block_count(days)), dtype=np.float32)
    cells = np.ones((numbers.shape[1], sum(CELLS_OF)), dtype=np.float32)
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


def median_s(run: Callable[[], None]) -> float:
    """Median CPU time of some rounds, after one that warms up."""
    taken = []
    for _ in range(ROUNDS + 1):
        began = time.process_time()
        run()
        taken.append(time.process_time() - began)
    return statistics.median(taken[1:])


def peak_mb() -> float:
    """The most memory that this process has used."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
