"""Chances and quantiles of the distributions that tests use: normal, Student's t, chi-square.

Written out, so that the service needs no statistics package: each of them is a continued fraction or a series
(Press et al., Numerical Recipes, 3rd edition, 6.2 and 6.4). The tests hold them against SciPy.
"""

import math
from statistics import NormalDist
from typing import Final

_STEPS_MAX: Final = 10_000
_CLOSE: Final = 1e-15
_TINY: Final = 1e-300
# Above this many degrees Student's t and the normal differ by less than 1e-7.
_LIKE_NORMAL_DF: Final = 1e7
_NORMAL: Final = NormalDist()


def two_sided_normal(z: float) -> float:
    """The chance of a standard normal value at least as far from 0.

    >>> round(two_sided_normal(1.959964), 6)
    0.05
    """
    return math.erfc(abs(z) / math.sqrt(2))


def normal_quantile(share: float) -> float:
    """The standard normal value that this share lies below.

    >>> round(normal_quantile(0.975), 6)
    1.959964
    """
    return _NORMAL.inv_cdf(share)


def two_sided_t(t: float, df: float) -> float:
    """The chance of a Student's t value at least as far from 0; df: degrees of freedom, over 0.

    >>> round(two_sided_t(2.228139, 10), 6)
    0.05
    """
    if df > _LIKE_NORMAL_DF:
        return two_sided_normal(t)
    return _beta_share(df / (df + t * t), df / 2, 0.5)


def t_quantile(share: float, df: float) -> float:
    """The value that this share of Student's t lies below; share strictly between 0 and 1.

    >>> round(t_quantile(0.975, 10), 6)
    2.228139
    """
    if share < 0.5:
        return -t_quantile(1 - share, df)
    if df > _LIKE_NORMAL_DF:
        return normal_quantile(share)
    beyond, low, high = 2 * (1 - share), 0.0, 1.0
    while two_sided_t(high, df) > beyond:
        low, high = high, high * 2
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if two_sided_t(middle, df) > beyond else (low, middle)
    return (low + high) / 2


def chi_square_above(value: float, df: int) -> float:
    """The chance that chi-square with so many degrees of freedom is above a value.

    >>> round(chi_square_above(3.841459, 1), 6), chi_square_above(0, 3)
    (0.05, 1.0)
    """
    if value <= 0:
        return 1.0
    a, x = df / 2, value / 2
    lead = math.exp(a * math.log(x) - x - math.lgamma(a))
    if x < a + 1:
        term = total = 1 / a
        for step in range(1, _STEPS_MAX):
            term *= x / (a + step)
            total += term
            if term < total * _CLOSE:
                break
        return max(0.0, 1 - total * lead)
    return lead * _gamma_fraction(a, x)


def _gamma_fraction(a: float, x: float) -> float:
    """Lentz's method for the upper incomplete gamma function."""
    b = x + 1 - a
    c, d = 1 / _TINY, 1 / b
    found = d
    for step in range(1, _STEPS_MAX):
        factor = -step * (step - a)
        b += 2
        d = 1 / _not_zero(factor * d + b)
        c = _not_zero(b + factor / c)
        found *= d * c
        if abs(d * c - 1) < _CLOSE:
            break
    return found


def _beta_share(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    logs = a * math.log(x) + b * math.log1p(-x)
    lead = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + logs)
    if x < (a + 1) / (a + b + 2):
        return lead * _beta_fraction(x, a, b) / a
    return 1 - lead * _beta_fraction(1 - x, b, a) / b


def _beta_fraction(x: float, a: float, b: float) -> float:
    """Lentz's method, two steps of the fraction at a time."""
    c, d = 1.0, 1 / _not_zero(1 - (a + b) * x / (a + 1))
    found = d
    for step in range(1, _STEPS_MAX):
        twice = 2 * step
        even = step * (b - step) * x / ((a + twice - 1) * (a + twice))
        odd = -(a + step) * (a + b + step) * x / ((a + twice) * (a + twice + 1))
        for factor in (even, odd):
            d = 1 / _not_zero(1 + factor * d)
            c = _not_zero(1 + factor / c)
            found *= d * c
        if abs(d * c - 1) < _CLOSE:
            break
    return found


def _not_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
