"""The chart of how long relief lasts: lines that fall, bands, and who is still under watch."""

import pytest

from diary.charts.survival import SurvivalLine, survival_chart
from tests.charts.drawn import parsed, words

STEPS = [(0, 1.0, 1.0, 1.0), (35, 0.8, 0.6, 0.9), (70, 0.5, 0.3, 0.7), (84, 0.0, None, None)]
RACEMIC = SurvivalLine("Racemic", STEPS, (20, 20, 16, 10, 0, 0, 0), "median 10.0 weeks")
OTHER = SurvivalLine("S-ketamine <b>", STEPS[:2], (15, 15, 12, 12, 8, 2, 1), "median not reached")


def test_a_line_falls_by_steps_and_ends_with_the_last_under_watch():
    (line,) = [
        element.get("d")
        for element in parsed(survival_chart([RACEMIC], title="t")).iter()
        if element.get("class") == "c-group c-group-0"
    ]
    assert line.startswith("M150 40H")
    assert line.count("V") == 3
    assert line.endswith(f"H{150 + (640 - 150) * 12 / 26:.1f}"), "84 days are 12 weeks"


@pytest.mark.parametrize("narrow", [False, True])
def test_groups_are_named_with_their_medians_and_the_counts_stand_below(narrow):
    told = " ".join(words(parsed(survival_chart([RACEMIC, OTHER], title="t", narrow=narrow))))
    for word in ("Racemic", "S-ketamine <b>", "median 10.0 weeks", "median not reached", "Under watch", "20"):
        assert word in told
    assert "Sigtermans 2009" in told


def test_more_groups_than_can_be_told_apart_are_refused():
    with pytest.raises(ValueError, match="5 groups cannot be drawn"):
        survival_chart([RACEMIC] * 5, title="t")
