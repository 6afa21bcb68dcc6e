"""The figure of a trial of two arms."""

import pytest

from diary.charts.trial import PAPER_WEEK_1, TrialArm, WeekMean, trial_chart
from tests.charts.drawn import SVG, of_class, parsed, runs, words

KETAMINE = TrialArm("ketamine", tuple(WeekMean(week, 2.5 + 0.25 * week, 0.5) for week in range(1, 13)))
PLACEBO = TrialArm("placebo", tuple(WeekMean(week, 5.5 + 0.1 * week, 0.4) for week in range(1, 13)))


def test_each_arm_is_a_line_of_twelve_weeks_named_at_its_end_with_its_last_mean():
    root = parsed(trial_chart(KETAMINE, PLACEBO, published=True))

    for name in ("c-arm", "c-other-arm"):
        assert [len(run) for run in runs(of_class(root, name)[0])] == [12]
    assert {"ketamine", "5.50 ± 0.50", "placebo", "6.70 ± 0.40"} <= set(words(root))


def test_the_published_points_of_week_1_stand_beside_with_their_standard_errors():
    root = parsed(trial_chart(KETAMINE, PLACEBO, published=True))

    assert [week.mean_nrs for _, week in PAPER_WEEK_1] == [2.68, 5.45]
    assert "Sigtermans 2009, week 1: ketamine 2.68 ± 0.51, placebo 5.45 ± 0.48" in words(root)


def test_a_week_without_data_breaks_the_line():
    gapped = TrialArm("ketamine", tuple(week for week in KETAMINE.weeks if week.week not in (5, 6)))
    root = parsed(trial_chart(gapped, PLACEBO))

    assert [len(run) for run in runs(of_class(root, "c-arm")[0])] == [4, 6]


def test_the_arms_differ_in_shape_and_not_in_colour_alone():
    root = parsed(trial_chart(KETAMINE, PLACEBO, published=True))

    assert {mark.tag for mark in of_class(root, "c-arm-marks")[0]} == {f"{SVG}circle"}
    assert {mark.tag for mark in of_class(root, "c-other-arm-marks")[0]} == {f"{SVG}rect"}


def test_a_masked_arm_keeps_its_mask_and_an_empty_one_its_place():
    root = parsed(trial_chart(TrialArm("arm <A>", KETAMINE.weeks), TrialArm("arm B", ())))

    assert "arm <A>" in words(root)
    assert root.findtext(f"{SVG}title") == "Mean pain score by week, arm <A> and arm B"


def test_a_week_beyond_the_twelfth_is_refused():
    with pytest.raises(ValueError, match="week 13"):
        trial_chart(KETAMINE, TrialArm("placebo", (WeekMean(13, 6, 0.5),)))
