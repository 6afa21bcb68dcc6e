"""The charts as a browser shows them: under the pages' strict policy, in each scheme, at each width."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from diary.charts.course import course_chart
from diary.charts.course_data import DatedWord, ForecastDay
from tests.charts.drawn import day, relapsing_course

STYLESHEET = (Path(__file__).parents[2] / "diary/desk/static/chart.css").read_text("utf-8")
POLICY = "default-src 'none'; style-src 'self'; script-src 'none'"
# The rim of paper around words on the data counts in their boxes at the left edge, though nobody sees it.
RIM_PX = 3
ADDRESS = "http://127.0.0.1:1"
# Every pair of words that touch, by their boxes in the page; a rim of 1 px is air, not ink.
TOUCHING = """texts => {
  const boxes = texts.map(text => [text.textContent, text.getBoundingClientRect()]);
  const apart = (a, b) => a.left >= b.right - 1 || a.top >= b.bottom - 4;
  const touch = (a, b) => !apart(a, b) && !apart(b, a);
  const after = (a, i) => boxes.slice(i + 1).filter(([, b]) => touch(a, b));
  return boxes.flatMap(([one, a], i) => after(a, i).map(([two]) => [one, two]));
}"""


def full_course() -> Any:
    fan = tuple(ForecastDay(day(104 + i), 6 - i / 14, 7, 8 + i / 28) for i in range(29))
    return replace(
        relapsing_course(),
        half_line_nrs=3.7,
        forecast=fan,
        alerts=(DatedWord(day(103), "may be losing relief"),),
        events=(DatedWord(day(50), "nerve block"),),
    )


@pytest.fixture
def shown(chromium: Any) -> Iterator[Any]:
    """Opens a page that holds both layouts of a full chart, with the policy of the desk."""
    contexts = []
    wide, narrow = course_chart(full_course()), course_chart(full_course(), width_px=340)
    head = '<!doctype html><title>Diary</title><link rel="stylesheet" href="/chart.css">'
    html = f'{head}<div class="chart-pair">{wide}{narrow}</div>'

    def answer(route: Any) -> None:
        if route.request.url.endswith("/chart.css"):
            route.fulfill(body=STYLESHEET, content_type="text/css")
        else:
            route.fulfill(body=html, content_type="text/html", headers={"Content-Security-Policy": POLICY})

    def open_page(*, width_px: int = 1000, **settings: Any) -> Any:
        contexts.append(chromium.new_context(viewport={"width": width_px, "height": 700}, **settings))
        page = contexts[-1].new_page()
        page.complaints = []
        page.on("console", lambda message: page.complaints.append(message.text))
        page.route("**/*", answer)
        page.goto(f"{ADDRESS}/")
        return page

    yield open_page
    for context in contexts:
        context.close()


def colour(page: Any, selector: str, name: str) -> str:
    """A computed colour in the layout that is shown; the picture's own for an empty selector."""
    shown = page.locator(f"svg:visible {selector}".strip()).first
    return str(shown.evaluate(f"element => getComputedStyle(element).{name}"))


def test_the_strict_policy_of_the_pages_has_nothing_to_refuse(shown):
    assert [said for said in shown().complaints if "Content Security Policy" in said] == []


@pytest.mark.parametrize(("width_px", "layout"), [(1000, "chart"), (360, "chart chart-narrow")])
def test_a_page_shows_the_layout_that_fits_and_never_scrolls_sideways(shown, width_px, layout):
    page = shown(width_px=width_px)

    assert [svg.get_attribute("class") for svg in page.locator("svg:visible").all()] == [layout]
    assert page.evaluate("document.documentElement.scrollWidth") <= width_px


@pytest.mark.parametrize("width_px", [1000, 360])
def test_words_above_and_beside_the_plot_do_not_touch_each_other(shown, width_px):
    page = shown(width_px=width_px)
    on_the_data = re.compile(r"7-day mean|^\d\.\d$|relief \d")
    touching = page.locator("svg:visible text").evaluate_all(TOUCHING)

    assert [pair for pair in touching if width_px == 1000 or not any(map(on_the_data.search, pair))] == []


@pytest.mark.parametrize("width_px", [1000, 360])
def test_no_word_is_cut_off_by_the_edge_of_the_picture(shown, width_px):
    page = shown(width_px=width_px)
    edge = page.locator("svg:visible").bounding_box()
    for text in page.locator("svg:visible text").all():
        box = text.bounding_box()
        assert edge["x"] - RIM_PX <= box["x"], text.text_content()
        assert box["x"] + box["width"] <= edge["x"] + edge["width"] + 1, text.text_content()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_late_answer_is_hollow_on_the_paper_of_its_scheme(shown, scheme):
    page = shown(color_scheme=scheme)

    assert colour(page, ".c-hollow circle", "fill") == colour(page, "", "backgroundColor")
    assert colour(page, ".c-dot circle", "fill") != colour(page, "", "backgroundColor")


def test_forced_colours_keep_the_mean_the_answers_and_the_forecast_apart(shown):
    page = shown(forced_colors="active")
    paper = colour(page, "", "backgroundColor")

    assert len({paper, colour(page, "path.c-mean", "stroke"), colour(page, ".c-dot circle", "fill")}) == 3
    assert colour(page, ".c-hollow circle", "fill") == paper
    assert colour(page, ".c-strokes", "stroke") != paper
    assert colour(page, ".c-median", "strokeDasharray") != "none"


def test_on_paper_the_wide_layout_is_printed_in_greys_whatever_the_screen_shows(shown):
    page = shown(width_px=360, color_scheme="dark")
    page.emulate_media(media="print")
    found = [
        colour(page, selector, name) for selector, name in (("path.c-mean", "stroke"), (".c-fan", "fill"))
    ]

    assert page.locator("svg:visible").get_attribute("class") == "chart"
    for grey in found:
        assert len(set(re.findall(r"\d+", grey)[:3])) == 1
