"""The protocol: its defaults, its ranges, and the way it is stored."""

import json

import pytest

from config.protocol import DEFAULT, Protocol


def test_a_stored_version_reads_back_as_it_was():
    changed = Protocol(lead_days=42, relief_line=0.25, minimum_interval_days=60)
    stored = json.loads(json.dumps(changed.to_values()))
    assert Protocol.from_values(stored) == changed
    assert len(stored) > 30


def test_a_version_from_before_a_field_existed_takes_its_default():
    assert Protocol.from_values({"lead_days": 42}) == Protocol(lead_days=42)


def test_the_minimum_interval_has_no_default():
    assert DEFAULT.minimum_interval_days is None
    assert Protocol.from_values({"minimum_interval_days": 28}).minimum_interval_days == 28


@pytest.mark.parametrize("value", [6, 85, 28.0, "28", True, None, float("nan")])
def test_a_lead_time_is_a_whole_number_from_7_to_84_days(value):
    with pytest.raises(ValueError, match=r"lead_days is .*; give a whole number from 7 to 84"):
        Protocol.from_values({"lead_days": value})


@pytest.mark.parametrize("value", [0.05, 0.51, "0.3", False, None, float("nan"), float("inf")])
def test_the_relief_line_is_a_share_from_a_tenth_to_a_half(value):
    with pytest.raises(ValueError, match=r"relief_line is .*; give a number from 0\.1 to 0\.5"):
        Protocol.from_values({"relief_line": value})


def test_a_patient_may_change_at_most_three_days_back():
    assert Protocol(backdate_days=3).backdate_days == 3
    with pytest.raises(ValueError, match="from 0 to 3"):
        Protocol(backdate_days=4)


def test_an_unknown_field_is_named():
    with pytest.raises(ValueError, match="there is no field 'lead_time_days'"):
        Protocol.from_values({"lead_time_days": 28})


def test_a_window_cannot_need_more_answers_than_it_has_days():
    with pytest.raises(ValueError, match="window_answers_min is 8, over window_days, which is 7"):
        Protocol(window_answers_min=8)


def test_the_review_cannot_end_before_it_begins():
    with pytest.raises(ValueError, match="review_from_day is 99, over review_to_day"):
        Protocol(review_from_day=99)
