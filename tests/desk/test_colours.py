"""The desk's colours: readable on every ground they stand on, in both schemes, computed from the tokens."""

import gzip
import re
from pathlib import Path

import pytest

STYLESHEET = Path(__file__).parents[2] / "diary" / "desk" / "static" / "desk.css"
CSS = STYLESHEET.read_text("utf-8")

TEXT = [
    (ink, ground)
    for ink in ("ink", "muted", "link")
    for ground in ("ground", "paper", "quiet-ground")
] + [
    ("on-primary", "primary"),
    ("on-alarm", "alarm"),
    ("alarm", "alarm-ground"),
    ("alarm", "paper"),
    ("alarm", "ground"),
    ("warn", "warn-ground"),
    ("warn", "paper"),
    ("ink", "warn-ground"),
    ("good", "good-ground"),
]  # fmt: skip
EDGES = [("edge", "paper"), ("edge", "ground"), ("primary", "ground")]
EDGES += [(mark, "paper") for mark in ("alarm", "warn", "good")]


def tokens(scheme: str) -> dict[str, str]:
    """The colours by name: the light ones, with the dark ones over them in the dark."""
    blocks = re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", blocks[0]))
    return found | (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", blocks[1])) if scheme == "dark" else {})


def luminance(colour: str) -> float:
    """Relative luminance by WCAG 2."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_black_on_white_is_twenty_one_to_one():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_stands_out_by_four_and_a_half(scheme, ink, ground):
    colours = tokens(scheme)
    assert contrast(colours[ink], colours[ground]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("edge", "ground"), EDGES)
def test_edges_and_marks_stand_out_by_three(scheme, edge, ground):
    colours = tokens(scheme)
    assert contrast(colours[edge], colours[ground]) >= 3


def test_every_colour_is_a_token_of_both_schemes():
    light, dark = tokens("light"), tokens("dark")
    assert light.keys() == dark.keys()
    rules = re.sub(r":root \{.*?\}", "", CSS, flags=re.DOTALL)
    assert set(re.findall(r"#[0-9a-f]{3,8}\b", rules)) <= {"#888", "#fff"}, (
        "print has a grey of its own, a QR code its white"
    )


def test_the_stylesheet_weighs_at_most_eight_kilobytes():
    assert len(gzip.compress(CSS.encode())) <= 8_000
