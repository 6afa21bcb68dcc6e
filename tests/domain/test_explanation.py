"""A loss is told in four lines, from stored figures alone, with facts for it and one against."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.protocol import DEFAULT, Protocol
from diary.domain.explanation import FourLines, four_lines, frequency

LAST_INFUSION_DAY = date(2026, 1, 9)
NIGHT = date(2026, 2, 18)  # day 40
FADING = {
    "mean_7d": 4.1,
    "baseline_nrs": 8.0,
    "baseline_kind": "own",
    "best_14d": 1.9,
    "relief_7d": 0.49,
    "below_since": None,
    "answered_14d": 12,
    "days_since_answer": 0,
    "p_lost_lead": 0.68,
    "lost_p10": 50,
    "lost_p50": 60,
    "lost_p90": 75,
}


def told(level: str = "watch", protocol: Protocol = DEFAULT, **changes) -> FourLines:
    figures = {**FADING, **changes}
    return four_lines(level, figures, last_infusion_day=LAST_INFUSION_DAY, night=NIGHT, protocol=protocol)


def test_a_watch_says_what_how_sure_why_and_what_next():
    assert told() == FourLines(
        what="May lose relief before a bed is free: review",
        how_sure=(
            "In about 7 of 10 courses like this one relief is lost by 18 March. "
            "If so, in 8 of 10 between 28 February and 25 March."
        ),
        why=(
            "Mean of the 7 days to 18 February: 4.1; before the infusion 8.0.",
            "2.2 points above the best 14 days so far (1.9).",
            "Relief 49 % in the 7 days to 18 February.",
        ),
        against="Relief is still 49 %, over the line of 30 %.",
        next_step=(
            "Call the patient. From a request to a bed takes 28 days here: "
            "longer than relief is likely to last."
        ),
    )


def test_while_there_is_time_it_says_by_when_to_start():
    assert told(lost_p50=80).next_step.endswith("to treat before relief is lost, start by about 2 March.")


def test_the_lead_time_is_the_clinics_own():
    lines = told(protocol=Protocol(lead_days=14))
    assert "lost by 4 March" in lines.how_sure
    assert "takes 14 days here" in lines.next_step


def test_a_confirmed_loss_rests_on_the_rule_and_names_since_when():
    lines = told("confirmed", relief_7d=0.2, below_since=31, p_lost_lead=0.99, lost_p50=30)
    assert lines.how_sure == "The rule is met; it can be checked by hand on the chart."
    assert lines.why[0] == "Relief under 30 % since 9 February."
    assert lines.against == "In about 1 of 100 courses like this one relief lasts longer."
    assert lines.next_step == "Call the patient. From a request to a bed takes 28 days here."


@pytest.mark.parametrize(
    ("changes", "against"),
    [
        ({"days_since_answer": 6}, "No answer for 6 days: this may have changed."),
        ({"answered_14d": 5}, "Only 5 of the last 14 days were answered."),
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
