"""The oracle follows noise as the generator makes it, and sees no more of a course than its diary."""

from dataclasses import replace

import numpy as np
import pytest

from bench.detector import noise_filter, oracle, ours
from bench.detector.courses import drawn
from diary.domain.simulation.answering import as_scored
from diary.domain.simulation.cohort import simulate
from diary.domain.simulation.cohorts import COHORTS
from diary.domain.simulation.noise import flares, noise
from diary.domain.simulation.parameters import CohortParameters

A, B, C = (COHORTS[name].parameters for name in "ABC")


def one_person(p: CohortParameters, **fields: float) -> CohortParameters:
    """Everybody is the same person: what is left to chance is the noise."""
    alike = {"noise_log_sd": 0.0, "noise_lag1_size": 1e6, "even_only_share": 0.0, "weekly_amplitude_nrs": 0.0}
    return replace(p, **{**alike, **fields})


LAWS = {
    "A": one_person(A),
    "B": one_person(B),
    "C": one_person(C),
    "a level that drifts": one_person(C, drift_share=0.5),
    "even numbers": one_person(A, even_only_share=1.0),
}
DIARIES = 50_000


def seen(p: CohortParameters, pain: np.ndarray) -> np.ndarray:
    """(DIARIES, days) scores as the generator itself makes them, flares as they are after weeks."""
    weeks = np.full(30, pain[0])
    felt = np.tile(np.concatenate([weeks, pain]), (DIARIES, 1))
    rng, drift_rng = np.random.default_rng(1).spawn(2)
    return as_scored(felt + noise(felt, rng, drift_rng, p) + flares(felt.shape, rng, p), rng, p)[:, 30:]


@pytest.mark.parametrize("name", LAWS)
@pytest.mark.parametrize("level_nrs", [0.6, 4.3, 8.6])
def test_the_chance_of_three_answers_is_the_share_of_diaries_that_have_them(name, level_nrs):
    p = LAWS[name]
    pain = np.array([level_nrs, level_nrs, level_nrs + 0.7])
    scores, counts = np.unique(seen(p, pain), axis=0, return_counts=True)
    usual = counts > DIARIES // 500
    assert usual.sum() >= 4
    chances = []
    for answers in scores[usual].tolist():
        person = noise_filter.people(1, np.random.default_rng(1), p)
        chances.append(1.0)
        for nrs, level in zip(answers, pain, strict=True):
            noise_filter.next_day(person, p)
            chances[-1] *= noise_filter.answered(person, nrs, np.array([level], dtype=np.float32), p)[0]
    off = np.abs(np.array(chances) - counts[usual] / DIARIES).sum()
    assert off < 0.07 * counts[usual].sum() / DIARIES


def test_some_answer_is_given():
    for nrs_of in (range(11), range(0, 11, 2)):
        p = one_person(A, even_only_share=float(len(nrs_of) == 6))
        pain = np.array([3.2], dtype=np.float32)
        people = [noise_filter.people(1, np.random.default_rng(1), p) for _ in nrs_of]
        chances = [noise_filter.answered(of, nrs, pain, p)[0] for of, nrs in zip(people, nrs_of, strict=True)]
        assert sum(chances) == pytest.approx(1, abs=1e-5)


def test_what_is_let_go_by_chance_weighs_in_the_mean_what_it_did():
    rng = np.random.default_rng(1)
    weight = rng.random(40) ** 4
    weight /= weight.sum()
    mean = np.zeros(40)
    for _ in range(4_000):
        kept, kept_weight = oracle.kept_of(weight, 10, rng)
        assert len(kept) <= 11
        assert (np.diff(kept) > 0).all()
        mean[kept] += kept_weight / 4_000
    assert mean == pytest.approx(weight, abs=0.005)


def test_the_oracle_looks_at_no_later_day():
    cohort, night = drawn("A", 6, [3]), 60
    later = cohort.scores.copy()
    later[:, night:] = np.random.default_rng(1).integers(0, 11, later[:, night:].shape)
    told = [
        oracle.foresee(of, A, curves=800).forecast.p_lost_28d
        for of in (cohort, replace(cohort, scores=later))
    ]
    assert np.array_equal(told[0][:, :night], told[1][:, :night], equal_nan=True)
    assert not np.array_equal(told[0], told[1], equal_nan=True)


def test_the_oracle_is_right_about_how_many_lose_relief_and_surer_than_the_climate():
    cohort = drawn("C", 50, [3])
    found = oracle.foresee(cohort, C, curves=1_500).forecast
    for night in (28, 63):
        chance = found.p_lost_28d[:, night - 1]
        known = np.isfinite(chance)
        lost = (cohort.relapse_day > 0) & (cohort.relapse_day <= night + 28)
        chance, lost = chance[known], lost[known]
        by_chance = np.sqrt((chance * (1 - chance)).sum())
        assert abs(chance.sum() - lost.sum()) < 3 * by_chance
        assert ((chance - lost) ** 2).mean() < 0.6 * lost.mean() * (1 - lost.mean())


def test_chances_grow_with_the_days_ahead_and_loss_days_with_the_share():
    found = oracle.foresee(drawn("B", 10, [3]), B, curves=500).forecast
    assert (np.diff([found.p_lost, found.p_lost_14d, found.p_lost_28d], axis=0) >= 0).all()
    p10, p50, p90 = (np.nan_to_num(of, nan=999) for of in (found.lost_p10, found.lost_p50, found.lost_p90))
    assert (p10 <= p50).all()
    assert (p50 <= p90).all()


def test_the_oracle_says_nothing_of_a_course_without_a_baseline_as_the_service_does():
    cohort = drawn("A", 4, [3])
    cohort.before[1] = 255
    chance = oracle.foresee(cohort, A, curves=300).forecast.p_lost_28d
    service = ours.foresee(cohort).forecast.p_lost_28d
    assert np.isnan(chance[1]).all()
    assert np.array_equal(np.isnan(chance), np.isnan(service))


@pytest.mark.parametrize("name", ["booster-40", "repeat", "missing-in-pain", "rescue-drug", "constant-20"])
def test_the_oracle_refuses_what_it_was_not_told_of(name):
    parameters = COHORTS[name].parameters
    cohort = simulate(2, rng=np.random.default_rng(1), parameters=parameters)
    with pytest.raises(ValueError, match="knows first courses"):
        oracle.foresee(cohort, parameters, curves=100)
