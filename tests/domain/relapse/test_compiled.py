"""With the accelerator a night says what it says without: every chance, every day."""

from dataclasses import astuple

import numba
import numpy as np
import pytest

from config.priors import SHIPPED
from config.protocol import DEFAULT
from diary.domain.packed import NO_ANSWER
from diary.domain.relapse import compiled as accelerator
from diary.domain.relapse.baselines import own_baselines
from diary.domain.relapse.forecast import Forecast, forecast, foresee
from diary.domain.relapse.posterior import exponents
from diary.domain.simulation.cohort import simulate
from diary.domain.simulation.cohorts import COHORTS

COURSES = 640


@pytest.fixture(scope="module")
def cohort():
    """Diaries of every kind: noisy, thin, boosted; no answer at all, and the same one always."""
    rng = np.random.default_rng(20261130)
    drawn = simulate(COURSES, rng=rng, parameters=COHORTS["booster-40"].parameters, days=200)
    drawn.scores[:5] = NO_ANSWER
    drawn.scores[5:25] = np.arange(20)[:, None] % 11
    drawn.before[30:40] = NO_ANSWER
    return drawn


def foreseen(cohort, courses: slice) -> Forecast:
    nights = 1 + np.arange(COURSES) * 7 % cohort.scores.shape[1]
    return forecast(
        cohort.scores[courses],
        nights[courses],
        own_baselines(cohort.before[courses], DEFAULT),
        prior=SHIPPED,
        lead_days=21,
        boosters=cohort.boosters[courses],
    )


def test_a_night_with_it_says_what_a_night_without_it_says(cohort):
    """Chances are told to 0.0001: a sum's last bit may bring one to the next, and a day to the next one."""
    fast = np.array(astuple(foreseen(cohort, slice(COURSES))))
    parts = [slice(first, first + 320) for first in range(0, COURSES, 320)]
    assert accelerator.compiled(320) is None
    plain = np.hstack([np.array(astuple(foreseen(cohort, part))) for part in parts])
    assert np.isnan(fast).tolist() == np.isnan(plain).tolist()
    apart = np.nan_to_num(np.abs(fast - plain))
    assert apart[:4].max() <= 0.0001 + 1e-9
    assert apart[4:].max() <= 1
    assert np.count_nonzero(apart) <= 0.001 * apart.size


def test_what_else_is_seen_hangs_on_the_weights_that_it_leaves(cohort):
    nights = 1 + np.arange(COURSES) * 7 % cohort.scores.shape[1]

    def seen(courses: slice) -> np.ndarray:
        sights = foresee(
            cohort.scores[courses],
            nights[courses],
            own_baselines(cohort.before[courses], DEFAULT),
            prior=SHIPPED,
            lead_days=21,
            boosters=cohort.boosters[courses],
            sighted=nights[courses] % 2 == 0,
        )[1]
        return np.column_stack([sights.relief, sights.narrowed, sights.families])

    fast, plain = seen(slice(COURSES)), np.vstack([seen(slice(0, 320)), seen(slice(320, COURSES))])
    assert np.isnan(fast).tolist() == np.isnan(plain).tolist()
    assert np.nanmax(np.abs(fast - plain)[:, 2:]) < 1e-4
    assert np.nanmax(np.abs(fast - plain)[:, :2]) < 0.01, "a loss day may be the next one"


def test_it_is_asked_only_where_there_are_enough_courses_to_be_worth_it():
    assert accelerator.compiled(accelerator.WORTH_FROM_COURSES - 1) is None
    fast = accelerator.compiled(accelerator.WORTH_FROM_COURSES)
    assert isinstance(fast, numba.core.dispatcher.Dispatcher)


def test_its_weights_are_right_to_three_units_of_the_last_place():
    fast = accelerator.compiled(accelerator.WORTH_FROM_COURSES)
    assert fast is not None
    logs = -np.linspace(0, 86, 40_000, dtype=np.float32).reshape(4, -1)
    logs[:, -1] = -1e5  # a cell that cannot be
    told, right = logs.copy(), logs.astype(np.float64)
    nothing = np.zeros((4, 0))
    fast(
        told, np.zeros(10_000, np.int16), nothing.astype(np.intp), 0, np.zeros(4, bool), np.zeros(0), nothing
    )
    right = np.exp(right - right.max(axis=1, keepdims=True))
    assert (np.abs(told - right) < 3 * 2.0**-23 * right)[:, :-1].all()
    assert (told[:, -1] < 1e-37).all()
    assert np.allclose(exponents(logs), told, rtol=1e-6)
