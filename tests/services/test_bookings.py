"""Bookings: each way from request to infusion, one at a time, and which days can be offered."""

from datetime import date, timedelta
from threading import Barrier, Thread

import pytest

from config.protocol import Protocol
from config.words import BOOKING_STATES
from diary.domain.booking_states import AFTER, LIVE
from diary.domain.errors import Refusal
from diary.services import alerts, bookings, clinics
from diary.storage.bookings import bookings_of, live_booking_of
from diary.storage.bookings import events_of as booking_events
from diary.storage.courses import courses_of
from diary.storage.patients import patient_by_id
from diary.storage.protocols import protocol_at
from diary.storage.tables.outbox import Message
from diary.storage.unit import own
from tests.little_clinic import LittleClinic, at, day_number
from tests.refusals import refused
from tests.services.booking_steps import (
    FIRST_DAY,
    LAST_DAY,
    LOST,
    TODAY,
    WAYS,
    booked,
    booking_by_id,
    go_on,
    offer,
    open_alert,
    statuses,
    take,
    written,
)


@pytest.fixture
def patient_id(clinic: LittleClinic) -> int:
    return clinic.treated("P-1", "2 " * 3)


# The way


def test_the_straight_way_is_kept_step_by_step_with_who_took_it(clinic, patient_id):
    anna, bram = clinic.person("Anna"), clinic.person("Bram", "physician")
    booking = booked(clinic, patient_id, by=anna)
    with clinic.desk(bram) as session:
        take(session, booking_by_id(session, booking.id), "authorise")
    with clinic.desk(anna) as session:
        take(session, booking_by_id(session, booking.id), "offer")
    with clinic.phone(patient_id) as session:
        take(session, booking_by_id(session, booking.id), "accept")
    with clinic.desk(anna) as session:
        take(session, booking_by_id(session, booking.id), "confirm")
        take(session, booking_by_id(session, booking.id), "complete")
    with clinic.unit() as session:
        steps = [
            (step.action, step.state_before, step.state_after, step.actor_id)
            for step in booking_events(session, booking.id)
        ]
        booking = booking_by_id(session, booking.id)
    assert steps == [
        ("request", None, "requested", anna.id),
        ("authorise", "requested", "authorised", bram.id),
        ("offer", "authorised", "offered", anna.id),
        ("accept", "offered", "accepted", patient_id),
        ("confirm", "accepted", "confirmed", anna.id),
        ("complete", "confirmed", "done", anna.id),
    ]
    assert (booking.state, booking.version) == ("done", 6)
    assert (booking.authorisation_reference, booking.authorisation_expires_on) == ("A-17", LAST_DAY)
    assert (booking.offered_first_day, booking.offered_last_day) == (FIRST_DAY, LAST_DAY)


def test_whoever_waits_can_come_at_short_notice_and_is_offered_days_from_the_list(clinic, patient_id):
    booking = booked(clinic, patient_id, "waiting_list")
    assert booking.can_come_at_short_notice
    assert go_on(clinic, booking, "offer", "accept", "confirm") == "confirmed"


def test_days_that_do_not_suit_lead_to_other_days_or_to_the_list(clinic, patient_id):
    booking = booked(clinic, patient_id, "declined")
    assert go_on(clinic, booking, "offer", "decline", "wait", "offer", "accept", "decline") == "declined"


def test_other_days_can_be_offered_before_the_patient_answers_and_each_offer_is_told(clinic, patient_id):
    booking = booked(clinic, patient_id, "offered")
    with clinic.unit(write=True) as session:
        offer(session, booking_by_id(session, booking.id), day_number(70), day_number(74))
    with clinic.unit() as session:
        told = session.scalars(own(session, Message).where(Message.kind == "offer")).all()
        assert booking_by_id(session, booking.id).offered_first_day == day_number(70)
    assert [(message.patient_id, message.booking_id) for message in told] == [(patient_id, booking.id)] * 2


def test_every_step_that_is_not_on_the_way_is_refused_and_writes_nothing(clinic):
    assert set(WAYS) == set(BOOKING_STATES)
    every = {action for _, action in AFTER}
    for state in WAYS:
        booking = booked(clinic, clinic.admit(state), state)
        before = written(clinic, booking)
        for action in sorted(every - {action for from_state, action in AFTER if from_state == state}):
            with refused("booking_wrong_state"):
                go_on(clinic, booking, action)
        assert written(clinic, booking) == before, state


def test_a_step_that_a_colleague_took_meanwhile_is_refused_and_nothing_is_written(clinic, patient_id):
    booking = booked(clinic, patient_id, "offered")
    assert go_on(clinic, booking, "accept") == "accepted"
    before = written(clinic, booking)
    with refused("booking_wrong_state"):
        go_on(clinic, booking, "accept")
    assert written(clinic, booking) == before


# One at a time


def test_a_patient_has_one_booking_under_way_and_another_once_it_has_ended(clinic):
    for state in LIVE:
        patient_id = clinic.admit(state)
        booking = booked(clinic, patient_id, state)
        with refused("booking_already_open"):
            booked(clinic, patient_id)
        go_on(clinic, booking, "cancel")
        booked(clinic, patient_id)


def test_two_who_book_at_once_make_one_booking(clinic, patient_id):
    told: list[str] = []
    barrier = Barrier(2)

    def race() -> None:
        barrier.wait()
        try:
            told.append(booked(clinic, patient_id).state)
        except Refusal as refusal:
            told.append(refusal.code)

    threads = [Thread(target=race) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["booking_already_open", "requested"]
    with clinic.unit() as session:
        assert len(bookings_of(session, patient_id)) == 1


# Which days


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        (LAST_DAY, FIRST_DAY, "infusion_ends_before_start"),
        (day_number(0), day_number(60), "infusion_too_long"),
        (FIRST_DAY, LAST_DAY + timedelta(days=1), "authorisation_expires_first"),
    ],
)
def test_days_that_cannot_be_are_not_offered(clinic, patient_id, first, last, code):
    booking = booked(clinic, patient_id, "authorised")
    before = written(clinic, booking)
    with clinic.unit(write=True) as session, refused(code):
        offer(session, booking_by_id(session, booking.id), first, last)
    assert written(clinic, booking) == before


def set_minimum(clinic: LittleClinic, days: int) -> None:
    with clinic.unit(write=True) as session:
        clinics.new_protocol(session, Protocol(minimum_interval_days=days), note="", now=at(day_number(1)))


def warning(clinic: LittleClinic, patient_id: int, first_day: date) -> str | None:
    with clinic.unit() as session:
        _, protocol = protocol_at(session, TODAY)
        return bookings.interval_warning(session, patient_id, first_day=first_day, protocol=protocol)


def test_until_a_physician_sets_the_minimum_interval_every_booking_warns_and_goes_on(clinic, patient_id):
    told = warning(clinic, patient_id, FIRST_DAY)
    assert told is not None
    assert told.startswith("74 days after the last infusion. No minimum interval is set here")
    assert booked(clinic, patient_id, "offered").state == "offered"


def test_one_day_is_one_day_and_no_more(clinic, patient_id):
    told = warning(clinic, patient_id, day_number(1))
    assert told is not None
    assert told.startswith("1 day after the last infusion. ")


def test_a_patient_never_infused_has_no_interval_to_keep(clinic):
    patient_id = clinic.admit("P-2")
    set_minimum(clinic, 84)
    assert warning(clinic, patient_id, FIRST_DAY) is None
    assert booked(clinic, patient_id, "offered").state == "offered"


def test_the_interval_is_kept_from_its_very_day_on(clinic, patient_id):
    set_minimum(clinic, 74)
    booking = booked(clinic, patient_id, "authorised")
    too_soon = FIRST_DAY - timedelta(days=1)
    assert warning(clinic, patient_id, FIRST_DAY) is None
    assert warning(clinic, patient_id, too_soon) == (
        "73 days after the last infusion; this clinic's minimum is 74."
    )
    with clinic.unit(write=True, role="nurse") as session, refused("minimum_interval"):
        offer(session, booking_by_id(session, booking.id), too_soon)
    with clinic.unit(write=True, role="nurse") as session:
        offer(session, booking_by_id(session, booking.id), FIRST_DAY)


def test_a_placebo_starts_no_interval_and_a_study_drug_does(clinic, patient_id):
    set_minimum(clinic, 74)
    too_soon = FIRST_DAY - timedelta(days=1)
    clinic.rename_drug(patient_id)
    assert warning(clinic, patient_id, too_soon) is not None, "it may have been ketamine"
    clinic.rename_drug(patient_id, "placebo")
    assert warning(clinic, patient_id, too_soon) is None
    booking = booked(clinic, patient_id, "authorised")
    with clinic.unit(write=True, role="nurse") as session:
        offer(session, booking_by_id(session, booking.id), too_soon)


def test_days_that_have_gone_by_are_not_offered(clinic, patient_id):
    booking = booked(clinic, patient_id, "authorised")
    before = written(clinic, booking)
    yesterday = day_number(45)
    with clinic.unit(write=True) as session, refused("offer_in_past"):
        offer(session, booking_by_id(session, booking.id), yesterday)
    assert written(clinic, booking) == before
    with clinic.unit(write=True) as session:
        offer(session, booking_by_id(session, booking.id), day_number(46))


def test_no_days_are_offered_up_to_the_last_infusion_day_whatever_the_minimum(clinic, patient_id):
    """Days before an infusion are no days after it: they would pass every minimum."""
    set_minimum(clinic, 7)
    booking = booked(clinic, patient_id, "authorised")
    clinic.infuse(patient_id, first_day=day_number(46), classified_as="booster")
    with clinic.unit(write=True) as session, refused("infusion_overlaps"):
        offer(session, booking_by_id(session, booking.id), day_number(46))


def test_an_authorisation_that_has_ended_is_refused(clinic, patient_id):
    booking = booked(clinic, patient_id)
    yesterday = day_number(45)
    with clinic.unit(write=True) as session, refused("authorisation_expires_first"):
        bookings.authorise(
            session, booking_by_id(session, booking.id), reference="A", expires_on=yesterday, now=TODAY
        )


def test_below_the_interval_only_a_physician_goes_on_and_only_with_a_reason(clinic, patient_id):
    set_minimum(clinic, 84)
    booking = booked(clinic, patient_id, "authorised")
    before = written(clinic, booking)
    for role, reason in (
        ("nurse", None),
        ("nurse", "severe pain"),
        ("admin", "severe pain"),
        ("physician", None),
    ):
        with clinic.unit(write=True, role=role) as session, refused("minimum_interval"):
            offer(session, booking_by_id(session, booking.id), reason=reason)
    assert written(clinic, booking) == before
    with clinic.unit(write=True, role="physician") as session:
        offer(session, booking_by_id(session, booking.id), reason="severe pain, liver tests normal")
    with clinic.unit() as session:
        assert booking_by_id(session, booking.id).override_reason == "severe pain, liver tests normal"
        assert booking_events(session, booking.id)[-1].note == "severe pain, liver tests normal"


# The infusion


def newest_course(clinic: LittleClinic, patient_id: int) -> tuple[int, str | None, float | None, str | None]:
    with clinic.unit() as session:
        course = courses_of(session, patient_id)[-1]
        return course.number, course.baseline_kind, course.baseline_nrs, course.baseline_source


def test_the_recorded_infusion_ends_the_booking_its_alerts_and_the_course(clinic):
    patient_id = clinic.treated("P-2", LOST)
    clinic.run_nights(day_number(45), first=day_number(45))
    booking = booked(clinic, patient_id, "confirmed")
    clinic.infuse(patient_id, first_day=FIRST_DAY, booking=booking)
    (alert,) = clinic.alerts(patient_id)
    assert (alert.kind, alert.status, alert.outcome) == ("loss", "closed", "infused")
    with clinic.unit() as session:
        assert booking_by_id(session, booking.id).state == "done"
        assert live_booking_of(session, patient_id) is None
        first, second = courses_of(session, patient_id)
    assert (first.status, first.closing) == ("closed", "next_course")
    assert (second.status, second.first_infusion_day) == ("open", FIRST_DAY)


@pytest.mark.parametrize(
    ("before_it", "baseline"),
    [
        ("7 " * 73, (2, None, None, None)),  # own: found from its days each time
        ("2 " * 73, (2, "carried", 8.0, "course 1")),
        ("5 " * 73, (2, "carried", 8.0, "course 1")),  # 37 % relief
        ("6 " * 73, (2, None, None, None)),  # 25 % relief: no longer there
        ("2 " * 40, (2, None, None, None)),  # nothing says that relief was still there
    ],
)
def test_the_next_course_carries_the_untreated_baseline_while_relief_lasts(clinic, before_it, baseline):
    patient_id = clinic.treated("P-2", before_it)
    booking = booked(clinic, patient_id, "confirmed")
    clinic.infuse(patient_id, first_day=FIRST_DAY, booking=booking)
    assert newest_course(clinic, patient_id) == baseline


def test_a_booked_booster_ends_its_booking_and_what_waited_for_it_and_no_course(clinic, patient_id):
    open_alert(clinic, patient_id, "loss")
    open_alert(clinic, patient_id, "step")
    booking = booked(clinic, patient_id, "confirmed")
    clinic.infuse(patient_id, first_day=FIRST_DAY, classified_as="booster", booking=booking)
    assert statuses(clinic, patient_id) == {"loss": "closed", "step": "open"}
    assert newest_course(clinic, patient_id)[0] == 1


def test_an_infusion_for_a_booking_that_has_ended_is_refused_and_nothing_is_written(clinic, patient_id):
    booking = booked(clinic, patient_id, "cancelled")
    before = written(clinic, booking)
    with refused("booking_wrong_state"):
        clinic.infuse(patient_id, first_day=FIRST_DAY, booking=booking)
    assert written(clinic, booking) == before
    assert newest_course(clinic, patient_id)[0] == 1


def test_a_new_course_ends_the_booking_under_way_though_nobody_named_it(clinic, patient_id):
    open_alert(clinic, patient_id, "loss")
    with clinic.unit(write=True) as session:
        call = alerts.ask_for_call(
            session, patient_by_id(session, patient_id, lock=True), course_id=None, now=TODAY
        )
        alerts.park(session, call.alert, staff_id=None, now=TODAY)
    booking = booked(clinic, patient_id, "confirmed")
    clinic.infuse(patient_id, first_day=FIRST_DAY)
    with clinic.unit() as session:
        assert booking_by_id(session, booking.id).state == "done"
    assert statuses(clinic, patient_id) == {"loss": "closed", "call_me": "closed"}


@pytest.mark.parametrize("classified_as", ["same_series", "booster"])
def test_days_inside_the_course_end_no_booking_unless_they_are_recorded_for_it(
    clinic, patient_id, classified_as
):
    booking = booked(clinic, patient_id, "confirmed")
    clinic.infuse(patient_id, first_day=day_number(30), classified_as=classified_as)
    with clinic.unit() as session:
        assert booking_by_id(session, booking.id).state == "confirmed"
