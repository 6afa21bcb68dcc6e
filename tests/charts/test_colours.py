"""The stylesheet's colours, computed: text at 4.5:1, lines and marks at 3:1 (WCAG 2.2, 1.4.3 and 1.4.11)."""

import re
from pathlib import Path

import pytest

from tests.charts.drawn import of_class, picture, relapsing_course

STYLESHEET = (Path(__file__).parents[2] / "diary/desk/static/chart.css").read_text("utf-8")
TEXT = ("ink", "muted", "mean", "relief", "infusion-ink", "alert", "event")
MARKS = ("axis", "edge", "dot", "mean", "relief", "strokes", "infusion-edge", "alert", "event", "muted")


def tokens(media: str) -> dict[str, str]:
    """The colour tokens of a scheme, by name."""
    start = STYLESHEET.index(media)
    block = STYLESHEET[STYLESHEET.index(".chart {", start) :]
    return dict(re.findall(r"--chart-([\w-]+): (#[0-9a-f]{6});", block[: block.index("}")]))


SCHEMES = {
    "light": tokens(""),
    "dark": tokens("@media (prefers-color-scheme: dark)"),
    "print": tokens("@media print"),
}


def luminance(colour: str) -> float:
    """Relative luminance, 0 for black and 1 for white (WCAG 2.2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_computed_as_the_standard_says():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("ground", ["paper", "band", "fan"])
@pytest.mark.parametrize("name", TEXT)
def test_words_can_be_read_on_every_ground_they_cross(scheme, ground, name):
    colours = SCHEMES[scheme]

    assert contrast(colours[name], colours[ground]) >= 4.5


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", MARKS)
def test_lines_and_marks_can_be_told_from_the_paper(scheme, name):
    colours = SCHEMES[scheme]

    assert contrast(colours[name], colours["paper"]) >= 3


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_infusion_edge_stands_out_from_its_block_and_the_strokes_from_the_fan(scheme):
    colours = SCHEMES[scheme]

    assert contrast(colours["infusion-edge"], colours["infusion"]) >= 2.2
    assert contrast(colours["strokes"], colours["fan"]) >= 2.2


def test_every_scheme_names_the_same_tokens():
    assert len({frozenset(colours) for colours in SCHEMES.values()}) == 1


def test_paper_has_no_colour():
    assert all(colour[1:3] == colour[3:5] == colour[5:7] for colour in SCHEMES["print"].values())


def test_every_class_in_the_picture_has_its_rule():
    used = {
        name for element in picture(relapsing_course()).iter() for name in element.get("class", "").split()
    }
    unruled = {name for name in used if not re.search(rf"\.{name}\b", STYLESHEET)}

    assert unruled == set()
    assert of_class(picture(relapsing_course()), "c-mean")
