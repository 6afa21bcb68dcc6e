"""A page's figures are the night's figures."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.protocol import Protocol
from diary.domain.figures import figures
from diary.domain.packed import NO_ANSWER
from diary.domain.relapse.rule import plain_rule

PROTOCOL = Protocol()
SCORES = st.lists(st.one_of(st.none(), st.integers(0, 10)), min_size=1, max_size=120)
WHOLE_WEEKS = st.lists(st.tuples(st.integers(0, 10), st.integers(0, 127)), min_size=1, max_size=14).map(
    lambda weeks: [nrs if on >> day & 1 else None for nrs, on in weeks for day in range(7)]
)
BASELINES = st.one_of(st.none(), st.just(0.0), st.integers(4, 80).map(lambda eighths: eighths / 8))
NAMES = ("answered_14d", "days_since_answer", "mean_7d", "relief_7d", "mean_14d", "best_14d", "below_since")


def by_the_night(scores, baseline_nrs, *, boosters=(), expected=None):
    """The same figures as the night finds them for the last day."""
    row = np.array([[NO_ANSWER if nrs is None else nrs for nrs in scores]], dtype=np.uint8)
    marks = np.zeros(row.shape, dtype=bool)
    for day in boosters:
        marks[0, day - 1] = True
    nights = plain_rule(
        row,
        np.array([np.nan if baseline_nrs is None else baseline_nrs]),
        protocol=PROTOCOL,
        boosters=marks if boosters else None,
        expected=None if expected is None else np.array([expected]),
    )
    return {name: getattr(nights, name)[0, -1] for name in NAMES}


def agree(page, night) -> bool:
    """Whole numbers agree exactly, means to single precision; unknown is unknown on both sides."""
    for name, found in night.items():
        told = getattr(page, name)
        unknown = found == 0 if name == "below_since" else np.isnan(found)
        if unknown != (told is None) or (told is not None and told != pytest.approx(found, abs=1e-5)):
            return False
    return True


@given(scores=st.one_of(SCORES, WHOLE_WEEKS), baseline_nrs=BASELINES)
def test_a_page_and_the_night_say_the_same_of_any_diary(scores, baseline_nrs):
    page = figures(scores, baseline_nrs, protocol=PROTOCOL)
    assert agree(page, by_the_night(scores, baseline_nrs))


@given(data=st.data(), scores=WHOLE_WEEKS)
def test_they_agree_after_boosters_and_on_a_thin_schedule(data, scores):
    days = st.integers(1, len(scores))
    boosters = data.draw(st.lists(days, max_size=3, unique=True))
    expected = data.draw(st.lists(st.booleans(), min_size=len(scores), max_size=len(scores)))
    page = figures(scores, 8.0, protocol=PROTOCOL, boosters=boosters, expected=expected)
    assert agree(page, by_the_night(scores, 8.0, boosters=boosters, expected=expected))


def test_before_the_first_day_of_follow_up_nothing_is_known():
    none_yet = figures([], 8.0, protocol=PROTOCOL)
    assert (none_yet.night, none_yet.answered_14d, none_yet.days_since_answer) == (0, 0, 0)
    assert none_yet.mean_7d is None
    assert none_yet.best_14d is None


def test_exactly_thirty_percent_relief_is_on_the_line_and_not_below_it():
    on_the_line = figures([7] * 7, 10.0, protocol=PROTOCOL)
    assert on_the_line.relief_7d == pytest.approx(0.3)
    assert on_the_line.below_since is None


def test_without_a_baseline_there_is_a_level_and_a_best_but_no_relief():
    legacy = figures([3] * 14 + [6] * 7, None, protocol=PROTOCOL)
    assert (legacy.mean_7d, legacy.best_14d) == (6.0, 3.0)
    assert legacy.relief_7d is None
    assert legacy.below_since is None
