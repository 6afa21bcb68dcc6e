"""Two arms are compared week by week as SciPy and statsmodels compare them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

from diary.domain.trials.weeks import compare_weeks, holm, week_means


def arms(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Thirty and twenty-six patients over four weeks, one in eight of the weeks missing."""
    rng = np.random.default_rng(seed)
    first, second = rng.normal(3, 2.6, (30, 4)), rng.normal(5, 1.9, (26, 4))
    for arm in (first, second):
        arm[rng.random(arm.shape) < 0.125] = np.nan
    return first, second


@pytest.mark.parametrize("seed", range(5))
def test_each_week_is_welchs_test(seed):
    first, second = arms(seed)
    for week in compare_weeks(first, second):
        ours = week.difference
        sample = [arm[:, week.week - 1] for arm in (second, first)]
        theirs = stats.ttest_ind(*sample, equal_var=False, nan_policy="omit")
        interval = theirs.confidence_interval(0.95)
        assert ours.p == pytest.approx(theirs.pvalue, rel=1e-6)
        assert ours.df == pytest.approx(theirs.df, rel=1e-9)
        assert (ours.low_nrs, ours.high_nrs) == pytest.approx(interval, rel=1e-6)
        alone = stats.ttest_1samp(sample[1], 0, nan_policy="omit").confidence_interval(0.95)
        assert (week.first.low_nrs, week.first.high_nrs) == pytest.approx(alone, rel=1e-6)
        assert week.first.sem_nrs == pytest.approx(stats.sem(sample[1], nan_policy="omit"))


@settings(max_examples=40)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_all_weeks_at_once_are_holms(chances):
    theirs = multipletests(chances, method="holm")[1]
    assert holm(chances) == pytest.approx(theirs)
    assert all(held >= plain for held, plain in zip(holm(chances), chances, strict=True))


def test_a_week_that_nobody_answered_is_no_week_and_counts_for_no_other():
    first, second = arms(1)
    first[:, 2] = np.nan
    weeks = compare_weeks(first, second)
    assert weeks[2].first.patients == 0
    assert np.isnan(weeks[2].difference.p)
    assert np.isnan(weeks[2].p_holm)
    plain = sorted(week.difference.p for week in weeks if week.week != 3)
    assert min(week.p_holm for week in weeks if week.week != 3) == pytest.approx(min(1, 3 * plain[0]))


def test_a_week_is_the_mean_of_its_answered_days():
    no = 255
    scores = np.array([[2, no, 4, *[6] * 7], [no] * 10], dtype=np.uint8)
    assert week_means(scores, weeks=2)[0].tolist() == [3.0, 6.0]
    assert np.isnan(week_means(scores, weeks=2)[1]).all()
    with pytest.raises(ValueError, match="2 weeks need 10 days of follow-up; there are 9"):
        week_means(scores[:, :9], weeks=2)
