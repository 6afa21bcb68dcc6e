"""Diaries to draw, and what a reader finds in the picture."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from xml.etree import ElementTree

from diary.charts.course import course_chart
from diary.charts.course_data import Baseline, CourseChart, DiaryDay, Infusion

FIRST = date(2026, 8, 5)
SVG = "{http://www.w3.org/2000/svg}"
OWN_BASELINE = Baseline(kind="own", nrs=7.4, low_nrs=6.5, high_nrs=8, n=7)


def day(offset: int) -> date:
    return FIRST + timedelta(days=offset)


def days_of(scores: Sequence[int | None], *, start: int = 0) -> tuple[DiaryDay, ...]:
    return tuple(DiaryDay(day(start + i), nrs) for i, nrs in enumerate(scores))


def chart_of(scores: Sequence[int | None], **fields: Any) -> CourseChart:
    """A chart of scores on consecutive days, today on the last of them."""
    given = {"days": days_of(scores), "today": day(max(len(scores) - 1, 0))}
    return CourseChart(**(given | fields))


def relapsing_course() -> CourseChart:
    """14 days before, 5 of infusion, 86 after: relief, a gap of five days, and the pain coming back."""
    before = (7, 8, None, 7, 7, 8, 8, 7, 6, 8, 7, 8, 7, 7)
    relief = (
        4,
        3,
        2,
        1,
        2,
        1,
        2,
        2,
        1,
        3,
        2,
        1,
        2,
        None,
        2,
        3,
        2,
        1,
        2,
        2,
        3,
        2,
        None,
        None,
        2,
        3,
        2,
        3,
        2,
        4,
    )
    back = (3, 4, 3, None, None, None, None, None, 4, 3, 4, 5, 4, 3, 4, 5, 4, 5, 5, 4, 6, 5, 4, 5, 5, 6, 5, 6)
    gone = (5, 6, 7, 6, 5, 6, 6, 7, 6, 7, 6, None, 7, 6, 7, 6, 7, 7, 6, 7, 8, 7, 6, 7, 7, 8, 7, 7)
    days = list(days_of(before) + days_of((*relief, *back, *gone), start=19))
    days[30] = replace(days[30], mark="late")
    days[40] = replace(days[40], mark="changed", first_nrs=0)
    days[60] = replace(days[60], mark="staff")
    days[70] = replace(days[70], mark="suspect")
    return CourseChart(
        days=tuple(days),
        today=days[-1].day,
        infusions=(Infusion(day(14), day(18), "Infusion 2"),),
        baseline=OWN_BASELINE,
        relief_line_nrs=5.18,
    )


def picture(chart: CourseChart, *, width_px: int = 900) -> ElementTree.Element:
    return parsed(course_chart(chart, width_px=width_px))


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314 - drawn here


def of_class(root: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [element for element in root.iter() if name in element.get("class", "").split()]


def words(root: ElementTree.Element) -> list[str]:
    """Every word that is seen in the picture."""
    return ["".join(element.itertext()) for element in root.iter(f"{SVG}text")]


def marks(root: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    """The marks of one kind that stand in the plot: each tells its day; those of the key do not."""
    return [mark for group in of_class(root, name) for mark in group if mark.find(f"{SVG}title") is not None]


def told(mark: ElementTree.Element) -> str:
    return mark.findtext(f"{SVG}title", "")


def runs(path: ElementTree.Element) -> list[list[tuple[float, float]]]:
    """The points of each unbroken piece of a path, in the picture's pixels."""
    found = []
    for piece in re.findall(r"M[^M]*", path.get("d", "")):
        start, _, steps = piece[1:].partition("l")
        x, y = (float(number) for number in start.removesuffix("h0").split())
        points = [(x, y)]
        for dx, dy in _pairs(steps):
            x, y = x + dx, y + dy
            points.append((x, y))
        found.append(points)
    return found


def _pairs(steps: str) -> Iterator[tuple[float, float]]:
    numbers = [float(number) for number in steps.removesuffix("z").split()]
    return zip(numbers[::2], numbers[1::2], strict=True)
