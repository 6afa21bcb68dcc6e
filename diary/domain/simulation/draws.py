"""The two distributions that people differ by: shares, and what is never under nothing."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def beta(mean: float, size: float, courses: int, rng: np.random.Generator) -> Floats:
    """Shares about a mean; of a larger size they lie closer together."""
    return rng.beta(mean * size, (1 - mean) * size, courses)


def log_normal(median: float, log_sd: float, courses: int, rng: np.random.Generator) -> Floats:
    """What is never under nothing, and as often twice as half its median."""
    return median * np.exp(log_sd * rng.standard_normal(courses))
