"""What an alert keeps of its inputs is enough to find again what its night found."""

from datetime import timedelta

from diary.services import patients
from diary.services.alert_copies import check_alerts
from diary.services.clinics import ALWAYS, new_forecast
from diary.storage.courses import courses_of
from diary.storage.patients import patient_by_id
from diary.storage.tables.alert import Alert, AlertInput
from diary.storage.unit import own
from tests.little_clinic import LittleClinic, at, day_number

MONDAYS_AND_THURSDAYS = 0b0001001
# Relief of three quarters that is lost between days 30 and 55.
FADING = "2 " * 28 + "3 " * 6 + "4 " * 6 + "5 " * 6 + "6 " * 6 + "7 " * 18


def show_the_forecast(clinic: LittleClinic) -> None:
    with clinic.unit(write=True) as session:
        new_forecast(session, mode="on", prior={}, note="for the test", now=ALWAYS)


def test_every_verdict_is_found_again_from_the_copy_alone(clinic):
    expected = {
        clinic.treated("P-1", "2 " * 30 + "8 " * 30): {"step", "loss"},
        clinic.treated("P-2", "7 " * 20): {"no_response", "silence"},
        on_two_days_a_week(clinic): {"loss"},
        paused_for_a_week(clinic): {"silence"},
    }
    clinic.run_nights(day_number(60))
    with clinic.unit() as session:
        checked = list(check_alerts(session))
        whose = {alert.uid: alert.patient_id for alert in session.scalars(own(session, Alert))}
    assert {one.outcome for one in checked} == {"agrees"}
    found: dict[int, set[str]] = {}
    for one in checked:
        found.setdefault(whose[one.alert_uid], set()).add(one.kind)
    assert found == expected


def test_with_the_forecast_shown_a_watch_is_found_again_and_so_is_each_level_after_it(clinic):
    show_the_forecast(clinic)
    clinic.treated("P-1", FADING)
    clinic.run_nights(day_number(70))
    with clinic.unit() as session:
        checked = list(check_alerts(session))
    levels = [one.level for one in checked if one.kind == "loss"]
    assert levels == ["watch", "likely_lost", "confirmed"]
    assert {one.outcome for one in checked} == {"agrees"}


def test_a_copy_that_was_tampered_with_is_told(clinic):
    clinic.treated("P-1", "2 " * 30 + "8 " * 30)
    clinic.run_nights(day_number(60))
    with clinic.unit(write=True) as session:
        copy = session.scalars(own(session, AlertInput)).first()
        copy.days = bytes([*copy.days[:-1], 0])
    with clinic.unit() as session:
        assert [one.outcome for one in check_alerts(session)].count("inputs_changed") == 1


def test_a_verdict_that_its_inputs_do_not_give_is_told(clinic):
    clinic.treated("P-1", "2 " * 30 + "8 " * 30)
    clinic.run_nights(day_number(60))
    with clinic.unit(write=True) as session:
        (alert,) = session.scalars(own(session, Alert).where(Alert.kind == "step"))
        alert.kind = "no_response"
    with clinic.unit() as session:
        (told,) = check_alerts(session, uid=alert.uid)
    assert (told.outcome, told.holds, told.says) == ("differs", False, "step")


def test_an_alert_of_a_detector_that_is_not_shipped_says_so(clinic):
    clinic.treated("P-1", "2 " * 30 + "8 " * 30)
    clinic.run_nights(day_number(60))
    with clinic.unit(write=True) as session:
        copy = session.scalars(own(session, AlertInput)).first()
        copy.detector_version = "plain-rule 1"
    with clinic.unit() as session:
        (told,) = (one for one in check_alerts(session) if one.outcome == "needs_release")
    assert told.holds
    assert told.says == "needs a release with the detector plain-rule 1; here is curves 1"


def on_two_days_a_week(clinic: LittleClinic) -> int:
    """Relief until day 24, then none; from day 20 on asked twice a week, and answering just then."""
    days = [day_number(number) for number in range(1, 61)]
    asked = [day < day_number(20) or MONDAYS_AND_THURSDAYS >> day.weekday() & 1 for day in days]
    scores = [2] * 24 + [6] * 36
    patient_id = clinic.treated("P-3", " ".join(str(n) if yes else "." for n, yes in zip(scores, asked)))
    with clinic.unit(write=True) as session:
        (course,) = courses_of(session, patient_id)
        course.thin_from_day, course.thin_weekdays = day_number(20), MONDAYS_AND_THURSDAYS
    return patient_id


def paused_for_a_week(clinic: LittleClinic) -> int:
    """Silent from day 31 on; paused on the days 32 to 40."""
    patient_id = clinic.treated("P-4", "2 " * 30)
    now = at(day_number(32))
    with clinic.unit(write=True) as session:
        patient = patient_by_id(session, patient_id, lock=True)
        until = (now + timedelta(days=8)).date()
        patients.pause(session, patient, until=until, note=None, now=now)
    return patient_id
