"""What can become of an alert."""

import pytest

from config.words import ALERT_ENDED, ALERT_STATUSES
from diary.domain.alert_states import AFTER, LIVE, after, may
from diary.domain.errors import Refusal

ACTIONS = sorted({action for _, action in AFTER})


def test_the_table_speaks_only_of_known_statuses():
    assert {status for status, _ in AFTER} | set(AFTER.values()) == set(ALERT_STATUSES)


def test_live_and_ended_share_nothing_and_leave_nothing_out():
    assert set(LIVE) | set(ALERT_ENDED) == set(ALERT_STATUSES)
    assert not set(LIVE) & set(ALERT_ENDED)


@pytest.mark.parametrize("status", ALERT_ENDED)
@pytest.mark.parametrize("action", ACTIONS)
def test_what_has_ended_stays_ended(status, action):
    assert not may(status, action, kind="loss")


@pytest.mark.parametrize("status", LIVE)
def test_any_live_alert_can_be_closed_with_an_outcome(status):
    assert after(status, "close", kind="loss") == "closed"


@pytest.mark.parametrize("status", ["acknowledged", "snoozed", "parked"])
@pytest.mark.parametrize("action", ["clear", "supersede"])
def test_a_night_never_ends_what_somebody_took(status, action):
    assert not may(status, action, kind="loss")


@pytest.mark.parametrize("action", ["snooze", "park", "clear", "supersede"])
def test_a_red_flag_can_only_be_taken_and_closed_by_a_person(action):
    assert may("open", action, kind="loss")
    with pytest.raises(Refusal, match="named person"):
        after("open", action, kind="red_flag")


def test_a_failed_booking_brings_the_alert_back():
    assert after(after("open", "park", kind="loss"), "reopen", kind="loss") == "acknowledged"


def test_a_refusal_says_the_status_and_what_to_do():
    with pytest.raises(Refusal) as refused:
        after("closed", "snooze", kind="loss")
    assert refused.value.code == "alert_wrong_state"
    assert "closed" in refused.value.message
    assert "Reload" in refused.value.message
