"""Words above a chart find room of their own."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diary.charts.lanes import LETTER_PX, Flag, PlacedFlag, place, spread

LEFT, RIGHT = 40, 360
flags = st.lists(
    st.builds(
        Flag,
        x=st.floats(LEFT, RIGHT),
        words=st.text("abc ", min_size=1, max_size=40).map(lambda words: f"w{words}"),
        kind=st.just("event"),
        centred=st.booleans(),
    ),
    max_size=12,
)


def extent(placed: PlacedFlag) -> tuple[float, float]:
    """From where to where the words reach."""
    width = len(placed.words) * LETTER_PX
    start = placed.text_x - {"": 0, "middle": width / 2, "end": width}[placed.anchor]
    return start, start + width


@given(flags)
def test_no_two_words_in_a_lane_overlap(chosen):
    placed = [flag for flag in place(chosen, left=LEFT, right=RIGHT) if flag.words]
    for lane in {flag.lane for flag in placed}:
        reaches = sorted(extent(flag) for flag in placed if flag.lane == lane)
        assert all(end <= start for (_, end), (start, _) in pairwise(reaches))


@given(flags)
def test_no_upright_strikes_through_words_on_its_way_down(chosen):
    placed = [flag for flag in place(chosen, left=LEFT, right=RIGHT) if flag.words]
    for upright in (flag for flag in placed if not flag.flag.centred):
        for crossed in (flag for flag in placed if flag.lane <= upright.lane and flag is not upright):
            start, end = extent(crossed)
            assert not start < upright.flag.x < end


@given(flags)
def test_every_flag_is_placed_once_and_its_words_stay_within_the_picture(chosen):
    placed = place(chosen, left=LEFT, right=RIGHT)

    assert [flag.flag for flag in placed] == list(dict.fromkeys(chosen))
    for flag in placed:
        start, end = extent(flag)
        assert not flag.words or LEFT - 0.01 <= start <= end <= RIGHT + 0.01


def test_words_beside_today_give_way_to_the_left():
    alert, today = place([Flag(340, "likely lost", "alert"), Flag(342, "now", "today")], left=LEFT, right=380)

    assert (alert.anchor, alert.lane) == ("end", 0)
    assert (today.anchor, today.lane) == ("", 0)


def test_words_longer_than_the_picture_are_cut():
    (flag,) = place([Flag(200, "w" * 60, "event")], left=LEFT, right=RIGHT)

    assert flag.words.endswith("w…")


@given(st.lists(st.floats(0, 200), max_size=6))
def test_names_in_the_margin_never_touch_and_keep_their_order(centres):
    moved = spread(centres, [15.0] * len(centres), top=0, bottom=200)
    rows = sorted(moved)

    assert all(below - above >= 15 - 1e-9 for above, below in pairwise(rows))
    assert all(7.5 - 1e-9 <= row <= 192.5 + 1e-9 for row in rows)
    assert [moved[i] for i in sorted(range(len(centres)), key=lambda i: centres[i])] == rows


@pytest.mark.parametrize("centres", [[50, 100, 150], []])
def test_names_with_room_stay_at_their_lines(centres):
    assert spread(centres, [15.0] * len(centres), top=0, bottom=200) == centres
