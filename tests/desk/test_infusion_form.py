"""The form of an infusion: filled with what was booked as far as it has come, and with nothing else."""

import re
from datetime import date, timedelta

from diary.services import bookings
from diary.services.infusions import Given, record_infusion
from diary.storage.courses import regimens
from diary.storage.patients import patient_by_id
from tests.desk.house import MORNING, Desk, Person
from tests.little_clinic import at

TODAY = MORNING.date()
DAYS = ("first_day", "last_day")


def booked(desk: Desk, first_day: date) -> int:
    """A patient whose booking offers five days from this one on."""
    patient_id = desk.patient("P-1")
    with desk.clinic.unit(write=True) as session:
        patient = patient_by_id(session, patient_id, lock=True)
        booking = bookings.request_booking(
            session, patient, regimen=regimens(session)[0], alert=None, note=None, now=MORNING
        )
        bookings.authorise(session, booking, reference="A-1", expires_on=None, now=MORNING)
        last_day = first_day + timedelta(days=4)
        bookings.offer(
            session, booking, first_day=first_day, last_day=last_day, override_reason=None, now=MORNING
        )
    return patient_id


def days_in(page: str) -> tuple[str, str]:
    first, last = (re.search(rf'name="{name}" type="date" value="([^"]*)"', page) for name in DAYS)
    assert first is not None
    assert last is not None
    return first[1], last[1]


def form_of(desk: Desk, nurse: Person, patient_id: int) -> str:
    return nurse.get(f"/desk/patients/{desk.uid(patient_id)}/infusions/new")


def test_while_the_infusion_goes_on_the_form_is_filled_up_to_today(desk):
    nurse = desk.sign_in()
    patient_id = booked(desk, TODAY)
    desk.set_clock(at(TODAY + timedelta(days=2)))

    assert days_in(form_of(desk, nurse, patient_id)) == (
        TODAY.isoformat(),
        (TODAY + timedelta(days=2)).isoformat(),
    )


def test_afterwards_it_is_filled_with_the_booked_days(desk):
    nurse = desk.sign_in()
    patient_id = booked(desk, TODAY)
    desk.set_clock(at(TODAY + timedelta(days=30)))

    assert days_in(form_of(desk, nurse, patient_id)) == (
        TODAY.isoformat(),
        (TODAY + timedelta(days=4)).isoformat(),
    )


def test_days_that_are_only_booked_are_not_offered_as_given(desk):
    patient_id = booked(desk, TODAY + timedelta(days=7))

    assert days_in(form_of(desk, desk.sign_in(), patient_id)) == ("", "")


def test_on_the_morning_after_one_day_is_counted_as_one(desk):
    nurse = desk.sign_in()
    patient_id = desk.patient("P-1")
    desk.alert(patient_id, "red_flag", items=["Fever"])
    with desk.clinic.unit(write=True) as session:
        infused = Given(TODAY, TODAY, "racemic", "outpatient", "1 day", "booster")
        patient = patient_by_id(session, patient_id, lock=True)
        record_infusion(session, patient, infused, regimen=None, booking=None, today=TODAY, now=MORNING)
    desk.set_clock(at(TODAY + timedelta(days=1)))

    assert "1 day since the last infusion." in nurse.get(desk.page(patient_id))


def test_a_last_day_that_lies_ahead_is_refused_at_its_field(desk):
    nurse = desk.sign_in()
    patient_id = desk.patient("P-1")

    refused = nurse.post(
        f"/desk/patients/{desk.uid(patient_id)}/infusions/new",
        first_day=TODAY,
        last_day=TODAY + timedelta(days=4),
        agent="s_ketamine",
        setting="inpatient",
        dose_as_written="as planned",
        classified_as="new_course",
    )

    assert refused.status_code == 409
    assert re.search(
        r'id="e-last_day">Record what was given so far, .* correct the record when more is given\.<',
        refused.get_data(as_text=True),
    )
