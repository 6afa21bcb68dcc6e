"""The map of answers: a mark a day that differs in shape, a row a patient."""

import re
from datetime import date

from diary.charts.answer_map import answer_map_chart
from tests.charts.drawn import parsed, words


def paths(svg: str) -> dict[str, str]:
    return {element.get("class"): element.get("d") for element in parsed(svg).iter() if element.get("d")}


def test_every_way_an_answer_came_has_a_shape_of_its_own():
    svg = answer_map_chart([("P-0001", "alcsn "), ("P-<2>", "aa    ")], first_day=date(2026, 8, 3))
    told = words(parsed(svg))
    assert {"P-0001", "P-<2>", "answered", "late", "changed", "recorded by staff", "no answer"} <= set(told)
    marks = [
        element
        for element in parsed(svg).iter()
        if (element.get("class") or "").startswith("c-came-") and element.get("d").count("M") >= 1
    ]
    assert len(marks) == 10, "five in the key, five in the map"


def test_nobody_is_an_empty_map():
    assert answer_map_chart([], first_day=date(2026, 8, 3)).startswith("<svg")


def test_on_a_phone_the_last_three_weeks_stand_wide_enough_to_be_read():
    rows = [("P-0001", "a" * 63 + "n" * 21)]
    wide, narrow = (
        answer_map_chart(rows, first_day=date(2026, 8, 3), narrow=small) for small in (False, True)
    )
    assert int(re.search(r'viewBox="0 0 (\d+)', narrow)[1]) <= 280
    assert (wide.count("v10h-7z"), narrow.count("v10h-7z")) == (63 + 2, 2), (
        "two marks of the key, and the days"
    )
    assert ">5 Oct<" in narrow
