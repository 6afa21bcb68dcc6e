"""Baselines of many courses at once are those of each by itself."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from config.protocol import Protocol
from diary.domain.baseline import own_baseline
from diary.domain.packed import NO_ANSWER
from diary.domain.relapse.baselines import own_means

fourteen_days = st.lists(st.none() | st.integers(0, 10), min_size=14, max_size=14)
protocols = st.builds(
    Protocol, baseline_window_days=st.integers(8, 14), baseline_answers_max=st.integers(4, 8)
)


@given(st.lists(fourteen_days, max_size=5), protocols)
def test_each_mean_is_the_very_number_that_the_course_alone_would_have(diaries, protocol):
    before = np.array([[NO_ANSWER if nrs is None else nrs for nrs in diary] for diary in diaries], np.uint8)
    means = own_means(before.reshape(-1, 14), protocol)
    alone = [own_baseline(diary, protocol).nrs for diary in diaries]
    assert [None if np.isnan(mean) else mean for mean in means.tolist()] == alone
