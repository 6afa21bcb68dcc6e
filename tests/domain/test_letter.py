"""The authorisation letter says what a payer asks, from the record alone, and fits one page."""

from dataclasses import replace
from datetime import date

from config.protocol import Protocol
from diary.domain.letter import (
    COURSES_MOST,
    LetterCourse,
    LetterFacts,
    LiverTest,
    SideEffect,
    as_text,
    sections,
)
from diary.domain.weeks_of_relief import WeeksOfRelief, weeks_of_relief

COURSE = LetterCourse(
    number=2,
    first_day=date(2026, 1, 5),
    last_day=date(2026, 1, 9),
    given=("5 to 9 Jan 2026: S-ketamine in a bed, 5 to 20 mg/h, 100 h in all.",),
    baseline_nrs=8.0,
    baseline_kind="own",
    best_14d=2.0,
    weeks=WeeksOfRelief(with_relief=9, told=11, passed=12),
    lost_on_day=77,
    followed_days=85,
)
FACTS = LetterFacts(
    clinic="Pain clinic",
    today=date(2026, 4, 4),
    patient=("Anneke de Boer", "born 12 March 1979"),
    treated_area="in your right hand",
    asked_for="S-ketamine, 100 h: 5 infusion days.",
    courses=(COURSE,),
    mean_7d=6.9,
    relief_7d=0.1375,
    answered_14d=11,
    functions=(),
    side_effects=(SideEffect("Felt sick", 3, date(2026, 1, 9)),),
    liver_tests=(LiverTest(date(2026, 4, 1), 31.0, None),),
    days_since_infusion=85,
    infusion_days_12_months=5,
)


def told(facts: LetterFacts) -> dict[str, tuple[str, ...]]:
    return {section.heading: section.lines for section in sections(facts)}


def test_the_letter_says_what_a_payer_asks_for():
    found = told(FACTS)

    assert found["Pain before treatment, and at its best"] == (
        "Before treatment: 8.0 of 10 (the patient's own days before the infusion).",
        "Best 14 days of this course: 2.0, relief 75 %.",
    )
    assert found["Weeks with at least 30 % relief"] == (
        "9 of 11 weeks since the infusion; 1 had too few answers.",
    )
    assert found["Now"][0] == "Mean of the last 7 days: 6.9, relief 14 %."
    assert found["Courses and how long relief lasted"] == (
        "Course 2, 5 January 2026 to 9 January 2026: relief lost on day 77 (11.0 weeks), before 8.0, "
        "best 14 days 2.0.",
    )
    assert found["Side effects told in the diary since the last infusion began"] == (
        "Felt sick: on 3 days, last on 9 January 2026.",
    )
    assert found["Liver tests"] == (
        "1 April 2026: ALT 31 U/L.",
        "85 days since the last infusion day; 5 infusion days in the last 12 months.",
    )


def test_what_is_not_recorded_is_said_to_be_so_and_nothing_is_made_up():
    bare = replace(
        FACTS,
        asked_for=None,
        courses=(replace(COURSE, baseline_nrs=None, weeks=WeeksOfRelief(0, 0, 12), lost_on_day=None),),
        mean_7d=None,
        relief_7d=None,
        answered_14d=None,
        side_effects=(),
        liver_tests=(),
        days_since_infusion=None,
    )
    found = told(bare)

    assert "no baseline was recorded" in found["Pain before treatment, and at its best"][0]
    assert found["Weeks with at least 30 % relief"][0].startswith("Cannot be told")
    assert "no loss confirmed in 85 days of follow-up" in found["Courses and how long relief lasted"][0]
    assert found["Now"] == ("None recorded.",)
    assert found["Liver tests"] == ("No liver test is recorded.",)
    assert found["Asked for"][0].startswith("....")


def test_the_text_has_every_line_and_no_line_is_too_long_for_a_record():
    text = as_text(FACTS)

    assert max(map(len, text.splitlines())) <= 78
    for section in sections(FACTS):
        assert section.heading.upper() in text
    assert "Anneke de Boer" in text


def test_many_courses_stay_one_page():
    many = replace(FACTS, courses=tuple(replace(COURSE, number=number) for number in range(1, 10)))

    assert len(told(many)["Courses and how long relief lasted"]) == COURSES_MOST
    assert len(as_text(many).splitlines()) <= 60


def test_a_week_is_counted_only_with_answers_enough_and_a_baseline():
    protocol = Protocol()
    three_answers = [2, 2, 2, None, None, None, None]

    assert weeks_of_relief(three_answers, 8.0, protocol=protocol) == WeeksOfRelief(0, 0, 1)
    assert weeks_of_relief([2] * 14, None, protocol=protocol) == WeeksOfRelief(0, 0, 2)
    assert weeks_of_relief([], 8.0, protocol=protocol) == WeeksOfRelief(0, 0, 0)


def test_a_week_exactly_on_the_line_counts_as_relief():
    exactly_thirty = [7] * 7

    assert weeks_of_relief(exactly_thirty, 10.0, protocol=Protocol()).with_relief == 1
    assert weeks_of_relief([8, *exactly_thirty[1:]], 10.0, protocol=Protocol()).with_relief == 0
