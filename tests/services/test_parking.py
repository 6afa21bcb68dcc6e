"""Alerts and bookings: what waits while re-treatment is under way, and what comes back when it fails."""

from threading import Thread

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from diary.domain.booking_states import FAILED
from diary.services import alerts, bookings
from diary.storage.alerts import alert_by_id
from diary.storage.alerts import events_of as alert_events
from diary.storage.bookings import bookings_of
from diary.storage.tables.outbox import Message
from diary.storage.unit import own
from tests.little_clinic import LittleClinic, at, day_number
from tests.refusals import refused
from tests.services.booking_steps import (
    LOST,
    TODAY,
    act,
    booked,
    booking_by_id,
    go_on,
    open_alert,
    request,
    statuses,
)


@pytest.fixture
def patient_id(clinic: LittleClinic) -> int:
    return clinic.treated("P-1", "2 " * 3)


def test_a_booking_parks_what_treating_again_answers_and_leaves_the_rest(clinic, patient_id):
    for kind in ("loss", "review", "no_response", "step", "silence", "call_me", "not_assessed", "red_flag"):
        open_alert(clinic, patient_id, kind)
    booked(clinic, patient_id)
    assert statuses(clinic, patient_id) == {
        "loss": "parked",
        "review": "parked",
        "no_response": "parked",
        "step": "open",
        "silence": "open",
        "call_me": "open",
        "not_assessed": "open",
        "red_flag": "open",
    }


def test_a_step_or_a_call_waits_when_it_is_what_led_to_the_booking(clinic, patient_id):
    call, step = (open_alert(clinic, patient_id, kind) for kind in ("call_me", "step"))
    with clinic.unit(write=True) as session:
        assert bookings.park_target(session, patient_id).id == step.id
        request(session, patient_id, session.merge(step))
    assert statuses(clinic, patient_id) == {"step": "parked", "call_me": call.status}


def test_whoever_books_owns_the_alert_unless_somebody_does(clinic):
    anna, joost = clinic.person("Anna"), clinic.person("Joost")
    one, other = clinic.admit("P-2"), clinic.admit("P-3")
    for patient_id in (one, other):
        clinic.infuse(patient_id)
    open_alert(clinic, one, "loss")
    act(
        clinic,
        open_alert(clinic, other, "loss"),
        lambda session, alert: alerts.acknowledge(session, alert, staff_id=joost.id, now=TODAY),
    )
    for patient_id in (one, other):
        booked(clinic, patient_id, by=anna)
    assert [clinic.alerts(patient_id)[0].owner_id for patient_id in (one, other)] == [anna.id, joost.id]


@pytest.mark.parametrize("failed", FAILED)
def test_a_booking_that_fails_brings_the_alert_back_with_its_age_and_says_why(clinic, patient_id, failed):
    alert = open_alert(clinic, patient_id, "loss")
    booked(clinic, patient_id, failed)
    (back,) = clinic.alerts(patient_id)
    assert (back.uid, back.status, back.owner_id) == (alert.uid, "open", None)
    assert back.opened_at == at(day_number(40))
    with clinic.unit() as session:
        last = alert_events(session, back.id)[-1]
        told = session.scalars(own(session, Message).where(Message.alert_id == back.id)).all()
    assert (last.action, last.note) == ("reopen", f"the booking was {failed.replace('_', ' ')}")
    assert len(told) == 2, "once when it opened, once when it came back"


def test_a_snoozed_alert_waits_too_and_comes_back_to_its_owner(clinic, patient_id):
    anna = clinic.person("Anna")
    until = day_number(60)
    act(
        clinic,
        open_alert(clinic, patient_id, "loss"),
        lambda session, alert: alerts.snooze(
            session, alert, staff_id=anna.id, until=until, reason="visit", now=TODAY
        ),
    )
    booking = booked(clinic, patient_id)
    assert statuses(clinic, patient_id) == {"loss": "parked"}
    go_on(clinic, booking, "cancel")
    (back,) = clinic.alerts(patient_id)
    assert (back.status, back.owner_id, back.snoozed_until) == ("acknowledged", anna.id, None)


def test_a_failed_booking_left_without_a_next_step_comes_back_to_all_after_72_hours(clinic):
    patient_id = clinic.treated("P-2", LOST)
    clinic.run_nights(day_number(45), first=day_number(45))
    anna = clinic.person("Anna")
    booking = booked(clinic, patient_id, by=anna)
    go_on(clinic, booking, "cancel")
    assert statuses(clinic, patient_id) == {"loss": "acknowledged"}
    clinic.run_nights(day_number(48))
    assert statuses(clinic, patient_id)["loss"] == "acknowledged"
    clinic.run_nights(day_number(49))
    assert statuses(clinic, patient_id)["loss"] == "open"


def test_whoever_wakes_to_a_snoozed_alert_has_72_hours_as_well(clinic):
    patient_id = clinic.treated("P-2", LOST)
    clinic.run_nights(day_number(45), first=day_number(45))
    anna = clinic.person("Anna")
    (alert,) = clinic.alerts(patient_id)
    act(
        clinic,
        alert,
        lambda session, alert: alerts.acknowledge(session, alert, staff_id=anna.id, now=at(day_number(46))),
    )
    act(
        clinic,
        alert,
        lambda session, alert: alerts.snooze(
            session, alert, staff_id=anna.id, until=day_number(56), reason="visit", now=at(day_number(46))
        ),
    )
    for number, status in ((54, "snoozed"), (55, "acknowledged"), (58, "acknowledged"), (59, "open")):
        clinic.run_nights(day_number(number))
        assert statuses(clinic, patient_id)["loss"] == status, number


def test_what_was_closed_meanwhile_does_not_come_back(clinic, patient_id):
    alert = open_alert(clinic, patient_id, "loss")
    booking = booked(clinic, patient_id)
    act(
        clinic,
        alert,
        lambda session, alert: alerts.close(session, alert, outcome="called", reason=None, now=TODAY),
    )
    go_on(clinic, booking, "cancel")
    assert statuses(clinic, patient_id) == {"loss": "closed"}


def test_an_alert_that_has_ended_leads_to_no_booking(clinic, patient_id):
    alert = open_alert(clinic, patient_id, "loss")
    act(
        clinic,
        alert,
        lambda session, alert: alerts.close(session, alert, outcome="called", reason=None, now=TODAY),
    )
    with refused("alert_wrong_state"), clinic.unit(write=True) as session:
        request(session, patient_id, alert_by_id(session, alert.id, lock=True))
    with clinic.unit() as session:
        assert bookings_of(session, patient_id) == []


def test_an_alert_that_is_closed_while_its_booking_is_cancelled_stays_closed(clinic, patient_id):
    alert = open_alert(clinic, patient_id, "loss")
    booking = booked(clinic, patient_id)
    canceller = Thread(target=go_on, args=(clinic, booking, "cancel"))
    with clinic.unit(write=True) as session:
        mine = alert_by_id(session, alert.id, lock=True)
        alerts.close(session, mine, outcome="called", reason=None, now=TODAY)
        canceller.start()
        until_it_waits(session, canceller)
    canceller.join()
    assert statuses(clinic, patient_id) == {"loss": "closed"}
    with clinic.unit() as session:
        assert booking_by_id(session, booking.id).state == "cancelled"


def until_it_waits(session: Session, rival: Thread) -> None:
    """On PostgreSQL until the rival waits for our row; on SQLite writers wait at their beginning."""
    if session.get_bind().dialect.name == "postgresql":
        while rival.is_alive() and not session.scalar(
            text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        ):
            pass
