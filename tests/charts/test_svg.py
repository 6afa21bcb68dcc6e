"""SVG as text: escaped, short, and able to stand alone."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diary.charts.svg import LABEL_LIMIT, document, escape, line_path, shorten, standalone, text
from tests.charts.drawn import SVG, parsed, runs


@given(st.text())
def test_any_text_survives_but_for_what_xml_cannot_hold(words):
    read_back = parsed(f"<t>{escape(words)}</t>").text or ""
    kept = "".join(letter for letter in words if letter in read_back or letter == "\r")

    assert read_back == kept.replace("\r\n", "\n").replace("\r", "\n")


@pytest.mark.parametrize("forbidden", ["\x00", "\x0b", "\x1f", "\ud800", "\ufffe", "\uffff"])
def test_what_xml_cannot_hold_is_dropped(forbidden):
    assert escape(f"a{forbidden}b") == "ab"


def test_a_quote_cannot_end_an_attribute():
    assert escape("\"'") == "&quot;&#39;"


def test_a_long_label_is_cut_and_stands_on_one_line():
    cut = shorten("a word\n" * 20)

    assert len(cut) <= LABEL_LIMIT
    assert cut.startswith("a word a word")
    assert cut.endswith("…")


@given(st.lists(st.tuples(st.floats(0, 900), st.floats(0, 300)), min_size=1, max_size=200))
def test_a_line_of_many_steps_ends_where_its_last_point_is(points):
    path = ElementTree.Element("path", d=line_path(points))
    (run,) = runs(path)

    assert len(run) == len(points)
    assert run[-1] == pytest.approx(points[-1], abs=0.051)


def test_a_picture_that_stands_alone_holds_its_stylesheet_and_is_still_well_formed():
    svg = document(
        [text(1, 2, "7")], width_px=10, height_px=10, classes="chart", title="Scores", description="One day."
    )
    alone = standalone(svg, ".chart > text { fill: currentColor; }")

    assert parsed(alone).findtext(f"{SVG}style") == ".chart > text { fill: currentColor; }"
    assert parsed(alone).findtext(f"{SVG}title") == "Scores"


def test_only_a_whole_picture_can_stand_alone():
    with pytest.raises(ValueError, match="whole <svg>"):
        standalone("<p>no picture</p>", "")
