"""The mixed model is that of statsmodels, of a published table, and of the likelihood written out whole."""

import math
import warnings

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from scipy.linalg import block_diag
from scipy.optimize import minimize

from diary.domain.trials.repeated import fit, fit_given, lowest, repeated_measures

# Potthoff and Roy 1964, Biometrika 51:313: a length in the skull of 11 girls and 16 boys, in mm, at 8, 10, 12
# and 14 years.
GIRLS = """21 20 21.5 23/21 21.5 24 25.5/20.5 24 24.5 26/23.5 24.5 25 26.5/21.5 23 22.5 23.5/20 21 21 22.5/
21.5 22.5 23 25/23 23 23.5 24/20 21 22 21.5/16.5 19 19 19.5/24.5 25 28 28"""
BOYS = """26 25 29 31/21.5 22.5 23 26.5/23 22.5 24 27.5/25.5 27.5 26.5 27/20 23.5 22.5 26/24.5 25.5 27 28.5/
22 22 24.5 26.5/24 21.5 24.5 25.5/23 20.5 31 26/27.5 28 31 31.5/23 23 23.5 25/21.5 23.5 24 28/17 24.5 26 29.5/
22.5 25.5 25.5 26/23 24.5 26 30/22 21.5 23.5 25"""


def lengths(text: str) -> np.ndarray:
    return np.array([[float(word) for word in child.split()] for child in text.split("/")])


def drawn(seed: int, *, share: float, correlation: float, patients: int = 24, weeks: int = 6):
    """Two arms whose residuals are as the model has them, with baselines and a tenth of the weeks missing."""
    rng = np.random.default_rng(seed)
    apart = np.abs(np.subtract.outer(np.arange(weeks), np.arange(weeks)))
    covariance = share + (1 - share) * correlation**apart
    np.fill_diagonal(covariance, 1)
    residual = 2 * rng.multivariate_normal(np.zeros(weeks), covariance, size=2 * patients)
    baseline = rng.normal(7, 1.2, 2 * patients)
    scores = 5 + 0.6 * (baseline[:, None] - 7) + residual
    scores[:patients] -= np.linspace(2, 0.5, weeks)
    scores[rng.random(scores.shape) < 0.1] = np.nan
    return scores[:patients], scores[patients:], baseline[:patients], baseline[patients:]


def test_it_gives_the_published_estimates_of_potthoff_and_roys_children():
    """As R's nlme prints lme(distance ~ age + Sex, random = ~1 | Subject), by REML."""
    scores = np.concatenate([lengths(GIRLS), lengths(BOYS)])
    design = np.ones((27, 4, 3))
    design[:, :, 1] = [8, 10, 12, 14]
    design[:, :, 2] = (np.arange(27) < 11)[:, None]
    between, within = 1.807425**2, 1.431592**2
    found = fit_given(scores, design, share=between / (between + within), correlation=0.0)
    assert found.effects == pytest.approx([17.706713, 0.660185, -2.321023], abs=2e-6)
    assert np.sqrt(np.diag(found.covariance)) == pytest.approx([0.8339225, 0.0616059, 0.7614168], abs=2e-6)
    assert -found.minus_two_reml / 2 == pytest.approx(-218.7563, abs=1e-4)
    assert math.sqrt(found.variance) == pytest.approx(math.sqrt(between + within), abs=2e-6)
    nearby = [fit_given(scores, design, share=share, correlation=0.0) for share in (0.60, 0.63)]
    assert found.minus_two_reml < min(other.minus_two_reml for other in nearby)


@pytest.mark.parametrize("seed", range(3))
def test_without_correlation_it_is_the_mixed_model_of_statsmodels(seed):
    first, second, *_ = drawn(seed, share=0.5, correlation=0.0)
    long = pd.DataFrame(
        [
            (patient, arm, week, nrs)
            for arm, scores in enumerate((first, second))
            for patient, row in enumerate(scores, start=100 * arm)
            for week, nrs in enumerate(row)
            if not np.isnan(nrs)
        ],
        columns=["patient", "arm", "week", "nrs"],
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pandas' next version
        theirs = smf.mixedlm("nrs ~ C(week):C(arm) - 1", long, groups="patient").fit(reml=True)
    assert theirs.converged
    between, within = float(theirs.cov_re.iloc[0, 0]), theirs.scale
    scores = np.concatenate([first, second])
    cells = np.zeros((len(scores), 6, 12))
    for week in range(6):
        cells[: len(first), week, week] = cells[len(first) :, week, 6 + week] = 1
    ours = fit_given(scores, cells, share=between / (between + within), correlation=0.0)
    assert ours.minus_two_reml == pytest.approx(-2 * theirs.llf, abs=1e-6)
    assert ours.effects == pytest.approx(theirs.fe_params.to_numpy(), abs=1e-6)
    # Theirs come from a Hessian by differences.
    assert np.sqrt(np.diag(ours.covariance)) == pytest.approx(theirs.bse_fe.to_numpy(), rel=1e-3)
    assert ours.minus_two_reml >= fit(scores, cells).minus_two_reml


@pytest.mark.parametrize(("share", "correlation"), [(0.5, 0.4), (0.05, 0.8), (0.7, 0.0)])
def test_the_correlation_found_is_where_the_likelihood_written_out_whole_is_highest(share, correlation):
    first, second, one, other = drawn(7, share=share, correlation=correlation)
    found = repeated_measures(first, second, one, other)
    scores, baseline = np.concatenate([first, second]), np.concatenate([one, other])
    rows = [
        [float(arm == a and week == w) for a in (0, 1) for w in range(6)]
        + [baseline[patient] - baseline.mean()]
        for patient in range(len(scores))
        for arm in [int(patient >= len(first))]
        for week in range(6)
    ]
    came = np.isfinite(scores).ravel()
    design, y = np.array(rows)[came], scores.ravel()[came]
    apart = np.abs(np.subtract.outer(np.arange(6), np.arange(6)))

    def minus_two_reml(point, *, told=False):
        part, corr = 1 / (1 + math.exp(-point[0])), math.tanh(point[1])
        one_patient = part + (1 - part) * corr**apart
        np.fill_diagonal(one_patient, 1)
        whole = block_diag(*[one_patient] * len(scores))[np.ix_(came, came)]
        inverse = np.linalg.inv(whole)
        information = design.T @ inverse @ design
        effects = np.linalg.solve(information, design.T @ inverse @ y)
        rest = y - design @ effects
        free = len(y) - design.shape[1]
        variance = rest @ inverse @ rest / free
        value = free * (math.log(2 * math.pi * variance) + 1)
        value += np.linalg.slogdet(whole)[1] + np.linalg.slogdet(information)[1]
        return (value, effects, variance * np.linalg.inv(information)) if told else value

    best = minimize(minus_two_reml, [0.0, 0.3], method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-9})
    value, effects, covariance = minus_two_reml(best.x, told=True)
    assert found.fit.minus_two_reml == pytest.approx(value, abs=1e-4)
    assert found.fit.effects == pytest.approx(effects, abs=1e-3)
    assert [week.nrs for week in found.by_week] == pytest.approx(effects[6:12] - effects[:6], abs=1e-3)
    week_3 = covariance[8, 8] + covariance[2, 2] - 2 * covariance[8, 2]
    assert found.by_week[2].se_nrs == pytest.approx(math.sqrt(week_3), rel=1e-3)


def test_complete_arms_differ_by_what_their_means_differ_by():
    first, second, *_ = drawn(3, share=0.5, correlation=0.3)
    first, second = (np.where(np.isnan(arm), 5.0, arm) for arm in (first, second))
    nobody = np.full(len(first), np.nan)
    found = repeated_measures(first, second, nobody, nobody)
    assert not found.adjusted
    assert [week.nrs for week in found.by_week] == pytest.approx(second.mean(axis=0) - first.mean(axis=0))
    assert found.whole.nrs == pytest.approx(second.mean() - first.mean())
    assert found.whole.df == len(first) + len(second) - 2


def test_a_week_that_one_arm_did_not_answer_is_left_out():
    first, second, one, other = drawn(3, share=0.5, correlation=0.3)
    first[1:, 4] = np.nan
    found = repeated_measures(first, second, one, other)
    assert found.weeks == (1, 2, 3, 4, 6)
    assert len(found.by_week) == 5


def test_too_few_answers_are_refused_in_words():
    nothing = np.full((5, 3), np.nan)
    with pytest.raises(ValueError, match="two patients each who answered in one week"):
        repeated_measures(nothing, nothing, np.full(5, 7.0), np.full(5, 7.0))


def test_arms_that_are_alike_are_told_apart_no_more_often_than_chance_has_it():
    """120 trials of two like arms, with baselines and missing weeks: 5 % of P under 0.05, within 3 errors."""
    seen = [0, 0]
    for seed in range(120):
        first, second, one, other = drawn(1000 + seed, share=0.4, correlation=0.5, patients=10, weeks=4)
        first = first + np.linspace(2, 0.5, 4)
        found = repeated_measures(first, second, one, other)
        seen[0] += found.whole.p < 0.05
        seen[1] += min(found.p_holm) < 0.05
    error = math.sqrt(120 * 0.05 * 0.95)
    assert 0 < seen[0] < 6 + 3 * error
    assert seen[1] < 6 + 3 * error


def test_the_lowest_point_of_a_bent_valley_is_found():
    def valley(point):
        return (1 - point[0]) ** 2 + 20 * (point[1] - point[0] ** 2) ** 2

    assert lowest(valley, [(-1.0, 1.0), (0.0, 0.0)]) == pytest.approx((1, 1), abs=1e-4)
