"""Regimens: what is retired is planned with no more, at whichever door somebody asks."""

from diary.services import bookings
from diary.services.courses import plan_course
from diary.services.infusions import Given, record_infusion
from diary.services.regimens import change_regimen
from diary.storage.courses import courses_of
from diary.storage.patients import patient_by_id
from diary.storage.tables.course import Regimen
from tests.little_clinic import FIRST_DAY, LittleClinic, a_regimen, at, day_number
from tests.refusals import refused

NOW = at(day_number(46))


def retired(clinic: LittleClinic) -> Regimen:
    with clinic.unit(write=True) as session:
        regimen = a_regimen(session)
        change_regimen(session, regimen, {"retired": True}, now=NOW)
        return regimen


def test_nothing_is_booked_or_planned_with_a_regimen_that_is_retired(clinic):
    patient_id = clinic.treated("P-1", "2 " * 46)
    regimen = retired(clinic)
    with refused("regimen_retired"), clinic.unit(write=True) as session:
        patient = patient_by_id(session, patient_id, lock=True)
        bookings.request_booking(session, patient, regimen=regimen, alert=None, note=None, now=NOW)
    with refused("regimen_retired"), clinic.unit(write=True) as session:
        plan_course(
            session,
            patient_by_id(session, patient_id, lock=True),
            regimen=regimen,
            planned_first_day=day_number(80),
            treated_area=None,
            now=NOW,
        )


def test_what_was_given_under_a_retired_regimen_is_still_recorded_under_it(clinic):
    patient_id = clinic.admit("P-1", first_day=FIRST_DAY)
    clinic.infuse(patient_id)
    regimen = retired(clinic)
    given = Given(day_number(46), day_number(46), "s_ketamine", "inpatient", "20 h", "new_course")
    with clinic.unit(write=True) as session:
        patient = patient_by_id(session, patient_id, lock=True)
        today = day_number(46)
        record_infusion(session, patient, given, regimen=regimen, booking=None, today=today, now=NOW)
    with clinic.unit() as session:
        assert courses_of(session, patient_id)[-1].regimen_id == regimen.id
