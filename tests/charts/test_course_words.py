"""The chart in words: its description and the table beside it."""

from dataclasses import replace

import pytest

from diary.charts.course_data import Baseline, DatedWord, DiaryDay, ForecastDay, Infusion, Mark, read
from diary.charts.course_words import answer_words, baseline_words, course_table, describe
from tests.charts.drawn import chart_of, day, relapsing_course


@pytest.mark.parametrize(
    ("mark", "first_nrs", "said"),
    [
        ("plain", None, "6"),
        ("late", None, "6, late"),
        ("changed", 4, "6, changed from 4"),
        ("staff", 4, "6, filed by staff, first 4"),
        ("suspect", None, "6, clock in doubt, not counted"),
    ],
)
def test_an_answer_is_told_with_how_it_came(mark: Mark, first_nrs: int | None, said: str):
    assert answer_words(DiaryDay(day(0), 6, mark, first_nrs)) == said


@pytest.mark.parametrize(
    ("baseline", "said"),
    [
        (Baseline("own", 7, n=1), "few days (1)"),
        (Baseline("own", 7, n=5), "mean of 5 days"),
        (Baseline("carried", 7, n=7), "carried, 7 days"),
        (Baseline("stated", 7), "stated in the notes"),
    ],
)
def test_a_baseline_is_told_with_what_it_rests_on(baseline: Baseline, said: str):
    assert baseline_words(baseline) == said


def test_the_table_has_a_row_for_every_day_with_its_course_day_answer_mean_and_notes():
    course = relapsing_course()
    course = replace(
        course, alerts=(DatedWord(day(104), "likely lost"),), events=(DatedWord(day(30), "fell"),)
    )
    rows = {row.day: row for row in course_table(course)}

    assert len(rows) == 105
    assert list(rows) == sorted(rows)
    assert rows[day(2)].answer == "no answer"
    assert (rows[day(13)].day_number, rows[day(19)].day_number, rows[day(104)].day_number) == (-1, 1, 86)
    assert (rows[day(16)].day_number, rows[day(16)].answer, rows[day(16)].notes) == (0, "", ("Infusion 2",))
    assert rows[day(30)].notes == ("fell",)
    assert (rows[day(104)].nrs, rows[day(104)].mean_nrs) == (7, 7.0)
    assert rows[day(104)].notes == ("alert: likely lost",)


def test_the_table_has_no_row_for_a_day_on_which_nothing_was_asked_and_nothing_happened():
    days = (DiaryDay(day(0), 5), DiaryDay(day(9), 5))

    assert [row.day for row in course_table(chart_of([], days=days, today=day(9)))] == [day(0), day(9)]


def test_the_description_tells_the_forecast_the_alerts_and_the_plans():
    course = relapsing_course()
    told = replace(
        course,
        infusions=(*course.infusions, Infusion(day(120), day(124), "Offered", "planned")),
        alerts=(DatedWord(day(103), "likely lost"),),
        forecast=(ForecastDay(day(104), 6, 7, 8), ForecastDay(day(132), 5, 7.2, 9)),
    )
    said = describe(told, read(told))

    assert "Offered: 3 Dec to 7 Dec 2026." in said
    assert "Alert on 16 Nov: likely lost." in said
    assert "Forecast for 15 Dec: 7.2, 8 in 10 between 5.0 and 9.0." in said


def test_the_description_says_when_there_is_no_mean_yet():
    chart = chart_of([5, 5])

    assert "No 7-day mean yet: it takes 4 answers." in describe(chart, read(chart))
