"""The course chart and counts on a terminal."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diary.charts.course_data import DatedWord, Infusion
from diary.charts.terminal import count_bars, course_text
from tests.charts.drawn import chart_of, day, relapsing_course


def plot(text: str) -> list[str]:
    """The eleven rows of the scale, 10 first."""
    return text.splitlines()[1:12]


@given(st.integers(0, 10))
def test_one_row_is_one_point_and_10_is_on_top(nrs):
    rows = plot(course_text(chart_of([nrs]), width=60))

    assert [10 - i for i, row in enumerate(rows) if "•" in row] == [nrs]


@given(st.integers(40, 200), st.booleans())
def test_no_line_is_wider_than_the_terminal(width, ascii_only):
    text = course_text(relapsing_course(), width=width, ascii=ascii_only)

    assert max(len(line) for line in text.splitlines()) <= width


def test_ascii_means_ascii_whatever_the_labels_hold():
    course = replace(relapsing_course(), alerts=(DatedWord(day(60), "Schübe …"),))
    text = course_text(course, width=80, ascii=True)

    assert text.isascii()
    assert text == course_text(course, width=80, ascii=True)


def test_the_terminal_shows_what_the_picture_shows():
    text = course_text(relapsing_course(), width=100)

    for sign in "•○□×░╌▒╵":
        assert sign in text
    for words in ("Worse", "Better", "before 7.4", "30 % relief 5.2", "mean 7.0", "week 2", "Aug 2026"):
        assert words in text
    assert "90 of 100 days answered" in text


def test_days_without_answers_are_ticks_under_the_axis_and_no_line():
    text = course_text(chart_of([6] * 7 + [None] * 14 + [6] * 7), width=60)
    rail = next(line for line in text.splitlines() if line.startswith("Better"))
    (line_row,) = [row for row in plot(text) if any("⠀" < sign <= "⣿" for sign in row)]
    ticks = [column for column, sign in enumerate(rail) if sign == "╵"]

    assert len(ticks) == 14
    middle = ticks[4:]  # the mean still stands while 4 of its 7 days are answered
    assert not any("⠀" < line_row[column] <= "⣿" for column in middle)


def test_the_newest_alert_is_named_over_its_day():
    course = replace(
        relapsing_course(), alerts=(DatedWord(day(30), "watch"), DatedWord(day(104), "likely lost"))
    )
    header = course_text(course, width=100).splitlines()[0]

    assert header.endswith("likely lost ▼")
    assert header.count("▼") == 2


@pytest.mark.parametrize("ascii_only", [False, True])
def test_a_label_cannot_steer_the_terminal(ascii_only):
    course = chart_of([5] * 9, infusions=(Infusion(day(2), day(3), "\x1b[2J\x07Infusion"),))

    assert not set("\x1b\x07") & set(course_text(course, width=60, ascii=ascii_only))


def test_a_terminal_too_narrow_for_a_course_is_refused():
    with pytest.raises(ValueError, match="40 columns"):
        course_text(chart_of([5]), width=39)


def test_bars_are_as_long_as_their_share_and_no_count_above_zero_is_invisible():
    judged, failed, none = count_bars([("judged", 10_000), ("failed", 1), ("none", 0)], width=60).splitlines()

    assert judged.count("█") == 60 - len("judged") - len("10,000") - 2
    assert "▏" in failed
    assert none.split() == ["none", "0"]


@given(st.lists(st.tuples(st.sampled_from(["seen", "silent"]), st.integers(0, 10**6)), max_size=5))
def test_bars_fill_the_width_and_never_more(counts):
    lines = count_bars(counts, width=50, ascii=True).splitlines()

    assert {len(line) for line in lines} <= {50}


def test_bars_without_room_or_with_a_negative_count_are_refused():
    with pytest.raises(ValueError, match="no room"):
        count_bars([("a label as wide as this", 1)], width=20)
    with pytest.raises(ValueError, match="negative"):
        count_bars([("seen", -1)], width=40)
