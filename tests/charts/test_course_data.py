"""What follows from a diary's values: means, gaps, day numbers, and what a chart refuses."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diary.charts.course_data import (
    MAX_DATED,
    MAX_SPAN_DAYS,
    Baseline,
    DatedWord,
    Infusion,
    day_number,
    gaps,
    read,
    relief_percent,
    seven_day_means,
)
from tests.charts.drawn import OWN_BASELINE, chart_of, day, days_of, relapsing_course


@given(st.lists(st.none() | st.integers(0, 10), min_size=1, max_size=60))
def test_a_mean_stands_where_four_of_the_last_seven_days_are_answered_and_nowhere_else(scores):
    expected = {}
    for i in range(len(scores)):
        window = [nrs for nrs in scores[max(i - 6, 0) : i + 1] if nrs is not None]
        if len(window) >= 4:
            expected[day(i)] = sum(window) / len(window)

    assert dict(point for run in seven_day_means(chart_of(scores)) for point in run) == expected


def test_no_mean_after_treatment_counts_a_score_from_before_it():
    infusion = Infusion(day(7), day(9), "Infusion 1")
    scores = days_of([8] * 7) + days_of([1] * 7, start=10)
    before, after = seven_day_means(chart_of([], days=scores, today=day(16), infusions=(infusion,)))

    assert {nrs for _, nrs in before} == {8}
    assert {nrs for _, nrs in after} == {1}
    assert after[0][0] == day(13)


def test_a_booster_starts_the_mean_again_too():
    booster = Infusion(day(7), day(7), "booster", "booster")
    runs = seven_day_means(chart_of([6] * 7 + [6] + [2] * 7, infusions=(booster,)))

    assert [{nrs for _, nrs in run} for run in runs] == [{6}, {2}]


def test_a_planned_infusion_changes_no_mean():
    planned = Infusion(day(3), day(4), "offered", "planned")

    assert seven_day_means(chart_of([5] * 9, infusions=(planned,))) == seven_day_means(chart_of([5] * 9))


def test_an_answer_whose_clock_is_in_doubt_does_not_count():
    days = list(days_of([4, 4, 4, 4]))
    days[3] = replace(days[3], mark="suspect")

    assert seven_day_means(chart_of([], days=tuple(days))) == []


def test_the_lowest_mean_is_the_best_since_treatment_and_not_one_before_it():
    infusion = Infusion(day(7), day(8), "Infusion 1")
    days = days_of([1] * 7) + days_of([3] * 7 + [6] * 7, start=9)

    assert read(chart_of([], days=days, today=day(22), infusions=(infusion,))).lowest == (day(12), 3)


def test_infusion_days_are_no_gaps_and_neither_are_days_that_were_not_asked_about():
    infusion = Infusion(day(3), day(4), "Infusion 1")
    days = days_of([5, 5, None, None, None, None]) + days_of([None], start=9)

    found = gaps(chart_of([], days=days, today=day(9), infusions=(infusion,)))
    assert found == [[day(2)], [day(5)], [day(9)]]


def test_day_numbers_count_from_the_newest_infusion_series_and_not_from_a_booster():
    blocks = (
        Infusion(day(0), day(1), "Infusion 1"),
        Infusion(day(60), day(62), "Infusion 2"),
        Infusion(day(90), day(90), "booster", "booster"),
    )
    infusion = read(chart_of([], today=day(100), infusions=blocks)).infusion

    assert infusion == blocks[1]
    assert [day_number(day(n), infusion) for n in (59, 60, 62, 63, 100)] == [-1, 0, 0, 1, 38]
    assert day_number(day(3), None) is None


@pytest.mark.parametrize(
    ("baseline", "weak"),
    [
        (Baseline("own", 7, n=4), False),
        (Baseline("own", 7, n=3), True),
        (Baseline("carried", 7, n=7), False),
        (Baseline("stated", 7, n=0), True),
    ],
)
def test_a_baseline_is_weak_under_four_days_and_when_it_was_only_stated(baseline, weak):
    assert baseline.is_weak is weak


def test_the_relief_a_line_stands_for_is_a_share_of_the_baseline():
    assert relief_percent(3.7, OWN_BASELINE) == 50
    with pytest.raises(ValueError, match="this patient has none"):
        relief_percent(3.7, Baseline())


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"days": days_of([5]) * 2}, "each day once"),
        ({"days": days_of([5, 5])[::-1]}, "ascending"),
        ({"days": days_of([11])}, "0 to 10"),
        ({"infusions": (Infusion(day(2), day(1), "Infusion 1"),)}, "before it starts"),
        ({"relief_line_nrs": 5.2}, "needs a baseline"),
        ({"today": day(MAX_SPAN_DAYS)}, "at most 1100 days"),
        ({"events": (DatedWord(day(0), "fell"),) * (MAX_DATED + 1)}, "at most 200"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_a_sentence_that_says_why(fields, says):
    with pytest.raises(ValueError, match=says):
        chart_of([5], **fields)


def test_a_chart_reaches_from_its_first_answer_to_its_last_plan():
    course = relapsing_course()
    planned = Infusion(
        course.today + timedelta(days=20), course.today + timedelta(days=24), "offered", "planned"
    )

    assert course.first_day == day(0)
    assert course.last_day == course.today
    assert replace(course, infusions=(*course.infusions, planned)).last_day == planned.last_day
