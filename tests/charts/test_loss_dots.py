"""The strip of dots: each course like this one is one dot, in its week, and is counted in words."""

import re
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest

from diary.charts.loss_dots import LossDots, describe, loss_dots

TODAY = date(2026, 9, 7)
BED = TODAY + timedelta(days=28)


def ahead(*days: int | None) -> LossDots:
    return LossDots(
        tuple(None if day is None else TODAY + timedelta(days=day) for day in days), TODAY, bed_day=BED
    )


def dots(svg: str) -> list[tuple[float, float]]:
    found = re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', svg)
    return [(float(x), float(y)) for x, y in found]


SPREAD = ahead(-3, 0, *range(5, 85, 6), *[None] * 4)


@pytest.mark.parametrize("width_px", [320, 900, 1_120])
def test_every_course_is_one_dot_inside_the_picture_and_none_covers_another(width_px):
    svg = loss_dots(SPREAD, width_px=width_px)
    ElementTree.fromstring(svg)  # noqa: S314 - our own
    drawn = dots(svg)
    assert len(drawn) == len(SPREAD.days) == 20
    assert all(4 < x < width_px - 4 and y > 4 for x, y in drawn)
    for place, (x, y) in enumerate(drawn):
        for other_x, other_y in drawn[place + 1 :]:
            assert abs(x - other_x) > 9 or abs(y - other_y) > 9


def test_a_dot_before_the_bed_stands_left_of_its_line():
    svg = loss_dots(SPREAD)
    line_x = float(re.search(r'class="c-at-event"[^>]* d="M([\d.]+)', svg)[1])
    left = sum(x < line_x for x, _ in dots(svg))
    assert left == SPREAD.by(BED) == 6


def test_twenty_of_one_week_stand_in_columns_of_five():
    drawn = dots(loss_dots(ahead(*[10] * 20)))
    assert len({x for x, _ in drawn}) == 4
    assert len({y for _, y in drawn}) == 5


def test_it_says_how_many_by_now_and_by_a_bed():
    assert describe(SPREAD) == (
        "Of 20 courses like this one, 2 have lost relief by now, 6 by 5 Oct, when a bed could be free."
    )
    assert "none have lost relief by now, none by 5 Oct" in describe(ahead(*[None] * 20))


def test_piles_beside_the_weeks_have_their_words_only_where_there_are_any():
    assert "lost by now" in loss_dots(SPREAD)
    assert "lost by now" not in loss_dots(ahead(*[20] * 20))
    assert "later, or never" not in loss_dots(ahead(*[20] * 20))
