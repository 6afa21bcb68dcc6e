"""Baselines: own, carried, none; weak ones; and a baseline of no pain."""

from statistics import mean, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.protocol import DEFAULT, Protocol
from diary.domain.baseline import Baseline, baseline_for_next, own_baseline

fourteen_days = st.lists(st.none() | st.integers(0, 10), min_size=14, max_size=14)


@given(fourteen_days)
def test_it_is_the_mean_of_the_last_seven_answers_of_the_fourteen_days_before(before):
    last = [nrs for nrs in before if nrs is not None][-7:]
    baseline = own_baseline(before, DEFAULT)
    if not last:
        assert (baseline.kind, baseline.nrs, baseline.answers, baseline.sd) == ("none", None, 0, None)
    else:
        assert (baseline.kind, baseline.answers) == ("own", len(last))
        assert baseline.nrs == pytest.approx(mean(last))
        assert baseline.sd == (pytest.approx(stdev(last)) if len(last) > 1 else None)
        assert baseline.weak == (len(last) < 4)


def test_only_the_protocols_window_counts():
    before = [2] * 7 + [8] + [None] * 6
    assert own_baseline(before, DEFAULT).nrs == pytest.approx(20 / 7)
    assert own_baseline(before, Protocol(baseline_window_days=7)).nrs == 8


def test_a_clinic_that_asks_for_more_answers_calls_a_baseline_weak_sooner():
    strict = Protocol(baseline_weak_under_answers=6)
    assert own_baseline([7] * 5, strict).weak
    assert not own_baseline([7] * 5, DEFAULT).weak


def test_a_stated_baseline_is_always_weak_and_none_is_not_a_weak_one():
    assert Baseline("stated", 8.0, 0, None).weak
    assert not Baseline("none", None, 0, None).weak


UNTREATED = Baseline("own", 8.0, 7, 0.5)


@pytest.mark.parametrize(
    ("own_nrs", "kind"),
    [
        (2.0, "carried"),
        (5.6, "carried"),  # exactly 30 % relief left: not lost yet
        (5.7, "own"),
        (8.0, "own"),
        (9.0, "own"),
    ],
)
def test_the_untreated_baseline_is_carried_while_the_earlier_course_still_gave_relief(own_nrs, kind):
    chosen = baseline_for_next(Baseline("own", own_nrs, 7, 0.4), UNTREATED, DEFAULT)
    assert chosen.kind == kind
    assert chosen.nrs == (8.0 if kind == "carried" else own_nrs)
    assert chosen.sd == (0.5 if kind == "carried" else 0.4)


def test_relief_on_the_line_counts_as_relief_whatever_the_rounding():
    five = own_baseline([5] * 7, DEFAULT)
    fifty_sevenths = own_baseline([8, 7, 7, 7, 7, 7, 7], DEFAULT)
    assert five.nrs is not None
    assert fifty_sevenths.nrs is not None
    assert 1 - five.nrs / fifty_sevenths.nrs == pytest.approx(0.30)
    assert baseline_for_next(five, fifty_sevenths, DEFAULT).kind == "carried"


def test_a_carried_baseline_is_carried_on_to_the_third_course():
    second = baseline_for_next(Baseline("own", 3.0, 7, 0.4), UNTREATED, DEFAULT)
    third = baseline_for_next(Baseline("own", 4.0, 7, 0.4), second, DEFAULT)
    assert (third.kind, third.nrs) == ("carried", 8.0)


@pytest.mark.parametrize("earlier", [None, Baseline("none", None, 0, None), Baseline("own", 0.0, 7, 0.0)])
def test_without_an_untreated_baseline_a_course_has_its_own(earlier):
    own = Baseline("own", 6.0, 7, 0.4)
    assert baseline_for_next(own, earlier, DEFAULT) is own


def test_without_answers_before_the_infusion_nothing_is_carried():
    assert baseline_for_next(own_baseline([None] * 14, DEFAULT), UNTREATED, DEFAULT).kind == "none"


def test_a_baseline_of_no_pain_has_no_relief_to_lose():
    assert own_baseline([0] * 14, DEFAULT).nrs == 0
    assert own_baseline([0] * 14, DEFAULT).relief_nrs is None
    assert UNTREATED.relief_nrs == 8
