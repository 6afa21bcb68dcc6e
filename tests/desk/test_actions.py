"""What staff do about an alert: it takes effect once, for the one who saw what stood there."""

import re
from datetime import timedelta

import pytest

from config.protocol import Protocol
from diary.services import clinics, staff
from diary.storage.alerts import events_of, label_of
from diary.storage.bookings import bookings_of
from diary.storage.courses import regimens
from diary.storage.tables.alert import Alert
from diary.storage.tables.booking import Booking
from diary.storage.tables.staff import Staff
from diary.storage.unit import Scope, own, unit
from tests import little_clinic
from tests.desk.house import MORNING, PASSWORD, Desk, Person, version_in
from tests.little_clinic import at


def the_alert(desk: Desk) -> Alert:
    with desk.reading() as session:
        return session.scalars(own(session, Alert)).one()


def the_booking(desk: Desk) -> Booking:
    with desk.reading() as session:
        return session.scalars(own(session, Booking)).one()


def steps_of(desk: Desk, alert: Alert) -> list[str]:
    with desk.reading() as session:
        return [event.action for event in events_of(session, alert.id)]


def a_loss(desk: Desk) -> tuple[int, str]:
    patient_id = desk.patient("P-1")
    return patient_id, desk.alert(patient_id, "loss", "confirmed", mean_7d=6.9, baseline_nrs=8.0)


def request(person: Person, uid: str, regimen: str, *, version: int = 1, **fields: object):
    return person.post(f"/desk/alerts/{uid}/booking", alert=uid, regimen=regimen, version=version, **fields)


def regimen_uid(desk: Desk) -> str:
    with desk.reading() as session:
        return regimens(session)[0].uid


def booked(desk: Desk, nurse: Person) -> tuple[int, Booking]:
    """A booking requested from an alert."""
    patient_id, uid = a_loss(desk)
    assert request(nurse, uid, regimen_uid(desk)).status_code == 303
    return patient_id, the_booking(desk)


def test_whoever_acknowledges_owns_the_alert(desk):
    nurse = desk.sign_in()
    patient_id, uid = a_loss(desk)

    done = nurse.post(f"/desk/alerts/{uid}/acknowledge", version=1, back="/desk/?tab=act_now")

    assert done.location == f"/desk/?tab=act_now&done=acknowledged&undo={uid}.2"
    page = nurse.get(done.location)
    assert "You took this alert" in page
    assert "taken by you" in page
    assert desk.clinic.alerts(patient_id)[0].status == "acknowledged"


def test_when_a_colleague_was_quicker_nothing_is_written_and_the_colleague_is_named(either_desk):
    desk = either_desk
    anna, joost = desk.sign_in(), desk.sign_in("second nurse")
    _, uid = a_loss(desk)
    path = f"/desk/alerts/{uid}/acknowledge"
    seen_by_both = version_in(joost.get("/desk/"), action=path)
    anna.post(path, version=seen_by_both)
    desk.set_clock(MORNING + timedelta(seconds=20))

    refused = joost.post(path, version=seen_by_both)

    assert refused.status_code == 412
    assert "Anna Visser took this 20 s ago. Nothing of yours was written." in refused.get_data(as_text=True)
    assert steps_of(desk, the_alert(desk)) == ["open", "acknowledge"]


@pytest.mark.parametrize("path", ["snooze", "close", "booking"])
def test_a_form_that_was_filled_while_a_colleague_acted_is_not_sent_through(desk, path):
    anna, joost = desk.sign_in(), desk.sign_in("second nurse")
    _, uid = a_loss(desk)
    regimen = regimen_uid(desk)
    anna.post(f"/desk/alerts/{uid}/acknowledge", version=1)

    refused = joost.post(
        f"/desk/alerts/{uid}/{path}",
        version=1,
        until=MORNING.date() + timedelta(days=3),
        reason="visit",
        outcome="handled",
        alert=uid,
        regimen=regimen,
    )

    assert refused.status_code == 412
    assert "Anna Visser took this" in refused.get_data(as_text=True)
    assert the_alert(desk).status == "acknowledged"


def test_a_form_without_a_version_is_as_one_that_saw_nothing(desk):
    nurse = desk.sign_in()
    _, uid = a_loss(desk)

    assert nurse.post(f"/desk/alerts/{uid}/acknowledge").status_code == 412
    assert the_alert(desk).status == "open"


def test_the_same_press_twice_counts_once(desk):
    nurse = desk.sign_in()
    _, uid = a_loss(desk)
    path = f"/desk/alerts/{uid}/acknowledge"

    assert [nurse.post(path, version=1).status_code for _ in range(2)] == [303, 412]
    assert steps_of(desk, the_alert(desk)) == ["open", "acknowledge"]


def test_a_snooze_needs_an_end_and_a_reason_and_the_form_stays_filled(desk):
    nurse = desk.sign_in()
    _, uid = a_loss(desk)
    path = f"/desk/alerts/{uid}/snooze"
    until = (MORNING + timedelta(days=7)).date()

    refused = nurse.post(path, version=1, until=until)
    page = refused.get_data(as_text=True)

    assert refused.status_code == 422
    assert '<a href="#f-reason">Reason</a>: This is needed.' in page
    assert re.search(rf'value="{until}" checked', page)
    assert the_alert(desk).status == "open"

    assert nurse.post(path, version=1, until=until, reason="visit on Thursday").status_code == 303
    assert "snoozed until 11 Apr: visit on Thursday" in nurse.get("/desk/?tab=snoozed")


def test_a_red_flag_cannot_be_snoozed_and_says_why(desk):
    nurse = desk.sign_in()
    uid = desk.alert(desk.patient("P-1"), "red_flag", items=["Fever, rash or itching"])
    until = (MORNING + timedelta(days=7)).date()

    assert "Snooze" not in nurse.get("/desk/").split("<tbody>")[1]
    refused = nurse.post(f"/desk/alerts/{uid}/snooze", version=1, until=until, reason="later")
    assert refused.status_code == 409
    assert "a red flag stays until a named person closes it" in refused.get_data(as_text=True)


def test_closing_says_what_came_of_it_and_who_did(desk):
    nurse = desk.sign_in()
    patient_id, uid = a_loss(desk)

    nurse.post(f"/desk/alerts/{uid}/close", version=1, outcome="not_loss", reason="A fall; back to 3.")

    assert (the_alert(desk).status, the_alert(desk).outcome) == ("closed", "not_loss")
    assert "Not a loss of relief (A fall; back to 3.)" in nurse.get(desk.page(patient_id))


def test_the_verdict_on_an_alert_is_apart_from_what_is_done_about_it(desk):
    nurse = desk.sign_in()
    patient_id, uid = a_loss(desk)

    nurse.post(f"/desk/alerts/{uid}/label", label="yes")

    alert = the_alert(desk)
    with desk.reading() as session:
        anna = session.scalars(own(session, Staff).where(Staff.name == "Anna Visser")).one()
        assert label_of(session, alert.id, anna.id).label == "yes"
    assert (alert.status, alert.version) == ("open", 1)
    assert re.search(r'value="yes"[^>]*aria-pressed="true"', nurse.get(desk.page(patient_id)))


def test_requesting_a_booking_parks_the_alert(desk):
    nurse = desk.sign_in()
    _, booking = booked(desk, nurse)

    assert booking.state == "requested"
    assert the_alert(desk).status == "parked"
    assert "booking requested" in nurse.get("/desk/?tab=parked")


def test_only_a_physician_authorises(desk):
    nurse, physician = desk.sign_in(), desk.sign_in("physician")
    patient_id, booking = booked(desk, nurse)
    path = f"/desk/bookings/{booking.uid}/authorise"

    assert "A physician authorises next" in nurse.get(desk.page(patient_id))
    assert nurse.post(path, version=1, reference="A-77").status_code == 403
    assert physician.post(path, version=1, reference="A-77", expires_on="2026-06-30").status_code == 303
    assert the_booking(desk).state == "authorised"


def test_days_after_the_authorisation_ends_are_refused_and_the_form_stays_filled(desk):
    nurse, physician = desk.sign_in(), desk.sign_in("physician")
    _, booking = booked(desk, nurse)
    path = f"/desk/bookings/{booking.uid}"
    physician.post(f"{path}/authorise", version=1, reference="A-77", expires_on="2026-04-30")

    refused = nurse.post(f"{path}/offer", version=2, first_day="2026-05-04", last_day="2026-05-08")
    page = refused.get_data(as_text=True)

    assert refused.status_code == 409
    assert "The authorisation ends on 2026-04-30" in page
    assert 'value="2026-05-04"' in page
    assert the_booking(desk).state == "authorised"


def test_a_cancelled_booking_brings_the_alert_back_with_its_age(desk):
    nurse = desk.sign_in()
    _, booking = booked(desk, nurse)
    opened_at = the_alert(desk).opened_at
    desk.set_clock(MORNING + timedelta(days=3))
    path = f"/desk/bookings/{booking.uid}/cancel"

    assert nurse.post(path, version=1).status_code == 422, "a cancellation says why"
    assert nurse.post(path, version=1, note="The patient moved the date.").status_code == 303

    alert = the_alert(desk)
    assert alert.status in ("open", "acknowledged")
    assert alert.opened_at == opened_at
    assert "3 days ago" in nurse.get("/desk/")


def test_a_booking_that_moved_meanwhile_is_not_moved_again(desk):
    anna, joost, physician = desk.sign_in(), desk.sign_in("second nurse"), desk.sign_in("physician")
    _, booking = booked(desk, anna)
    physician.post(f"/desk/bookings/{booking.uid}/authorise", version=1, reference="A-77")

    refused = joost.post(f"/desk/bookings/{booking.uid}/cancel", version=1, note="no longer needed")

    assert refused.status_code == 412
    assert "Bram de Wit authorised this" in refused.get_data(as_text=True)
    assert the_booking(desk).state == "authorised"


def test_a_second_booking_for_one_patient_is_refused(desk):
    nurse = desk.sign_in()
    patient_id, _ = booked(desk, nurse)
    uid = desk.uid(patient_id)

    refused = nurse.post(f"/desk/patients/{uid}/booking", patient=uid, regimen=regimen_uid(desk))

    assert refused.status_code == 409
    assert "already under way" in refused.get_data(as_text=True)
    with desk.reading() as session:
        assert len(bookings_of(session, patient_id)) == 1


def test_another_clinics_alert_booking_and_patient_are_as_if_they_did_not_exist(either_desk):
    desk = either_desk
    nurse = desk.sign_in()
    patient_id, booking = booked(desk, nurse)
    stranger = a_stranger(desk)
    alert, patient = the_alert(desk), desk.uid(patient_id)

    for path in (
        f"/desk/patients/{patient}",
        f"/desk/patients/{patient}/infusions/new",
        f"/desk/alerts/{alert.uid}/snooze",
        f"/desk/bookings/{booking.uid}/offer",
    ):
        made_up = path.replace(path.split("/")[3], "019b262c-0000-7000-8000-000000000000")
        theirs, nobodys = stranger.client.get(path), stranger.client.get(made_up)
        assert (theirs.status_code, nobodys.status_code) == (404, 404), path
        assert without_request_id(theirs) == without_request_id(nobodys)
    assert stranger.post(f"/desk/bookings/{booking.uid}/cancel", version=1, note="x").status_code == 404
    assert the_booking(desk).state == "requested"


def a_stranger(desk: Desk) -> Person:
    """A nurse of another clinic in the same database."""
    now = at(little_clinic.FIRST_DAY)
    with unit(desk.engine, Scope(None, "operator"), write=True) as session:
        clinics.found_clinic(
            session,
            name="Other clinic",
            zone="Europe/Lisbon",
            phone="021 000 00 00",
            opening_hours="Monday to Friday",
            emergency_text="In an emergency call 112.",
            forecast_mode="shadow",
            protocol=Protocol(),
            now=now,
        )
        staff.add_staff(
            session, email="nurse@other.example", name="Zoe", role="nurse", password=PASSWORD, now=now
        )
    client = desk.app.test_client()
    client.post("/desk/sign-in", data={"email": "nurse@other.example", "password": PASSWORD})
    return Person(client)


def without_request_id(response) -> str:
    return re.sub(r"Request [0-9a-f]+", "", response.get_data(as_text=True))
