"""The pictures of a benchmark: what several detectors reach, and what became of the chances told."""

import re
from pathlib import Path
from typing import get_args

import pytest

from diary.charts.looks import Look, marks
from diary.charts.reliability import Alike, Forecasts, reliability_chart
from diary.charts.share_rows import ShareRow, share_rows_chart
from diary.charts.trade_off import TradeOff, trade_off_chart
from tests.charts.drawn import SVG, of_class, parsed, runs, words

OURS = TradeOff("ours", "bold", [(0.05, 0.6), (0.10, 0.7)], [(0.5, 0.66), (0.65, 0.75)])
RULE = TradeOff("the rule", "thin", [(0.02, 0.05)])
WORDS = {"title": "Seen early", "above": "seen", "below": "false", "note": "Simulated."}


def trade_off(*cohorts: str):
    told = [(name, [OURS, RULE]) for name in cohorts]
    return parsed(trade_off_chart(told, false_ticks=(0, 0.05, 0.1), **WORDS))


def lines(root, name: str) -> list[list[tuple[float, float]]]:
    """The points of each line of a look; bars, and the piece of it in the key, are none."""
    return [run for path in of_class(root, name) if "l" in path.get("d") for run in runs(path)]


def test_each_detector_is_a_line_through_its_settings_in_every_cohort():
    root = trade_off("A", "B")
    assert [len(line) for line in lines(root, "c-bold")] == [2, 2]
    assert {"A", "B", "ours", "the rule", "Simulated."} <= set(words(root))


def test_more_seen_stands_higher_and_more_false_alerts_further_right():
    (x, y), (further, higher) = lines(trade_off("A"), "c-bold")[0]
    assert further > x
    assert higher < y


def test_looks_differ_in_shape_and_not_in_colour_alone():
    root = trade_off("A")
    shapes = [
        {mark.tag for group in of_class(root, f"c-{look}-marks") for mark in group}
        for look in ("bold", "thin")
    ]
    assert shapes == [{f"{SVG}circle"}, {f"{SVG}path"}]


def test_no_two_looks_have_marks_of_the_same_shape_and_filling():
    style = (Path(__file__).parents[2] / "bench/detector/pictures.css").read_text("utf-8")
    looks = get_args(Look)
    drawn = set()
    for look in looks:
        shape = re.sub(r"c-\w+-marks", "", marks(look, [(0, 0)]))
        filled = "fill: var(--chart-paper)" in style.partition(f".c-{look}-marks {{")[2].partition("}")[0]
        drawn.add((shape, filled))
    # An open circle and a filled one, a triangle, squares of both kinds, a diamond.
    assert len(drawn) == len(looks)


def test_the_picture_is_told_in_words_too():
    described = trade_off("A").findtext(f"{SVG}desc")
    assert described == "A: ours 60 % at 0.05, 70 % at 0.10; the rule 5 % at 0.02."


def test_chances_that_came_true_stand_on_the_diagonal():
    bins = [Alike(90, 0.25, 0.25), Alike(10, 0.75, 0.75)]
    root = parsed(reliability_chart([("A", [Forecasts("day 21", "bold", bins)])], **WORDS))
    diagonal = of_class(root, "c-right")[0].get("d")
    left, bottom, right, top = (float(number) for number in re.findall(r"[\d.]+", diagonal))
    few, many = sorted(of_class(root, "c-bold-marks")[-1], key=lambda mark: float(mark.get("r")))
    for mark, share in ((many, 0.25), (few, 0.75)):
        assert float(mark.get("cx")) == pytest.approx(left + share * (right - left), abs=0.1)
        assert float(mark.get("cy")) == pytest.approx(bottom - share * (bottom - top), abs=0.1)


def test_a_mark_of_more_courses_is_larger_in_area():
    bins = [Alike(400, 0.2, 0.2), Alike(100, 0.8, 0.8)]
    root = parsed(reliability_chart([("A", [Forecasts("day 21", "bold", bins)])], **WORDS))
    radii = sorted(float(mark.get("r")) for mark in of_class(root, "c-bold-marks")[-1])
    assert radii[1] == pytest.approx(2 * radii[0])


def rows(**cases: tuple[float, float]):
    told = [ShareRow(name, shares) for name, shares in cases.items()]
    looks = [("bold", "ours"), ("thin", "the rule")]
    return parsed(share_rows_chart(told, looks, title="Seen early", above="seen", note="Simulated."))


def test_each_case_is_a_row_with_a_mark_each_joined_by_a_line():
    root = rows(A=(0.6, 0.1), B=(0.2, 0.3))
    ours = [float(mark.get("cx")) for mark in of_class(root, "c-bold-marks")[-1]]
    joined = re.findall(r"M([\d.]+) ([\d.]+)H([\d.]+)", of_class(root, "c-edge")[0].get("d"))
    assert ours == [float(joined[0][2]), float(joined[1][0])]
    assert len({y for _, y, _ in joined}) == 2


def test_every_share_stands_within_the_picture():
    root = rows(A=(1.0, 0.0), B=(0.99, 0.5))
    width = float(root.get("width"))
    assert all(float(mark.get("cx")) < width for mark in of_class(root, "c-bold-marks")[-1])
    assert "100 %" in words(root)


def test_names_of_cases_end_where_the_plot_begins():
    root = rows(**{"a case of a longer name": (0.5, 0.4)})
    name = next(element for element in root.iter(f"{SVG}text") if element.text == "a case of a longer name")
    assert name.get("text-anchor") == "end"
    assert float(name.get("x")) > 6 * len(name.text)
