"""Chances and quantiles are those of SciPy."""

import math

import pytest
from scipy import stats

from diary.domain.chances import (
    chi_square_above,
    normal_quantile,
    t_quantile,
    two_sided_normal,
    two_sided_t,
)

DEGREES = (1, 1.7, 4, 29.3, 58, 400, 5e4)


@pytest.mark.parametrize("df", DEGREES)
def test_students_t_is_scipys(df):
    for t in (0.0, 0.3, 1.96, 3.9, 12.0, 60.0):
        assert two_sided_t(t, df) == pytest.approx(2 * stats.t.sf(t, df), rel=1e-7, abs=1e-300)
        assert two_sided_t(-t, df) == two_sided_t(t, df)
    for share in (0.005, 0.3, 0.5, 0.975, 0.9999):
        assert t_quantile(share, df) == pytest.approx(stats.t.ppf(share, df), rel=1e-7, abs=1e-9)


def test_with_very_many_degrees_it_is_the_normal():
    assert two_sided_t(3.9, 1e8) == pytest.approx(2 * stats.t.sf(3.9, 1e8), abs=1e-7)
    assert t_quantile(0.975, 1e8) == pytest.approx(stats.t.ppf(0.975, 1e8), abs=1e-7)


@pytest.mark.parametrize("df", [1, 2, 3, 11, 60])
def test_chi_square_is_scipys(df):
    for value in (-1.0, 0.0, 0.01, 1.0, 3.84, 20.534013, 90.0, 400.0):
        assert chi_square_above(value, df) == pytest.approx(stats.chi2.sf(value, df), rel=1e-9, abs=1e-14)


def test_the_normal_is_scipys():
    for z in (0.0, 0.5, 1.96, 8.0):
        assert two_sided_normal(z) == pytest.approx(2 * stats.norm.sf(z), rel=1e-12)
    assert normal_quantile(0.975) == pytest.approx(stats.norm.ppf(0.975), rel=1e-12)


def test_what_is_no_number_stays_none():
    assert math.isnan(two_sided_t(math.nan, 10))
