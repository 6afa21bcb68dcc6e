"""The forecast says what the model says, whoever is judged beside it, and looks at no later day."""

import math
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from config.priors import SHIPPED
from config.protocol import DEFAULT
from diary.domain.packed import DAYS_BEFORE, NO_ANSWER
from diary.domain.relapse.baselines import SD_NRS, baselines_of, own_baselines
from diary.domain.relapse.forecast import Forecast, forecast
from diary.domain.simulation.cohort import simulate
from tests.domain.relapse.slow_forecast import slow_forecast
from tests.makers import carried

CHANCES = ("p_lost", "p_lost_14d", "p_lost_28d", "p_lost_lead")
DAYS = ("lost_p10", "lost_p50", "lost_p90")
WEEKS_12 = 84

Scores = list[int | None]
EIGHT: Scores = [8] * DAYS_BEFORE

answers = st.none() | st.integers(0, 10)
stretches = st.tuples(st.integers(1, 30), st.lists(answers, min_size=1, max_size=7))
befores = st.lists(answers, min_size=DAYS_BEFORE, max_size=DAYS_BEFORE).filter(
    lambda days: any(nrs for nrs in [nrs for nrs in days if nrs is not None][-7:])
)


@st.composite
def diaries(draw: st.DrawFn) -> list[int | None]:
    scores: list[int | None] = []
    for length, pattern in draw(st.lists(stretches, min_size=1, max_size=5)):
        scores += [pattern[day % len(pattern)] for day in range(length)]
    return scores


def foreseen(
    scores: Scores,
    before: Scores = EIGHT,
    boosters: tuple[int, ...] = (),
    *,
    lead_days: int = 28,
    kind: str = "own",
    nrs: float | None = 8.0,
) -> Forecast:
    """On the night after the last score; an own baseline is the mean of the days before, and not `nrs`."""
    marks = np.array([[day in boosters for day in range(1, len(scores) + 1)]])
    known = baselines_of([kind], [nrs], as_bytes(before))
    return forecast(
        as_bytes(scores),
        np.array([len(scores)]),
        own_baselines(as_bytes(before), DEFAULT) if kind == "own" else known,
        prior=SHIPPED,
        lead_days=lead_days,
        boosters=marks if boosters else None,
    )


def as_bytes(scores: list[int | None]) -> np.ndarray:
    return np.array([[NO_ANSWER if nrs is None else nrs for nrs in scores]], dtype=np.uint8)


@dataclass(frozen=True)
class Case:
    """All that a forecast hangs on."""

    scores: Scores
    before: Scores = field(default_factory=lambda: list(EIGHT))
    boosters: tuple[int, ...] = ()
    lead_days: int = 28
    kind: str = "own"
    nrs: float | None = None


@st.composite
def cases(draw: st.DrawFn) -> Case:
    scores = draw(diaries())
    return Case(
        scores,
        draw(befores),
        tuple(draw(st.lists(st.integers(1, len(scores)), max_size=2))),
        draw(st.integers(7, 84)),
        draw(st.sampled_from(("own", "own", "carried", "stated"))),
        draw(st.floats(0.5, 10).map(lambda nrs: round(nrs, 2))),
    )


def is_what_comes_out_the_long_way(case: Case) -> None:
    """Every chance to a thousandth, every loss day to a day."""
    told = None if case.kind == "own" else (case.nrs, SD_NRS[case.kind])
    slow = slow_forecast(
        case.scores, case.before, SHIPPED, case.boosters, lead_days=case.lead_days, told=told
    )
    fast = foreseen(
        case.scores, case.before, case.boosters, lead_days=case.lead_days, kind=case.kind, nrs=case.nrs
    )
    assert set(Forecast.__slots__) == {*CHANCES, *DAYS}, "nothing that is told is left out"
    for name in CHANCES:
        assert getattr(fast, name)[0] == pytest.approx(getattr(slow, name), abs=1e-3), name
    for name in DAYS:
        day, found = getattr(slow, name), getattr(fast, name)[0]
        assert (math.isnan(found) and day > 364) or abs(found - day) <= 1, name


@settings(max_examples=4, deadline=None, derandomize=True, phases=(Phase.explicit, Phase.generate))
@given(cases())
@example(Case([None] * 60)).via("nobody answers")
@example(Case([None] * 20 + [3] + [None] * 9)).via("one answer")
@example(Case([0] * 90)).via("no pain at all")
@example(Case([10] * 90, [10] * DAYS_BEFORE, lead_days=84)).via("the worst pain imaginable")
@example(Case([5] * 120, [5] * DAYS_BEFORE, lead_days=7)).via("always the same number")
@example(Case([2] * 40 + [7] * 360, [None] * 13 + [8])).via("400 days, a baseline of one answer")
@example(Case([2] * 30 + [6] * 10 + [2] * 20, boosters=(40,))).via("a booster")
@example(Case([2] * 20 + [8] * 40, boosters=(20, 30), lead_days=56)).via("two boosters that did nothing")
@example(Case([2] * 30 + [4] * 14, kind="carried", nrs=7.3)).via("a carried baseline")
@example(Case([2] * 30 + [4] * 14, boosters=(9,), kind="stated", nrs=6.5)).via("a stated one, a booster")
def test_it_is_what_comes_out_the_long_way(case):
    is_what_comes_out_the_long_way(case)


@pytest.mark.soak
@settings(max_examples=400, deadline=None)
@given(cases())
def test_many_are_what_comes_out_the_long_way(case):
    is_what_comes_out_the_long_way(case)


def test_a_booster_begins_the_curve_anew():
    scores: Scores = [2] * 30 + [6] * 10 + [2] * 20
    assert foreseen(scores, boosters=(40,)).p_lost[0] < 0.05 < foreseen(scores[:40]).p_lost[0]


@cache
def cohort():
    return simulate(60, rng=np.random.default_rng(4), days=120)


def of_cohort(scores: np.ndarray, nights: np.ndarray, rows: np.ndarray | None = None) -> np.ndarray:
    """(n, 7) everything that is foreseen."""
    rows = np.arange(len(scores)) if rows is None else rows
    baselines = own_baselines(cohort().before, DEFAULT).rows(rows)
    found = forecast(scores[rows], nights[rows], baselines, prior=SHIPPED, lead_days=28)
    return np.array([getattr(found, name) for name in Forecast.__slots__]).T


def test_what_comes_after_its_night_changes_nothing():
    scores, rng = cohort().scores, np.random.default_rng(5)
    for night in (1, 13, 40, 90, 119):
        later = scores.copy()
        later[:, night:] = rng.integers(0, 11, later[:, night:].shape)
        nights = np.full(len(scores), night)
        assert np.array_equal(of_cohort(later, nights), of_cohort(scores, nights), equal_nan=True)


def test_it_does_not_hang_on_who_is_judged_beside_it():
    scores, nights = cohort().scores, np.random.default_rng(6).integers(1, 121, 60)
    together = of_cohort(scores, nights)
    alone = np.vstack([of_cohort(scores, nights, np.array([row])) for row in range(60)])
    off = np.abs(together - alone)
    assert np.nanmax(off[:, :4]) < 1.5e-4, "the last digit may be rounded the other way"
    assert np.nanmean(off > 0) < 0.01


def test_many_courses_are_foreseen_as_a_few_at_a_time_are():
    many = simulate(300, rng=np.random.default_rng(8), days=70)
    known, nights = own_baselines(many.before, DEFAULT), np.full(300, 70)

    def of(rows: np.ndarray) -> np.ndarray:
        found = forecast(many.scores[rows], nights[rows], known.rows(rows), prior=SHIPPED, lead_days=28)
        return np.array([getattr(found, name) for name in CHANCES])

    together, apart = of(np.arange(300)), np.hstack([of(rows) for rows in np.split(np.arange(300), 12)])
    assert np.nanmax(np.abs(together - apart)) < 1.5e-4, "the last digit may be rounded the other way"


def test_chances_grow_with_the_days_ahead_and_are_rounded():
    found = of_cohort(cohort().scores, np.full(60, 50))
    p_now, p_14, p_28, p_lead = found[:, :4].T
    assert ((p_now >= 0) & (p_now <= p_14) & (p_14 <= p_28) & (p_28 == p_lead) & (p_28 <= 1)).all()
    assert np.array_equal(found[:, :4], np.round(found[:, :4], 4))
    assert (np.diff(found[:, 4:], axis=1) >= 0)[np.isfinite(found[:, 6])].all()


def test_without_a_baseline_nothing_is_foreseen():
    scores = as_bytes([2] * 40)
    found = forecast(scores, np.array([40]), carried([np.nan]), prior=SHIPPED, lead_days=28)
    assert all(np.isnan(getattr(found, name)[0]) for name in Forecast.__slots__)
    assert np.isnan(foreseen([2] * 40, [0] * DAYS_BEFORE).p_lost[0]), "no pain leaves no relief to lose"


def test_a_lead_time_of_twelve_weeks_looks_further_than_four():
    near, far = foreseen([2] * 30, EIGHT), foreseen([2] * 30, EIGHT, lead_days=WEEKS_12)
    assert far.p_lost_28d[0] == near.p_lost_28d[0] == near.p_lost_lead[0] < far.p_lost_lead[0]


def test_missing_days_cost_certainty_only():
    every = foreseen([2] * 40)
    every_third = foreseen([2 if day % 3 == 0 else None for day in range(40)], EIGHT)
    assert every.p_lost[0] < 0.02
    assert every_third.p_lost[0] < 0.05
    assert every_third.lost_p10[0] <= every.lost_p10[0]


def test_a_flare_of_three_days_is_no_loss():
    assert foreseen([2] * 40 + [6, 5, 6] + [2] * 3, EIGHT).p_lost[0] < 0.05


def test_a_rise_that_stays_is_a_loss():
    assert foreseen([2] * 40 + [8] * 14, EIGHT).p_lost[0] > 0.9


def test_whoever_never_responded_has_nothing_to_lose():
    found = foreseen([8] * 40)
    assert found.p_lost_28d[0] < 0.1


def test_a_carried_baseline_counts_as_told():
    """Pain of 5 is no loss to whom it was 9 before, and one to whom it was 6."""
    scores: list[int | None] = [2] * 20 + [5] * 14
    before_was = {nrs: foreseen(scores, kind="carried", nrs=nrs).p_lost[0] for nrs in (6.0, 7.0, 8.0, 9.0)}
    assert before_was[6.0] > 0.9
    assert before_was[6.0] > before_was[7.0] + 0.2 > before_was[8.0] + 0.3 > before_was[9.0] + 0.4


def test_the_less_is_known_of_a_baseline_the_more_is_left_open():
    """Pain of 4 after 8: relief of a half, and a loss only if the baseline was lower than was told."""
    scores: list[int | None] = [2] * 20 + [4] * 14
    own, carried, stated = (foreseen(scores, EIGHT, kind=kind) for kind in ("own", "carried", "stated"))
    assert own.p_lost[0] < 0.01 < carried.p_lost[0] < 0.03 < stated.p_lost[0] < 0.2
    width = [found.lost_p90[0] - found.lost_p10[0] for found in (own, carried, stated)]
    assert width == sorted(width), width
    assert width[0] < width[-1]


def test_a_prior_of_slow_loss_foresees_it_later():
    slow = replace(SHIPPED, midpoint_median_days=120.0)
    scores, nights, known = as_bytes([2] * 20), np.array([20]), own_baselines(as_bytes(EIGHT), DEFAULT)
    soon, late = (
        forecast(scores, nights, known, prior=prior, lead_days=28).lost_p50[0] for prior in (SHIPPED, slow)
    )
    assert soon < late
