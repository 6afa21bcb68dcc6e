"""The day of the true loss is found where the noise-free curve says it."""

import numpy as np

from diary.domain.simulation.truth import true_relapse_day


def test_relief_that_comes_back_within_a_fortnight_was_no_relapse():
    dip, lasting = [0.8] * 30, [0.8] * 30
    dip[10:23] = [0.1] * 13
    lasting[10:24] = [0.1] * 14
    assert true_relapse_day(np.array([dip, lasting, [0.8] * 29 + [0.1]])).tolist() == [0, 11, 30]
