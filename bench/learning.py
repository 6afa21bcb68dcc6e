"""Measures what the clinic learns: durability over a million courses, and the analysis of a large trial.

    make bench-learning
    make bench-learning ARGS="--courses 100000"

Goals: durability over 1,000,000 courses in 60 s, the weekly analysis of a trial of 500 patients in 5 s.
Beside each stands, in the same run, what somebody would use instead: lifelines for the curves, statsmodels
for the mixed model. Where others use the machine too, CPU is what counts.
"""

import argparse
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import config.one_thread  # noqa: F401 - before numpy

# isort: split
import numpy as np

from config.protocol import DEFAULT
from diary.domain.durability.groups import compare
from diary.domain.durability.outcomes import Followed, Outcomes, outcomes_of
from diary.domain.durability.survival import kaplan_meier
from diary.domain.relapse.baselines import own_means
from diary.domain.simulation.cohort import simulate
from diary.domain.simulation.trial import simulate_trial
from diary.domain.trials.repeated import repeated_measures
from diary.domain.trials.weeks import compare_weeks, week_means

# Drawn once and counted again and again: drawing a million would take longer than reading them.
DRAWN = 20_000
DAYS = 180
PATIENTS_PER_ARM = 250
TRIAL_DAYS = 84


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Print how long the block took, by the clock and of the processor."""
    began_s, began_cpu_s = time.perf_counter(), time.process_time()
    yield
    took_s, cpu_s = time.perf_counter() - began_s, time.process_time() - began_cpu_s
    print(f"{what:<76}{took_s:8.2f} s, CPU {cpu_s:.2f} s", flush=True)


def both(began_s: float, began_cpu_s: float, *, goal: str) -> None:
    """Print what the parts came to."""
    took_s, cpu_s = time.perf_counter() - began_s, time.process_time() - began_cpu_s
    print(f"{'together':<76}{took_s:8.2f} s, CPU {cpu_s:.2f} s; goal {goal}")


def durability(courses: int) -> None:
    """The plain rule over every diary, and the curves of five groups; then lifelines on the same outcomes."""
    drawn = simulate(DRAWN, rng=np.random.default_rng(1), days=DAYS)
    followed = Followed(
        drawn.scores,
        own_means(drawn.before, DEFAULT),
        np.full(DRAWN, DAYS),
        np.zeros(DRAWN, dtype=np.bool_),
        None,
        None,
    )
    times = max(1, courses // DRAWN)
    courses = times * DRAWN
    began_s, began_cpu_s = time.perf_counter(), time.process_time()
    with timed(f"plain rule over {courses:,} courses of {DAYS} days"):
        parts = [outcomes_of(followed, protocol=DEFAULT) for _ in range(times)]
    outcomes = Outcomes(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in Outcomes.__slots__)
    )
    labels = [f"group {place % 5}" for place in range(courses)]
    with timed("curves, bands, log-rank, competing ends, Turnbull, weekly shares: 5 groups"):
        factor = compare("agent", labels, np.arange(courses), outcomes)
    both(began_s, began_cpu_s, goal="60 s for 1,000,000")
    print(f"median of {factor.groups[0].name}: day {factor.groups[0].median.day}\n")
    beside_lifelines(outcomes)


def beside_lifelines(outcomes: Outcomes) -> None:
    """One curve with its band, by both."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from lifelines import KaplanMeierFitter  # noqa: PLC0415 - takes 6 s to import
    lives = outcomes.to_loss().rows(outcomes.responders)
    with timed(f"one curve of {len(lives.left):,} courses, ours"):
        ours = kaplan_meier(lives)
    with timed("the same by lifelines"):
        theirs = KaplanMeierFitter().fit(lives.left, lives.ended, entry=lives.entered)
    days = [int(day) for day in theirs.survival_function_.index if day >= 0]
    apart = np.abs(ours.share[days] - theirs.survival_function_.loc[days].iloc[:, 0].to_numpy()).max()
    print(f"largest difference between the two: {apart:.1e}\n")


def trial() -> None:
    """A trial of 500 patients over 12 weeks, by us and by statsmodels."""
    drawn = simulate_trial(rng=np.random.default_rng(2), patients_per_arm=PATIENTS_PER_ARM, days=TRIAL_DAYS)
    arms = (drawn.ketamine, drawn.placebo)
    began_s, began_cpu_s = time.perf_counter(), time.process_time()
    first, second = (week_means(arm.scores) for arm in arms)
    with timed("weekly means, errors, intervals, Welch, Holm: 500 patients, 12 weeks"):
        compare_weeks(first, second)
    with timed("mixed model with correlated residuals, by REML"):
        ours = repeated_measures(first, second, *(own_means(arm.before, DEFAULT) for arm in arms))
    both(began_s, began_cpu_s, goal="5 s")
    import pandas as pd  # noqa: PLC0415 - with the next, three seconds to import
    import statsmodels.formula.api as smf  # noqa: PLC0415

    long = pd.DataFrame(
        [
            (f"{arm}/{patient}", arm, week, nrs)
            for arm, scores in enumerate((first, second))
            for patient, row in enumerate(scores)
            for week, nrs in enumerate(row)
            if not np.isnan(nrs)
        ],
        columns=["patient", "arm", "week", "nrs"],
    )
    with timed("statsmodels' mixed model, which has no correlated residuals"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        smf.mixedlm("nrs ~ C(week) * arm", long, groups="patient").fit(reml=True)
    print(f"difference over the weeks: {ours.whole.nrs:.3f} ± {ours.whole.se_nrs:.3f}")


def main() -> None:
    """Measure both."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--courses", type=int, default=1_000_000, help="how many, in steps of 20,000")
    durability(parser.parse_args().courses)
    trial()


if __name__ == "__main__":
    main()
