"""Who is followed: admitted under a pseudonym, paused, stopped, followed again; and what ends with each."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from diary.services import alerts, bookings, enrolment, entries, outbox, patients
from diary.services.courses import plan_course
from diary.storage.alerts import events_of as alert_events
from diary.storage.bookings import bookings_of, live_booking_of
from diary.storage.bookings import events_of as booking_events
from diary.storage.courses import courses_of
from diary.storage.follow import Followed, follow_histories
from diary.storage.ids import new_uid
from diary.storage.patients import identity_of, patient_by_id
from diary.storage.tables.audit import Audit
from diary.storage.tables.booking import Booking
from diary.storage.tables.outbox import Message
from diary.storage.tables.patient import Patient, PatientZone
from diary.storage.unit import own
from tests.little_clinic import FIRST_DAY, ZONE, LittleClinic, a_regimen, at, day_number, join
from tests.refusals import refused

# Relief fades without an abrupt rise: on day 45 two weeks running are under the line.
LOST = "2 " * 24 + "4 " * 7 + "6 " * 14
STOPPED_ON = 46


def the_patient(clinic: LittleClinic, patient_id: int) -> Patient:
    with clinic.unit() as session:
        return patient_by_id(session, patient_id)


def stop(
    clinic: LittleClinic, patient_id: int, *, reason: str = "withdrew", number: int = STOPPED_ON
) -> None:
    with clinic.unit(write=True) as session:
        patient = patient_by_id(session, patient_id, lock=True)
        patients.stop(session, patient, reason=reason, note="told by phone", now=at(day_number(number)))


def follow(clinic: LittleClinic, patient_id: int, number: int) -> None:
    with clinic.unit(write=True) as session:
        patients.follow(session, patient_by_id(session, patient_id, lock=True), now=at(day_number(number)))


def pause(clinic: LittleClinic, patient_id: int, number: int, *, until: int | None) -> None:
    with clinic.unit(write=True) as session:
        patient = patient_by_id(session, patient_id, lock=True)
        until_day = day_number(until) if until is not None else None
        patients.pause(session, patient, until=until_day, note="on holiday", now=at(day_number(number)))


def history(clinic: LittleClinic, patient_id: int) -> list[Followed]:
    with clinic.unit() as session:
        return follow_histories(session, [patient_id], until=at(day_number(400)))[patient_id]


def offered(clinic: LittleClinic, patient_id: int, number: int) -> Booking:
    """A booking whose days were offered on a course day: the patient's phone has a message about it."""
    now = at(day_number(number))
    first_day = day_number(number + 28)
    with clinic.unit(write=True) as session:
        patient = patient_by_id(session, patient_id, lock=True)
        regimen = a_regimen(session)
        alert = bookings.park_target(session, patient_id)
        booking = bookings.request_booking(session, patient, regimen=regimen, alert=alert, note=None, now=now)
        bookings.authorise(session, booking, reference="A-1", expires_on=None, now=now)
        last_day = first_day + timedelta(days=4)
        bookings.offer(
            session, booking, first_day=first_day, last_day=last_day, override_reason=None, now=now
        )
        return booking


def remind(clinic: LittleClinic, patient_id: int) -> None:
    with clinic.unit(write=True) as session:
        now = at(day_number(45))
        outbox.enqueue(session, outbox.Letter("reminder", f"r:{patient_id}", patient_id=patient_id), now=now)


def messages(clinic: LittleClinic, patient_id: int) -> dict[str, str]:
    """State of each message to this patient, by kind."""
    with clinic.unit() as session:
        found = session.scalars(own(session, Message).where(Message.patient_id == patient_id))
        return {message.kind: message.state for message in found}


def courses(clinic: LittleClinic, patient_id: int) -> list[tuple[str, str | None]]:
    with clinic.unit() as session:
        return [(course.status, course.closing) for course in courses_of(session, patient_id)]


def try_to_answer(clinic: LittleClinic, patient_id: int, number: int) -> None:
    clinic.answer(patient_id, day_number(number), 3)


def test_a_new_patient_is_followed_from_the_moment_of_admission(clinic):
    patient_id = clinic.admit("P-1")
    (row,) = history(clinic, patient_id)
    assert (row.state, row.actor_kind) == ("followed", "operator")
    assert the_patient(clinic, patient_id).follow_state == "followed"


def test_a_pseudonym_is_one_patient_of_a_clinic_and_another_clinic_has_its_own(clinic):
    clinic.admit("P-1")
    with refused("pseudonym_taken"):
        clinic.admit("P-1")
    join(clinic.engine).admit("P-1")


def test_a_pseudonym_that_somebody_has_cannot_be_taken_over_and_nothing_is_changed(clinic):
    clinic.admit("P-1")
    other = clinic.admit("P-2")
    with refused("pseudonym_taken"), clinic.unit(write=True) as session:
        patient = patient_by_id(session, other, lock=True)
        patients.change(session, patient, {"locale": "nl", "pseudonym": "P-1"}, now=at(FIRST_DAY))
    patient = the_patient(clinic, other)
    assert (patient.pseudonym, patient.locale, patient.version) == ("P-2", "en", 1)
    with clinic.unit(write=True) as session:
        patient = patient_by_id(session, other, lock=True)
        patients.change(session, patient, {"pseudonym": "P-2", "locale": "nl"}, now=at(FIRST_DAY))
    assert the_patient(clinic, other).version == 2


def test_who_a_patient_is_stands_apart_and_each_reading_leaves_a_trace_without_it(clinic):
    patient_id = clinic.admit("P-1")
    anna = clinic.person("Anna")
    jan = patients.Identity("Jan Smit", date(1970, 2, 3), "H1", "020 1")
    with clinic.desk(anna) as session:
        patients.set_identity(session, patient_by_id(session, patient_id), jan, now=at(FIRST_DAY))
        read = patients.read_identity(session, patient_by_id(session, patient_id), now=at(FIRST_DAY))
        assert read is not None
        assert (read.name, read.birth_date) == ("Jan Smit", date(1970, 2, 3))
    with clinic.unit() as session:
        trail = session.scalars(own(session, Audit).where(Audit.actor_id == anna.id).order_by(Audit.id)).all()
        assert [row.action for row in trail] == ["patient.identity", "patient.read"]
        assert not any("Jan" in str(row.detail) for row in trail)


def test_a_patient_who_moves_to_another_zone_keeps_the_zones_before(clinic):
    patient_id = clinic.admit("P-1")
    for zone in ("America/New_York", "Asia/Tokyo"):
        with clinic.unit(write=True) as session:
            patient = patient_by_id(session, patient_id, lock=True)
            patients.change(session, patient, {"zone": zone}, now=at(FIRST_DAY))
    with clinic.unit() as session:
        found = session.scalars(own(session, PatientZone).order_by(PatientZone.since_at)).all()
    assert [row.zone for row in found] == [ZONE.key, "Asia/Tokyo"]


def test_a_pause_cancels_what_waits_for_the_patient_and_only_that(clinic):
    patient_id, other = clinic.treated("P-1", "2 " * 40), clinic.treated("P-2", "2 " * 40)
    for one in (patient_id, other):
        offered(clinic, one, 41)
        remind(clinic, one)
    pause(clinic, patient_id, 42, until=56)
    assert messages(clinic, patient_id) == {"offer": "cancelled", "reminder": "cancelled"}
    assert messages(clinic, other) == {"offer": "new", "reminder": "new"}
    assert courses(clinic, patient_id) == [("open", None)]
    assert the_patient(clinic, patient_id).follow_state == "paused"
    assert (history(clinic, patient_id)[-1].until_day, history(clinic, patient_id)[-1].note) == (
        day_number(56),
        "on holiday",
    )


def test_a_pause_takes_back_the_days_on_offer_and_the_booking_goes_on(clinic):
    patient_id = clinic.treated("P-1", LOST)
    clinic.run_nights(day_number(45), first=day_number(45))
    booking = offered(clinic, patient_id, 46)
    pause(clinic, patient_id, 47, until=56)
    with clinic.unit() as session:
        live = live_booking_of(session, patient_id)
        assert live is not None
        assert (live.state, live.authorisation_reference) == ("declined", "A-1")
        assert booking_events(session, booking.id)[-1].note == "patient paused"
    assert [alert.status for alert in clinic.alerts(patient_id)] == ["parked"]


def test_a_pause_leaves_accepted_days_as_they_are(clinic):
    patient_id = clinic.treated("P-1", "2 " * 40)
    booking = offered(clinic, patient_id, 41)
    with clinic.unit(write=True) as session:
        bookings.step(session, session.merge(booking), "accept", note=None, now=at(day_number(42)))
    pause(clinic, patient_id, 42, until=None)
    with clinic.unit() as session:
        live = live_booking_of(session, patient_id)
        assert live is not None
        assert live.state == "accepted"


def test_a_paused_patient_can_answer_and_is_not_silent(clinic):
    patient_id = clinic.treated("P-1", "2 " * 20)
    pause(clinic, patient_id, 21, until=50)
    try_to_answer(clinic, patient_id, 25)
    clinic.run_nights(day_number(50), first=day_number(30))
    assert clinic.alerts(patient_id) == []


def test_a_pause_ends_by_itself_after_its_last_day_and_silence_counts_from_there(clinic):
    patient_id = clinic.treated("P-1", "2 " * 20)
    pause(clinic, patient_id, 21, until=30)
    clinic.run_nights(day_number(29), first=day_number(28))
    assert the_patient(clinic, patient_id).follow_state == "paused"
    clinic.run_nights(day_number(30))
    assert the_patient(clinic, patient_id).follow_state == "followed"
    assert [(row.state, row.actor_kind) for row in history(clinic, patient_id)] == [
        ("followed", "operator"),
        ("paused", "operator"),
        ("followed", "system"),
    ]
    clinic.run_nights(day_number(36))
    assert clinic.alerts(patient_id) == []
    clinic.run_nights(day_number(37))
    assert [alert.kind for alert in clinic.alerts(patient_id)] == ["silence"]


def test_a_pause_without_an_end_or_made_longer_meanwhile_goes_on(clinic):
    endless, longer = clinic.treated("P-1", "2 " * 20), clinic.treated("P-2", "2 " * 20)
    pause(clinic, endless, 21, until=None)
    pause(clinic, longer, 21, until=25)
    pause(clinic, longer, 24, until=60)
    clinic.run_nights(day_number(40), first=day_number(24))
    assert [the_patient(clinic, one).follow_state for one in (endless, longer)] == ["paused", "paused"]
    follow(clinic, endless, 41)
    assert the_patient(clinic, endless).follow_state == "followed"


ENDS = [
    ("died", "died", "died"),
    ("withdrew", "withdrew", "withdrew"),
    ("moved", "moved", "handled"),
    ("well", "other", "well_and_stopped"),
]


def test_stopping_ends_every_reminder_message_offer_course_and_alert_in_its_transaction(clinic):
    ids = [clinic.treated(reason, LOST) for reason, _, _ in ENDS]
    clinic.run_nights(day_number(45), first=day_number(45))
    for patient_id, (reason, closing, outcome) in zip(ids, ENDS, strict=True):
        booking = offered(clinic, patient_id, 45)
        remind(clinic, patient_id)
        stop(clinic, patient_id, reason=reason)
        assert messages(clinic, patient_id) == {"offer": "cancelled", "reminder": "cancelled"}
        assert courses(clinic, patient_id) == [("closed", closing)]
        (alert,) = clinic.alerts(patient_id)
        assert (alert.kind, alert.status, alert.outcome) == ("loss", "closed", outcome)
        with clinic.unit() as session:
            (ended,) = bookings_of(session, patient_id)
            steps = [step.action for step in alert_events(session, alert.id)]
        assert (ended.id, ended.state) == (booking.id, "cancelled")
        assert steps == ["open", "park", "close"], "none comes back for a booking that ended with the stop"
        last = history(clinic, patient_id)[-1]
        assert (last.state, last.stop_reason, last.note) == ("stopped", reason, "told by phone")


def test_after_the_stop_no_course_is_planned_until_the_patient_is_followed_again(clinic):
    patient_id = clinic.treated("P-1", "2 " * 40)
    stop(clinic, patient_id)
    with refused("patient_not_followed"):
        plan(clinic, patient_id)
    assert courses(clinic, patient_id) == [("closed", "withdrew")]
    follow(clinic, patient_id, 50)
    plan(clinic, patient_id)
    assert courses(clinic, patient_id) == [("open", None), ("planned", None)]


def plan(clinic: LittleClinic, patient_id: int) -> None:
    with clinic.unit(write=True) as session:
        patient = patient_by_id(session, patient_id, lock=True)
        planned = day_number(60)
        plan_course(
            session, patient, regimen=None, planned_first_day=planned, treated_area=None, now=at(planned)
        )


def test_a_stop_that_fails_half_way_changes_nothing(clinic):
    patient_id = clinic.treated("P-1", LOST)
    clinic.run_nights(day_number(45), first=day_number(45))
    offered(clinic, patient_id, 45)
    with pytest.raises(ZeroDivisionError), clinic.unit(write=True) as session:
        stop_and_fail(session, patient_id)
    assert the_patient(clinic, patient_id).follow_state == "followed"
    assert messages(clinic, patient_id) == {"offer": "new"}
    assert courses(clinic, patient_id) == [("open", None)]
    assert [alert.status for alert in clinic.alerts(patient_id)] == ["parked"]


def stop_and_fail(session: Session, patient_id: int) -> None:
    patient = patient_by_id(session, patient_id, lock=True)
    patients.stop(session, patient, reason="died", note=None, now=at(day_number(STOPPED_ON)))
    raise ZeroDivisionError


def test_a_planned_course_and_a_call_end_with_the_stop_as_well(clinic):
    patient_id = clinic.admit("P-1")
    with clinic.phone(patient_id) as session:
        patient = patient_by_id(session, patient_id, lock=True)
        alerts.ask_for_call(session, patient, course_id=None, now=at(FIRST_DAY))
    stop(clinic, patient_id, number=1)
    assert courses(clinic, patient_id) == [("closed", "withdrew")]
    assert [alert.status for alert in clinic.alerts(patient_id)] == ["closed"]


def test_after_the_stop_nothing_is_taken_down_booked_or_enrolled_and_no_night_rings(clinic):
    patient_id = clinic.treated("P-1", "2 " * 40)
    stop(clinic, patient_id)
    with refused("patient_not_followed"):
        try_to_answer(clinic, patient_id, 47)
    with refused("patient_not_followed"):
        offered(clinic, patient_id, 47)
    with refused("patient_not_followed"), clinic.unit(write=True) as session:
        patient = patient_by_id(session, patient_id, lock=True)
        enrolment.make_code(session, patient, secret_key="x" * 40, now=at(day_number(47)))
    clinic.run_nights(day_number(80), first=day_number(70))
    assert clinic.alerts(patient_id) == []


def test_an_answer_stored_before_the_stop_is_still_known_when_the_phone_sends_it_again(clinic):
    patient_id = clinic.treated("P-1", "2 " * 40)
    moment = datetime.combine(day_number(41), time(20), ZoneInfo(ZONE.key))
    answer = entries.Answer(new_uid(moment), day_number(41), 3, moment, moment, ZONE.key)

    def send() -> bool:
        with clinic.phone(patient_id) as session:
            patient = patient_by_id(session, patient_id, lock=True)
            return entries.record(session, patient, answer, now=at(day_number(41), hour=21)).created

    assert send()
    stop(clinic, patient_id)
    assert not send()


def test_followed_again_everything_is_possible_again_and_the_course_goes_on(clinic):
    patient_id = clinic.treated("P-1", "2 " * 38 + "4 " * 7)
    stop(clinic, patient_id)
    follow(clinic, patient_id, 60)
    assert courses(clinic, patient_id) == [("open", None)]
    clinic.write(patient_id, day_number(60), "6 " * 14)
    clinic.run_nights(day_number(73), first=day_number(73))
    assert ("loss", "confirmed") in [(alert.kind, alert.level) for alert in clinic.alerts(patient_id)]
    offered(clinic, patient_id, 74)


def test_nobody_was_silent_while_not_followed(clinic):
    patient_id = clinic.treated("P-1", "2 " * 45)
    stop(clinic, patient_id)
    follow(clinic, patient_id, 60)
    clinic.run_nights(day_number(65), first=day_number(60))
    assert clinic.alerts(patient_id) == []
    clinic.run_nights(day_number(66))
    assert [alert.kind for alert in clinic.alerts(patient_id)] == ["silence"]


def test_a_planned_course_goes_on_collecting_its_baseline(clinic):
    patient_id = clinic.admit("P-1")
    stop(clinic, patient_id, number=-15)
    follow(clinic, patient_id, -13)
    assert courses(clinic, patient_id) == [("planned", None)]
    clinic.write(patient_id, FIRST_DAY - timedelta(days=7), "8 " * 7)
    clinic.infuse(patient_id)
    assert courses(clinic, patient_id) == [("open", None)]


def test_a_course_that_ended_before_or_that_another_one_followed_stays_ended(clinic):
    patient_id = clinic.treated("P-1", "2 " * 40)
    clinic.infuse(patient_id, first_day=day_number(41))
    stop(clinic, patient_id, number=60)
    clinic.infuse(patient_id, first_day=day_number(70))
    follow(clinic, patient_id, 80)
    assert courses(clinic, patient_id) == [
        ("closed", "next_course"),
        ("closed", "withdrew"),
        ("open", None),
    ]


def test_following_again_brings_back_no_message_no_offer_and_no_booking(clinic):
    patient_id = clinic.treated("P-1", "2 " * 40)
    offered(clinic, patient_id, 41)
    stop(clinic, patient_id)
    follow(clinic, patient_id, 47)
    assert messages(clinic, patient_id) == {"offer": "cancelled"}
    with clinic.unit() as session:
        assert live_booking_of(session, patient_id) is None


def test_every_change_is_in_the_trail_with_its_reason_and_without_the_note(clinic):
    patient_id = clinic.treated("P-1", "2 ")
    stop(clinic, patient_id, reason="moved")
    with clinic.unit() as session:
        (row,) = session.scalars(own(session, Audit).where(Audit.action == "patient.follow")).all()
    assert row.detail == {"before": "followed", "after": "stopped", "reason": "moved"}


def test_who_a_patient_is_can_be_unknown(clinic):
    patient_id = clinic.admit("P-1")
    with clinic.unit() as session:
        assert identity_of(session, patient_id) is None
