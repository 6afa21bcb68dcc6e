"""The way of a booking."""

import pytest

from config.words import BOOKING_STATES
from diary.domain.booking_states import AFTER, FAILED, LIVE, actions, after
from diary.domain.errors import Refusal


def walk(*steps):
    state = "requested"
    for step in steps:
        state = after(state, step)
    return state


def test_the_table_speaks_only_of_known_states():
    assert {state for state, _ in AFTER} | set(AFTER.values()) == set(BOOKING_STATES)


def test_the_straight_way_from_request_to_done():
    assert walk("authorise", "offer", "accept", "confirm", "complete") == "done"


def test_a_patient_who_cannot_come_is_offered_another_date():
    assert walk("authorise", "offer", "decline", "offer", "accept") == "accepted"


def test_the_waiting_list_leads_back_to_an_offer():
    assert walk("authorise", "wait", "offer") == "offered"


@pytest.mark.parametrize("state", LIVE)
def test_any_booking_under_way_can_be_cancelled_or_completed(state):
    assert after(state, "cancel") == "cancelled"
    assert after(state, "complete") == "done"


@pytest.mark.parametrize("state", ["done", *FAILED])
def test_an_ended_booking_takes_no_step(state):
    assert actions(state) == []
    with pytest.raises(Refusal, match="nothing more"):
        after(state, "offer")


def test_nothing_is_offered_before_it_is_authorised():
    with pytest.raises(Refusal) as refused:
        after("requested", "offer")
    assert refused.value.code == "booking_wrong_state"
    assert "authorise" in refused.value.message


def test_buttons_never_offer_completion_by_hand():
    assert all("complete" not in actions(state) for state in BOOKING_STATES)
