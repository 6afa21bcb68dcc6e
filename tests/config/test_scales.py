"""The instrument's facts."""

from config.scales import ITEMS, NRS, PGIC


def test_pain_is_rated_from_0_to_10_under_its_loinc_code():
    assert (NRS.low, NRS.high, NRS.loinc) == (0, 10, "72514-3")
    assert (NRS.low_anchor, NRS.high_anchor) == ("no pain", "worst pain imaginable")


def test_urine_liver_fever_and_rash_are_red_flags_on_any_day_also_outside_a_course():
    for code in ("urine", "liver_signs", "fever_or_rash"):
        assert all(ITEMS[code].is_red_flag(day) for day in (None, -5, 0, 1, 3, 200))


def test_hallucinations_are_a_known_effect_until_day_3_and_a_red_flag_from_then():
    flagged = [ITEMS["hallucinations"].is_red_flag(day) for day in (0, 1, 2, 3, 90, None)]
    assert flagged == [False, False, False, True, True, True]


def test_known_side_effects_and_scales_are_no_red_flags():
    assert {code for code, item in ITEMS.items() if item.red_flag} == {
        "urine",
        "liver_signs",
        "fever_or_rash",
        "hallucinations",
    }


def test_activity_and_change_are_asked_weekly():
    assert {code for code, item in ITEMS.items() if item.asked == "weekly"} == {"activity", "pgic"}
    assert (ITEMS["pgic"].scale, PGIC.low, PGIC.high) == (PGIC, 1, 7)
