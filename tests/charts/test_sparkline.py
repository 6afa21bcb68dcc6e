"""Twenty-eight days in the space of a word."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diary.charts.sparkline import SPARK_DAYS, sparkline
from tests.charts.drawn import SVG, of_class, parsed, runs

scores_28 = st.lists(st.none() | st.integers(0, 10), min_size=SPARK_DAYS, max_size=SPARK_DAYS)


@given(scores_28)
def test_a_sparkline_is_at_most_1_kb_and_carries_no_style(scores):
    svg = sparkline(scores, baseline_nrs=7.43, relief_line_nrs=5.21)

    assert len(svg.encode()) <= 1_024
    assert "style" not in svg
    parsed(svg)


@given(scores_28)
def test_only_neighbouring_days_are_joined(scores):
    root = parsed(sparkline(scores, baseline_nrs=None, relief_line_nrs=None))
    pieces = [run for name in ("c-days", "c-lone") for path in of_class(root, name) for run in runs(path)]

    assert all(b[0] - a[0] == pytest.approx(4) for run in pieces for a, b in pairwise(run))
    assert sum(len(run) for run in pieces) == sum(nrs is not None for nrs in scores)


def test_missing_days_are_ticks_and_an_answer_alone_is_a_dot():
    root = parsed(sparkline([5, 5, None, 5, None], baseline_nrs=None, relief_line_nrs=None))

    assert of_class(root, "c-gap")[0].get("d").count("v") == 2
    assert len(runs(of_class(root, "c-lone")[0])) == 1


def test_its_name_says_what_it_shows():
    def name(scores):
        return parsed(sparkline(scores, baseline_nrs=7, relief_line_nrs=4.9)).findtext(f"{SVG}title")

    assert name([2] * 20 + [None] * 7 + [8]) == "Last 28 days: 21 answered, latest 8, from 2 to 8"
    assert name([None] * 28) == "Last 28 days: no answer"


def test_without_a_baseline_there_is_no_line_to_fall_under():
    root = parsed(sparkline([5] * 28, baseline_nrs=None, relief_line_nrs=None))

    assert not of_class(root, "c-baseline")
    assert not of_class(root, "c-relief")


def test_more_than_28_days_are_refused():
    with pytest.raises(ValueError, match="28 days"):
        sparkline([5] * 29, baseline_nrs=None, relief_line_nrs=None)
