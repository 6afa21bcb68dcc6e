"""Please call me: one request stands until somebody has called; asked again meanwhile, it is the same."""

from datetime import timedelta

from diary.services import alerts, bookings, patients
from diary.services.alerts import Asked
from diary.services.own_diary import call_asked_at
from diary.storage.alerts import alert_by_id, events_of
from diary.storage.courses import courses_of
from diary.storage.patients import patient_by_id
from diary.storage.tables.alert import Alert
from diary.storage.tables.audit import Audit
from diary.storage.tables.booking import Booking
from diary.storage.tables.outbox import Message
from diary.storage.unit import own
from tests.little_clinic import FIRST_DAY, LittleClinic, a_regimen, at, day_number


def ask(clinic: LittleClinic, patient_id: int, number: int, **more: str) -> Asked:
    """The button of the phone, pressed in the morning of a course day."""
    with clinic.phone(patient_id) as session:
        patient = patient_by_id(session, patient_id, lock=True)
        present = (course.id for course in courses_of(session, patient_id) if course.status == "open")
        now = at(day_number(number))
        return alerts.ask_for_call(session, patient, course_id=next(present, None), now=now, **more)


def close(clinic: LittleClinic, alert: Alert, number: int) -> None:
    with clinic.unit(write=True) as session:
        alert = session.merge(alert)
        alerts.close(session, alert, outcome="called", reason="reached", now=at(day_number(number)))


def book(clinic: LittleClinic, patient_id: int, alert: Alert, number: int) -> Booking:
    with clinic.unit(write=True) as session:
        return bookings.request_booking(
            session,
            patient_by_id(session, patient_id, lock=True),
            regimen=a_regimen(session),
            alert=alert_by_id(session, alert.id, lock=True),
            note=None,
            now=at(day_number(number)),
        )


def calls(clinic: LittleClinic, patient_id: int) -> list[tuple[str, int | None]]:
    """Status and course of every request, the oldest first."""
    asked = [alert for alert in clinic.alerts(patient_id) if alert.kind == "call_me"]
    return [(alert.status, alert.course_id) for alert in reversed(asked)]


def waiting_since(clinic: LittleClinic, patient_id: int) -> object:
    with clinic.unit() as session:
        return call_asked_at(session, patient_by_id(session, patient_id))


def test_asking_opens_one_request_with_its_message_to_staff(clinic):
    patient_id = clinic.treated("P-1", "2 " * 5)
    anna = clinic.person("Anna")
    with clinic.unit(write=True) as session:
        patients.change(session, patient_by_id(session, patient_id), {"owner_id": anna.id}, now=at(FIRST_DAY))
    asked = ask(clinic, patient_id, 5)
    assert asked.created
    assert (asked.alert.kind, asked.alert.status, asked.alert.facts) == (
        "call_me",
        "open",
        {"wants": "treatment"},
    )
    assert waiting_since(clinic, patient_id) == at(day_number(5))
    with clinic.unit() as session:
        (message,) = session.scalars(own(session, Message)).all()
        (trace,) = session.scalars(own(session, Audit).where(Audit.action == "call.ask")).all()
    assert (message.kind, message.staff_id, message.patient_id) == ("alert", anna.id, None)
    assert (trace.actor_kind, trace.patient_id, trace.detail) == ("patient", patient_id, {})


def test_asked_again_while_it_is_open_it_is_the_same_request_and_sends_nothing_more(clinic):
    patient_id = clinic.treated("P-1", "2 " * 5)
    first = ask(clinic, patient_id, 5)
    again = ask(clinic, patient_id, 6)
    assert (again.created, again.alert.uid) == (False, first.alert.uid)
    assert waiting_since(clinic, patient_id) == at(day_number(5))
    with clinic.unit() as session:
        assert len(session.scalars(own(session, Message)).all()) == 1
        assert [step.action for step in events_of(session, first.alert.id)] == ["open"]


def test_asked_about_something_else_the_request_says_so_too_and_only_once(clinic):
    patient_id = clinic.treated("P-1", "2 " * 5)
    first = ask(clinic, patient_id, 5)
    for number in (6, 7):
        ask(clinic, patient_id, number, wants="symptom")
    with clinic.unit() as session:
        notes = [step.note for step in events_of(session, first.alert.id) if step.action == "note"]
    assert notes == ["Please call me about a symptom."]
    assert len(calls(clinic, patient_id)) == 1


def test_somebody_who_took_it_still_has_the_request_when_it_is_asked_again(clinic):
    patient_id = clinic.treated("P-1", "2 " * 5)
    anna = clinic.person("Anna")
    asked = ask(clinic, patient_id, 5)
    with clinic.desk(anna) as session:
        alert = session.merge(asked.alert)
        alerts.acknowledge(session, alert, staff_id=anna.id, now=at(day_number(5), hour=10))
    assert not ask(clinic, patient_id, 6).created
    assert [status for status, _ in calls(clinic, patient_id)] == ["acknowledged"]


def test_after_the_call_it_can_be_asked_for_again(clinic):
    patient_id = clinic.treated("P-1", "2 " * 9)
    first = ask(clinic, patient_id, 5)
    close(clinic, first.alert, 6)
    assert waiting_since(clinic, patient_id) is None
    second = ask(clinic, patient_id, 9)
    assert second.created
    assert second.alert.uid != first.alert.uid
    assert [status for status, _ in calls(clinic, patient_id)] == ["closed", "open"]


def test_without_a_course_it_is_asked_for_alike(clinic):
    patient_id = clinic.admit("P-1")
    first = ask(clinic, patient_id, -14)
    assert not ask(clinic, patient_id, -13).created
    assert calls(clinic, patient_id) == [("open", None)]
    close(clinic, first.alert, -12)
    assert ask(clinic, patient_id, -11).created


def test_a_request_from_before_the_infusion_still_stands_after_it(clinic):
    patient_id = clinic.admit("P-1")
    clinic.write(patient_id, FIRST_DAY - timedelta(days=14), "8 " * 14)
    first = ask(clinic, patient_id, -8)
    clinic.infuse(patient_id)
    again = ask(clinic, patient_id, 3)
    assert (again.created, again.alert.uid) == (False, first.alert.uid)


def test_the_next_infusion_and_the_nights_leave_a_request_open(clinic):
    patient_id = clinic.treated("P-1", "2 " * 30)
    ask(clinic, patient_id, 20)
    clinic.infuse(patient_id, first_day=day_number(31))
    clinic.run_nights(day_number(36), first=day_number(25))
    assert [status for status, _ in calls(clinic, patient_id)] == ["open"]


def test_a_request_that_led_to_a_booking_waits_with_it_and_ends_with_the_infusion(clinic):
    patient_id = clinic.admit("P-1")
    booking = book(clinic, patient_id, ask(clinic, patient_id, -14).alert, -13)
    assert calls(clinic, patient_id) == [("parked", None)]
    clinic.infuse(patient_id, booking=booking)
    (call,) = clinic.alerts(patient_id)
    assert (call.status, call.outcome) == ("closed", "infused")


def test_whoever_asks_again_while_a_booking_is_under_way_is_seen_by_staff_again(clinic):
    patient_id = clinic.admit("P-1")
    anna = clinic.person("Anna")
    first = ask(clinic, patient_id, -14)
    with clinic.desk(anna) as session:
        alert = session.merge(first.alert)
        alerts.acknowledge(session, alert, staff_id=anna.id, now=at(day_number(-13)))
    booking = book(clinic, patient_id, first.alert, -13)
    again = ask(clinic, patient_id, -12, wants="symptom")
    assert (again.created, again.alert.uid) == (False, first.alert.uid)
    assert [status for status, _ in calls(clinic, patient_id)] == ["acknowledged"]
    with clinic.unit() as session:
        told = session.scalars(own(session, Message)).all()
        assert [message.staff_id for message in told] == [None, anna.id]
        assert [step.note for step in events_of(session, first.alert.id)][-2:] == [
            "asked again",
            "Please call me about a symptom.",
        ]
    clinic.infuse(patient_id, booking=booking)
    assert [status for status, _ in calls(clinic, patient_id)] == ["acknowledged"]


def test_two_patients_ask_each_for_themselves(clinic):
    one, other = clinic.admit("P-1"), clinic.admit("P-2")
    assert ask(clinic, one, -14).created
    assert ask(clinic, other, -14).created
    assert waiting_since(clinic, other) == at(day_number(-14))
