"""The rivals are what they are called: they look at no later day, and each rises when it should."""

import math
from dataclasses import replace
from functools import cache
from itertools import pairwise, product

import numpy as np
import pytest
from river.drift import PageHinkley
from ruptures import KernelCPD, Pelt

from bench.detector.rivals.diary import LINE, Diary, diary_of, gated, held
from bench.detector.rivals.drift import adwin, page_hinkley
from bench.detector.rivals.levels import ewma, line_ahead, single_day, some_of_the_last, window_mean
from bench.detector.rivals.own_days import cusum, ewma_chart
from bench.detector.rivals.peers import over_the_median, over_the_week_before, severe_or_worse
from bench.detector.rivals.run_length import LEVEL, SHAPE, SPREAD, bocpd
from bench.detector.rivals.segments import KERNEL_SHORTEST, kernel, pelt
from bench.detector.rivals.settings import RIVALS, SETTINGS
from bench.detector.rivals.trend import kalman_trend
from diary.domain.simulation.cohort import Cohort, simulate

BASELINE_NRS = 8.0


@cache
def drawn() -> Cohort:
    return simulate(40, rng=np.random.default_rng(3), days=100)


def answering(*nrs: float) -> Diary:
    """One course with these scores from day 1 on, over a baseline of 8."""
    return Diary(np.array([nrs], dtype=float), np.array([nrs], dtype=float) / BASELINE_NRS)


LOST_FROM_DAY_31 = answering(*[2.0, 1.0, 2.0, 3.0, 2.0] * 6, *[7.0, 6.0, 7.0, 8.0, 7.0] * 6)
RELIEVED = answering(*[2.0, 1.0, 2.0, 3.0, 2.0] * 12)


@pytest.mark.parametrize(
    ("name", "place"), [(name, n) for name, settings in RIVALS.items() for n in range(len(settings))]
)
def test_no_rival_looks_at_a_later_day(name, place):
    rival, cohort, night = RIVALS[name][place], drawn(), 45
    later, silent = cohort.scores.copy(), cohort.scores.copy()
    later[:, night:] = np.random.default_rng(1).integers(0, 11, later[:, night:].shape)
    silent[:, night:] = 255
    diary = diary_of(cohort)
    told = rival(diary)
    for other in (later, silent):
        changed = diary_of(replace(cohort, scores=other))
        for before, after in ((told, rival(changed)), (gated(told, diary), gated(rival(changed), changed))):
            assert np.array_equal(before[:, :night], after[:, :night], equal_nan=True)


def test_every_rival_may_choose_among_as_many_settings():
    assert {len(settings) for settings in RIVALS.values()} == {SETTINGS}


@pytest.mark.parametrize("name", list(RIVALS))
def test_every_rival_finds_a_loss_as_plain_as_day(name):
    """Some setting is more alarmed within 14 days of a loss than ever while relief is kept."""
    told = []
    for rival in RIVALS[name]:
        lost, kept = rival(LOST_FROM_DAY_31)[0, 30:44], rival(RELIEVED)[0, 14:]
        told.append(np.nanmax(lost) > np.nanmax(kept, initial=-np.inf))
    assert any(told)


@pytest.mark.parametrize("name", list(RIVALS))
def test_no_rival_fails_on_a_course_without_answers_or_with_one(name):
    none, one = np.full(60, np.nan), np.full(60, np.nan)
    one[20] = 5.0
    for rival in RIVALS[name]:
        risk = rival(Diary(np.array([none, one]), np.array([none, one]) / BASELINE_NRS))
        assert risk.shape == (2, 60)
        assert not (risk[0] > 0).any()


def test_a_rival_that_is_gated_is_silent_until_there_was_relief_to_lose():
    never_relieved = answering(*[8.0] * 40)
    assert not np.isfinite(gated(single_day(never_relieved, for_days=3, points=False), never_relieved)).any()
    risk = gated(single_day(LOST_FROM_DAY_31, for_days=3, points=False), LOST_FROM_DAY_31)
    assert risk[0, -1] == 7 / 8


def test_an_answer_counts_for_as_many_days_as_it_may():
    risk = single_day(answering(4, np.nan, np.nan, 6), for_days=2, points=True)
    assert risk[0, :2].tolist() == [4, 4]
    assert np.isnan(risk[0, 2])
    assert held(np.array([[np.nan, -np.inf, np.nan]]))[0, 2] == -np.inf


def test_three_of_the_last_five_answers_reach_the_third_highest_of_them():
    risk = some_of_the_last(answering(8, 2, np.nan, 6, 4, 8), some=3, last=5)
    assert np.isnan(risk[0, :5]).all()
    assert risk[0, 5] == 6 / 8


def test_a_mean_of_seven_days_needs_more_than_half_of_them():
    risk = window_mean(answering(*[np.nan] * 4, 4, 4, 4, 8), days=7, share_min=0.5)
    assert np.isnan(risk[0, 6])
    assert risk[0, 7] == pytest.approx(20 / 4 / 8)


def test_an_ewma_goes_a_share_of_the_way_to_each_answer():
    risk = ewma(answering(4, np.nan, 8), weight=0.25)
    assert risk[0].tolist() == [0.5, 0.5, 0.625]


def test_a_straight_line_is_carried_on_as_it_rises():
    rising = answering(*[1 + 0.1 * day for day in range(30)])
    risk = line_ahead(rising, days=21, ahead=14)
    assert risk[0, -1] == pytest.approx((1 + 0.1 * (29 + 14)) / 8)


def test_a_chart_of_own_days_counts_what_is_beyond_those_days():
    early = [2.0, 4.0] * 7
    mean, sd = 3 / 8, np.std(np.array([2.0, 4.0] * 6) / 8, ddof=1)
    diary = answering(*early, 8, 8)
    assert np.isnan(cusum(diary, slack=0.5, sd_min=0.01)[0, :14]).all()
    step = (1 - mean) / sd - 0.5
    assert cusum(diary, slack=0.5, sd_min=0.01)[0, 14:].tolist() == pytest.approx([step, 2 * step])
    assert ewma_chart(diary, weight=1.0, sd_min=0.01)[0, 14] == pytest.approx((1 - mean) / sd)


@pytest.mark.parametrize(("delta", "memory"), [(0.0, 1.0), (0.02, 0.99), (0.1, 0.95)])
def test_page_hinkley_crosses_a_threshold_on_the_answer_on_which_rivers_does(delta, memory):
    diary = diary_of(drawn())
    risk = page_hinkley(diary, delta=delta, memory=memory)
    crossed = 0
    for course, ratio in enumerate(diary.ratio):
        rivers = PageHinkley(min_instances=1, delta=delta, threshold=0.8, alpha=memory, mode="up")
        nights = np.flatnonzero(np.isfinite(ratio))
        drifted = []
        for night in nights:
            rivers.update(ratio[night])
            drifted.append(rivers.drift_detected)
            if rivers.drift_detected:
                break
        assert (risk[course, nights[: len(drifted)]] > 0.8).tolist() == drifted
        crossed += drifted[-1]
    assert crossed > 5


def test_adwin_forgets_what_was_before_a_rise_and_then_speaks():
    risk = adwin(LOST_FROM_DAY_31, delta=0.05, shortest=3, risen=True)[0]
    assert np.isneginf(risk[:30]).all()
    assert risk[-1] == pytest.approx(7 / 8, abs=0.03)
    assert np.isneginf(adwin(RELIEVED, delta=0.05, shortest=3, risen=True)).all()


@pytest.mark.parametrize(("penalty", "shortest"), [(0.1, 3), (0.2, 7)])
def test_pelt_in_one_pass_is_pelt_anew_every_night(penalty, shortest):
    diary = diary_of(drawn())
    for course in range(3):
        one = Diary(diary.nrs[[course]], diary.ratio[[course]])
        risk = pelt(one, penalty=penalty, shortest=shortest, risen=False)[0]
        _agrees(
            risk,
            one,
            shortest,
            lambda answers: Pelt(model="l2", min_size=shortest, jump=1).fit_predict(answers, penalty),
        )


@pytest.mark.parametrize(("penalty", "width"), [(1.0, 0.15), (2.0, 0.4)])
def test_kernel_cpd_in_one_pass_is_kernel_cpd_anew_every_night(penalty, width):
    diary = diary_of(drawn())
    shape = {"gamma": 1 / (2 * width**2)}
    for course in range(10):
        one = Diary(diary.nrs[[course]], diary.ratio[[course]])
        risk = kernel(one, penalty=penalty, width=width, risen=False)[0]
        _agrees(
            risk,
            one,
            KERNEL_SHORTEST,
            lambda answers: KernelCPD("rbf", min_size=KERNEL_SHORTEST, params=shape).fit_predict(
                answers[:, None], pen=penalty
            ),
        )


def _agrees(risk, diary, shortest, ends_of):
    nights = np.flatnonzero(diary.answered[0])
    assert np.isnan(risk[nights[: 2 * shortest - 1]]).all()
    for count in range(2 * shortest, len(nights) + 1, 3):
        answers = diary.ratio[0, nights[:count]]
        begin = ([0, *ends_of(answers)])[-2]
        assert risk[nights[count - 1]] == pytest.approx(answers[begin:].mean())


def test_a_segment_speaks_only_where_it_stands_above_the_one_before():
    risk = pelt(LOST_FROM_DAY_31, penalty=0.2, shortest=3, risen=True)[0]
    assert not np.isfinite(risk[:30]).any()
    assert risk[-1] == pytest.approx(7 / 8)
    recovered = answering(*[7.0, 6.0, 8.0] * 7, *[2.0, 1.0, 3.0] * 7)
    assert np.isneginf(pelt(recovered, penalty=0.2, shortest=3, risen=True)[0, -1])


@pytest.mark.parametrize("weight", [0.1, 1.0])
def test_bocpd_is_the_sum_over_all_ways_to_cut_the_answers_into_runs(weight):
    """By brute force: each run's answers are exchangeable and their chance is a ratio of normalisers."""
    nrs = (2.0, 3.0, 2.0, 6.0, 7.0, 6.0)
    hazard = 1 / 20
    ratio = np.array(nrs) / BASELINE_NRS
    total = mass = 0.0
    for cuts in product((False, True), repeat=len(nrs) - 1):
        begins = [0, *(place + 1 for place, cut in enumerate(cuts) if cut), len(nrs)]
        runs = [ratio[begin:end] for begin, end in pairwise(begins)]
        chance = hazard ** sum(cuts) * (1 - hazard) ** (len(cuts) - sum(cuts))
        chance *= math.exp(sum(_log_evidence(run, weight) for run in runs))
        mass += chance
        total += chance * (weight * LEVEL + runs[-1].sum()) / (weight + len(runs[-1]))
    risk = bocpd(answering(*nrs), run_days=20.0, weight=weight, chance=False)
    assert risk[0, -1] == pytest.approx(total / mass)


def _log_evidence(run: np.ndarray, weight: float) -> float:
    count, mean = len(run), run.mean()
    scale = SHAPE * SPREAD**2
    later = scale + ((run - mean) ** 2).sum() / 2
    later += weight * count * (mean - LEVEL) ** 2 / (2 * (weight + count))
    shape = SHAPE + count / 2
    return (
        math.lgamma(shape)
        - math.lgamma(SHAPE)
        + SHAPE * math.log(scale)
        - shape * math.log(later)
        + 0.5 * math.log(weight / (weight + count))
        - count / 2 * math.log(2 * math.pi)
    )


def test_bocpd_is_sure_of_a_level_over_the_line_once_it_has_lasted():
    risk = bocpd(LOST_FROM_DAY_31, run_days=40.0, weight=1.0, chance=True)[0]
    assert risk[29] < 0.01
    assert risk[-1] > 0.95


def test_a_kalman_trend_foresees_that_a_steady_rise_comes_over_the_line():
    rising = answering(*[1 + 0.06 * day for day in range(60)])
    assert rising.ratio[0, -1] < LINE
    risk = kalman_trend(rising, drift=0.0015, ahead=28)[0, -1]
    assert risk > 0 > kalman_trend(RELIEVED, drift=0.0015, ahead=28)[0, -1]


def test_engage_hf_compares_an_answer_with_the_median_of_the_days_before():
    risk = over_the_median(answering(2, np.nan, 3, 4, 7), days=4, points=True)
    assert np.isnan(risk[0, 0])
    assert risk[0, 2:].tolist() == [1, 1.5, 4]


def test_engage_hf_compares_a_mean_with_the_one_of_the_week_before():
    risk = over_the_week_before(answering(*[2.0] * 7, *[5.0] * 7), days=7, apart=7)
    assert np.isnan(risk[0, :10]).all()  # until four days of the week before are there
    assert risk[0, 13] == 3


def test_pro_tect_rings_once_a_week_for_a_severe_score_or_one_worse_by_two():
    risk = severe_or_worse(
        answering(*[2.0] * 7, *[5.0] * 7, *[7.0] * 7, *[7.0] * 7), weekly="mean", severe_nrs=7
    )
    assert np.isnan(risk[0, :6]).all()
    assert risk[0, [6, 12, 13, 20, 27]].tolist() == [-5, -5, 1, 0, 0]
