"""A patient's own chart: a dot a day, a tick for a day without an answer, treatment as a block."""

import re
from datetime import date, timedelta
from xml.etree import ElementTree

from diary.charts.own_days import Words, own_days_chart
from diary.charts.scale import MONTHS

FIRST = date(2026, 9, 1)
LAST = FIRST + timedelta(days=83)
# Words are 12 px high, with what hangs below them.
LINE_PX = 12
SVG = "{http://www.w3.org/2000/svg}"


def drawn(days: list[tuple[date, int | None]], treated: list[tuple[date, date]] | None = None) -> str:
    """The chart of twelve weeks."""
    return own_days_chart(
        days,
        first_day=FIRST,
        last_day=LAST,
        treated=treated or [],
        words=Words("Your <days>", "Each dot is one day.", "Treatment", "Worse", "Better", MONTHS),
    )


def parsed(svg: str) -> ElementTree.Element:
    """The picture as XML."""
    return ElementTree.fromstring(svg)  # noqa: S314 - our own


def points(svg: str, name: str) -> list[tuple[float, float]]:
    """Where the marks of a class begin."""
    found = re.search(rf'class="{name}"[^>]* d="([^"]*)"', svg)
    return [(float(x), float(y)) for x, y in re.findall(r"M([\d.]+) ([\d.]+)", found[1])] if found else []


def test_each_answer_is_one_dot_and_more_pain_stands_higher():
    svg = drawn([(FIRST + timedelta(days=n), n) for n in range(11)])

    heights = [y for _, y in points(svg, "c-day")]
    assert len(heights) == 11
    assert heights == sorted(heights, reverse=True)


def test_a_day_without_an_answer_is_a_tick_and_never_a_dot():
    svg = drawn([(FIRST, 5), (FIRST + timedelta(days=1), None), (FIRST + timedelta(days=2), 5)])

    [(gap_x, _)] = points(svg, "c-gap")
    (left_x, _), (right_x, _) = points(svg, "c-day")
    assert left_x < gap_x < right_x
    assert svg.count("L") == 0


def test_a_day_that_was_not_asked_about_is_neither():
    svg = drawn([(FIRST, 5)])

    assert points(svg, "c-gap") == []


def test_the_same_answer_on_neighbouring_days_stays_two_dots():
    first, second = points(drawn([(FIRST, 5), (FIRST + timedelta(days=1), 5)]), "c-day")

    assert first[1] == second[1]
    assert second[0] - first[0] > 3


def test_treatment_is_a_block_cut_at_the_ends_of_the_chart():
    blocks = [(FIRST - timedelta(days=3), FIRST + timedelta(days=1)), (LAST, LAST + timedelta(days=4))]
    tree = parsed(drawn([], blocks))

    rects = [rect for rect in tree.iter(f"{SVG}rect") if rect.get("class") == "c-series"]
    ends = [
        (float(rect.get("x", 0)), float(rect.get("x", 0)) + float(rect.get("width", 0))) for rect in rects
    ]
    assert len(ends) == 2
    assert all(38 <= left < right <= 322.1 for left, right in ends)
    assert [word.text for word in tree.iter(f"{SVG}text")].count("Treatment") == 2


def test_treatment_before_the_chart_is_not_drawn():
    svg = drawn([], [(FIRST - timedelta(days=9), FIRST - timedelta(days=5))])

    assert "c-series" not in svg
    assert "Treatment" not in svg


def test_a_treatment_at_the_left_edge_stands_under_the_word_for_worse_and_not_on_it():
    tree = parsed(drawn([], [(FIRST - timedelta(days=1), FIRST + timedelta(days=2))]))

    y = {word.text: float(word.get("y", 0)) for word in tree.iter(f"{SVG}text")}
    assert y["Worse"] >= LINE_PX
    assert y["Worse"] + LINE_PX <= y["Treatment"]


def test_it_is_named_told_in_words_escaped_and_without_a_style():
    tree = parsed(drawn([]))

    assert tree.get("role") == "img"
    assert [tree.findtext(f"{SVG}{name}") for name in ("title", "desc")] == [
        "Your <days>",
        "Each dot is one day.",
    ]
    assert all("style" not in part.attrib for part in tree.iter())


def test_twelve_weeks_are_a_small_picture():
    svg = drawn([(FIRST + timedelta(days=n), n % 11 if n % 7 else None) for n in range(84)])

    assert len(svg.encode()) < 5_000
