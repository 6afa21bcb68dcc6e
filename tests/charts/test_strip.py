"""Twenty dots for when relief may end."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diary.charts.strip import DOTS, strip
from tests.charts.drawn import SVG, of_class, parsed, words

NIGHT = 70
twenty_days = st.lists(st.none() | st.integers(0, 400), min_size=DOTS, max_size=DOTS)


@given(twenty_days, st.none() | st.integers(7, 84))
def test_there_are_always_twenty_dots_and_none_outside_the_picture(loss_days, lead_time_days):
    root = parsed(strip(loss_days, night=NIGHT, lead_time_days=lead_time_days))
    dots = list(root.iter(f"{SVG}circle"))

    assert len(dots) == 20
    assert len({(dot.get("cx"), dot.get("cy")) for dot in dots}) == 20
    assert all(5 <= float(dot.get("cx")) <= 435 and 5 <= float(dot.get("cy")) <= 104 for dot in dots)


@given(twenty_days, st.integers(7, 84))
def test_a_dot_is_filled_when_it_comes_before_the_lead_time_is_over_and_stands_left_of_its_line(
    loss_days, lead
):
    root = parsed(strip(loss_days, night=NIGHT, lead_time_days=lead))
    sooner = sum(day is not None and day - NIGHT < lead for day in loss_days)
    filled, hollow = of_class(root, "c-now"), of_class(root, "c-hollow")
    line_path = next(path for path in of_class(root, "c-relief") if path.tag == f"{SVG}path")
    line = float(re.match(r"M([\d.]+)", line_path.get("d")).group(1))

    assert len(filled) == sooner
    assert all(float(dot.get("cx")) <= line for dot in filled)
    assert all(float(dot.get("cx")) >= line for dot in hollow)


def test_chances_beyond_the_strip_or_the_horizon_stand_apart_as_later():
    root = parsed(strip([80] * 10 + [300] * 6 + [None] * 4, night=NIGHT))

    assert root.findtext(f"{SVG}title") == "When relief may end: 10 chances in 20 within 12 weeks, 10 later"
    assert "later" in words(root)


def test_the_chances_within_the_lead_time_are_said_first():
    root = parsed(strip([80] * 5 + [120] * 15, night=NIGHT, lead_time_days=28))

    assert "5 chances in 20 within the lead time of 28 days" in root.findtext(f"{SVG}title")
    assert "lead time, 28 days" in words(root)


def test_a_strip_of_other_than_twenty_dots_is_refused():
    with pytest.raises(ValueError, match="20 dots"):
        strip([80] * 19, night=NIGHT)
