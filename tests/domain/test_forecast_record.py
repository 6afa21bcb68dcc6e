"""What became of the alerts of loss is counted: foreseen and met, met unforeseen, foreseen and not met."""

from datetime import date

from diary.domain.explanation import beside_the_rule
from diary.domain.forecast_record import ForecastRecord, foreseen_on, record_of, told

FORESEEN = [(date(2026, 8, 3), "watch"), (date(2026, 8, 12), "likely_lost"), (date(2026, 8, 31), "confirmed")]
AT_ONCE = [(date(2026, 8, 31), "confirmed")]
NOT_MET = [(date(2026, 8, 3), "likely_lost")]


def test_a_loss_that_the_forecast_spoke_of_leads_by_the_days_in_between():
    assert record_of([FORESEEN]) == ForecastRecord((28,), not_foreseen=0, unconfirmed=0)


def test_a_loss_that_only_the_rule_spoke_of_is_a_miss_and_never_a_lead():
    assert record_of([AT_ONCE, AT_ONCE]) == ForecastRecord((), not_foreseen=2, unconfirmed=0)


def test_what_the_rule_has_not_met_is_told_apart():
    assert record_of([NOT_MET, FORESEEN]) == ForecastRecord((28,), not_foreseen=0, unconfirmed=1)


def test_the_record_is_told_with_its_misses():
    assert told(record_of([FORESEEN, AT_ONCE, NOT_MET])) == (
        "Of 2 losses that the rule confirmed, the forecast spoke before it of 1: 28 days in the median, "
        "28 to 28. 1 it did not foresee. 1 more alert of the forecast the rule has not confirmed so far."
    )


def test_an_alert_of_another_kind_has_no_level_and_was_not_foreseen():
    review = [(date(2026, 8, 3), None)]
    assert foreseen_on(review) is None
    assert beside_the_rule(review, until=date(2026, 9, 1), relief_line=0.3) == ""


def test_a_clinic_without_a_loss_has_no_record_to_boast_of():
    assert told(record_of([])) == "The rule has confirmed no loss so far; the forecast spoke of none."
