"""Text stands at 7:1 on what it lies on, marks and edges at 3:1 (WCAG 1.4.6, 1.4.11), by day and by night."""

import re
from pathlib import Path

import pytest

from diary.phone.files import STATIC

TEXT = 7.0
MARK = 3.0

PAIRS = [
    # (what, on what, at least)
    ("ink", "paper", TEXT),
    ("ink", "card", TEXT),
    ("ink", "calm", TEXT),
    ("soft", "paper", TEXT),
    ("act", "paper", TEXT),
    ("act", "calm", TEXT),
    ("on-act", "act", TEXT),
    ("on-act", "press", TEXT),
    ("fault", "paper", TEXT),
    ("fault", "fault-card", TEXT),
    ("treated-ink", "paper", TEXT),
    ("line", "paper", MARK),
    ("line", "card", MARK),
    ("act", "card", MARK),
    ("good", "paper", MARK),
    ("dot", "paper", MARK),
    ("dot", "treated", MARK),
    ("treated-edge", "paper", MARK),
]


def tokens(sheet: str) -> dict[str, str]:
    """The colours that a style sheet names."""
    [block] = re.findall(r":root \{(.*?)\}", Path(STATIC, sheet).read_text("utf-8"), flags=re.DOTALL)
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block))


def luminance(colour: str) -> float:
    """Relative luminance of a #rrggbb colour (WCAG 2.2)."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


COLOURS = {"day": tokens("phone.css"), "night": tokens("night.css")}


def test_black_on_white_is_21_to_1():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("scheme", ["day", "night"])
@pytest.mark.parametrize(("what", "on", "least"), PAIRS)
def test_it_can_be_read(scheme: str, what: str, on: str, least: float):
    assert contrast(COLOURS[scheme][what], COLOURS[scheme][on]) >= least


def test_the_night_changes_every_colour():
    assert COLOURS["night"].keys() == COLOURS["day"].keys()
    assert [name for name, value in COLOURS["day"].items() if COLOURS["night"][name] == value] == []


def test_every_rule_takes_its_colours_from_the_tokens():
    rules = re.sub(r":root \{.*?\}", "", Path(STATIC, "phone.css").read_text("utf-8"), flags=re.DOTALL)

    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsl", rules) == []
