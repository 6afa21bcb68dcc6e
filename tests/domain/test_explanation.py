"""A loss is told in four lines, from stored figures alone, with facts for it and one against."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diary.domain.explanation import FourLines, Reading, four_lines, frequency

NIGHT = date(2026, 2, 18)
MORNING = Reading(date(2026, 2, 19), lead_days=28)
FADING = {
    "day_number": 40,
    "relief_line": 0.3,
    "lead_days": 28,
    "window_days": 7,
    "mean_7d": 4.1,
    "baseline_nrs": 8.0,
    "baseline_kind": "own",
    "best_14d": 1.9,
    "best_14d_day": 21,
    "relief_7d": 0.49,
    "below_since": None,
    "answered_14d": 12,
    "days_since_answer": 0,
    "p_lost_lead": 0.68,
    "lost_p10": 50,
    "lost_p50": 60,
    "lost_p90": 75,
}


def told(level: str = "watch", reading: Reading = MORNING, **changes) -> FourLines:
    return four_lines(level, NIGHT, {**FADING, **changes}, reading)


def test_a_watch_says_what_how_sure_why_and_what_next():
    assert told() == FourLines(
        what="May lose relief before a bed is free: review",
        how_sure=(
            "In about 7 of 10 courses like this one relief is lost by 18 March. "
            "If so, in 8 of 10 between 28 February and 25 March."
        ),
        why=(
            "Mean of the 7 days to 18 February: 4.1; before the infusion 8.0.",
            "2.2 points above the best 14 days, those to 30 January (1.9).",
            "Relief 49 % in the 7 days to 18 February.",
        ),
        against="Relief was still 49 % in the 7 days to 18 February, over the line of 30 %.",
        next_step=(
            "Call the patient. From a request to a bed takes 28 days here: "
            "longer than relief is likely to last."
        ),
    )


def test_while_there_is_time_it_says_by_when_to_start():
    assert told(lost_p50=80).next_step.endswith("to treat before relief is lost, start by about 2 March.")


def test_a_chance_is_told_for_the_lead_time_of_its_night_and_a_bed_for_that_of_today():
    lines = told(reading=Reading(date(2026, 2, 19), lead_days=21), lead_days=14)
    assert "lost by 4 March" in lines.how_sure
    assert "takes 21 days here" in lines.next_step


def test_a_line_that_the_clinic_moved_since_does_not_move_what_was_told():
    assert told(relief_line=0.4).against.endswith("over the line of 40 %.")
    assert told("confirmed", relief_line=0.4, below_since=31).why[0].startswith("Relief under 40 % since")


def test_every_fact_that_speaks_for_it_has_its_date():
    for changes in ({}, {"below_since": 31}, {"relief_7d": None}):
        why = told(**changes).why
        assert len(why) >= 2
        assert all(any(month in fact for month in ("January", "February")) for fact in why), why


def test_where_few_answers_a_week_are_asked_for_relief_is_that_of_two_weeks():
    lines = told(window_days=14, mean_7d=None)
    assert lines.why == ("Relief 49 % in the 14 days to 18 February.",)


def test_the_first_free_days_stand_beside_what_to_do():
    reading = Reading(date(2026, 2, 19), lead_days=28, free="19 to 23 Mar 2026, Bed 1")
    for level in ("watch", "confirmed"):
        assert told(level, reading).next_step.endswith(
            " The first free days after them: 19 to 23 Mar 2026, Bed 1."
        )


def test_a_day_to_start_by_that_has_gone_by_when_it_is_read_is_not_told():
    later = Reading(date(2026, 3, 3), lead_days=28)
    assert told(lost_p50=80, reading=later).next_step.endswith("longer than relief is likely to last.")


def test_an_alert_from_before_these_figures_were_kept_names_no_day_that_it_does_not_know():
    lines = told(day_number=None, relief_line=None, lead_days=None, window_days=None, best_14d_day=None)
    assert lines.how_sure == (
        "In about 7 of 10 courses like this one relief is lost within the lead time of that night."
    )
    assert lines.why[1] == "2.2 points above the best 14 days so far (1.9)."
    assert lines.against.endswith("relief is not lost within the lead time of that night.")
    assert lines.next_step == "Call the patient. From a request to a bed takes 28 days here."


def test_a_confirmed_loss_rests_on_the_rule_and_names_since_when():
    lines = told("confirmed", relief_7d=0.2, below_since=31, p_lost_lead=0.99, lost_p50=30)
    assert lines.how_sure == "The rule is met; it can be checked by hand on the chart."
    assert lines.why[0] == "Relief under 30 % since 9 February."
    assert lines.against == "In about 1 of 100 courses like this one relief is not lost by 18 March."
    assert lines.next_step == "Call the patient. From a request to a bed takes 28 days here."


@pytest.mark.parametrize(
    ("changes", "against"),
    [
        ({"days_since_answer": 6}, "No answer after 12 February: this may have changed."),
        ({"answered_14d": 5}, "Only 5 of the 14 days to 18 February were answered."),
        ({"baseline_kind": "stated"}, "The baseline was stated, not measured before this infusion."),
    ],
)
def test_what_makes_it_less_sure_is_told_where_relief_is_under_the_line(changes, against):
    assert told("likely_lost", relief_7d=0.2, below_since=38, **changes).against == against


def test_an_end_beyond_the_year_is_left_open():
    assert told(lost_p90=None).how_sure.endswith("If so, in 9 of 10 from 28 February on.")


@given(figures=st.fixed_dictionaries({}, optional={name: st.none() for name in FADING}))
def test_a_figure_that_is_not_known_is_left_out(figures):
    lines = told(**figures)
    assert lines.what
    assert lines.next_step.startswith("Call the patient.")
    assert "None" not in " ".join([lines.how_sure, *lines.why, lines.against, lines.next_step])


@given(st.floats(0, 1))
def test_a_frequency_is_never_further_off_than_it_sounds(chance):
    words = frequency(chance).split()
    said, of = int(words[-3]), int(words[-1])
    if words[0] == "about":
        assert abs(said / of - chance) <= (0.05 if of == 10 else 0.005) + 1e-9
    else:
        assert chance < 0.01 or chance > 0.99
