"""What an alert keeps of its inputs is enough to find again what its night found."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

from config.priors import SHIPPED, Prior
from config.protocol import DEFAULT, Protocol
from diary.domain.relapse.version import DETECTOR_VERSION
from diary.services import patients
from diary.services.alert_copies import Checked, check_alerts
from diary.services.clinics import ALWAYS, new_forecast
from diary.storage.courses import courses_of
from diary.storage.patients import patient_by_id
from diary.storage.tables.alert import Alert, AlertInput
from diary.storage.unit import own
from tests.little_clinic import LittleClinic, at, day_number

MONDAYS_AND_THURSDAYS = 0b0001001
# After 30 days of 2, the third of 8.
STEP_NIGHT = day_number(33)
# Relief of three quarters that is lost between days 30 and 55.
# Nobody of these loses relief within a year.
LASTING = replace(
    SHIPPED, midpoint_median_days=180.0, midpoint_log_sd=0.25, step_share=0.0, no_plateau_share=0.0
)
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


@contextmanager
def watched(clinic: LittleClinic) -> Iterator[AlertInput]:
    """The copy of an alert that the forecast opened, to change, and to be checked afterwards."""
    show_the_forecast(clinic)
    clinic.treated("P-1", FADING)
    clinic.run_nights(day_number(43), first=day_number(43))
    with clinic.unit(write=True) as session:
        (copy,) = session.scalars(own(session, AlertInput))
        yield copy


def told_of(clinic: LittleClinic) -> Checked:
    with clinic.unit() as session:
        (told,) = check_alerts(session)
    return told


def test_the_prior_is_the_copys_own_whatever_is_shipped_or_learned_since(sqlite_clinic):
    with watched(sqlite_clinic) as copy:
        assert copy.prior_version == f"shipped {SHIPPED.digest}"
        assert Prior.from_values(copy.prior) == SHIPPED
    assert told_of(sqlite_clinic).outcome == "agrees"
    with sqlite_clinic.unit(write=True) as session:
        new_forecast(session, mode="on", prior=LASTING.to_values(), note="learned", now=at(day_number(44)))
    assert told_of(sqlite_clinic).outcome == "agrees"
    with sqlite_clinic.unit(write=True) as session:
        (copy,) = session.scalars(own(session, AlertInput))
        copy.prior, copy.prior_version = LASTING.to_values(), f"shipped {LASTING.digest}"
    told = told_of(sqlite_clinic)
    assert (told.outcome, told.says) == ("differs", ""), "where relief lasts nothing would have rung"


def test_a_copied_number_that_was_changed_or_is_not_known_here_is_told(sqlite_clinic):
    with watched(sqlite_clinic) as copy:
        prior, protocol = dict(copy.prior), dict(copy.protocol)
        assert Protocol.from_values(protocol) == DEFAULT

    def told_with(prior, protocol) -> Checked:
        with sqlite_clinic.unit(write=True) as session:
            (copy,) = session.scalars(own(session, AlertInput))
            copy.prior, copy.protocol = prior, protocol
        return told_of(sqlite_clinic)

    told = told_with(prior | {"midpoint_median_days": 20.0}, protocol)
    assert (told.outcome, told.holds) == ("inputs_changed", False)
    assert told.says == f"the copied prior is not shipped {SHIPPED.digest}, which it names"
    told = told_with(prior, protocol | {"watch_probability": 0.05})
    assert (told.outcome, told.holds) == ("inputs_changed", False)
    assert told.says == "the copied protocol is not the version that it names"
    told = told_with(prior, protocol | {"moon_days": 28})
    assert (told.outcome, told.holds) == ("needs_release", True)
    assert told.says.startswith("needs the release that wrote it: protocol: there is no field 'moon_days'")
    assert told_with(prior, protocol).outcome == "agrees"


def test_a_copy_that_was_tampered_with_is_told(clinic):
    clinic.treated("P-1", "2 " * 30 + "8 " * 30)
    clinic.run_nights(STEP_NIGHT, first=STEP_NIGHT)
    with clinic.unit(write=True) as session:
        copy = session.scalars(own(session, AlertInput)).first()
        copy.days = bytes([*copy.days[:-1], 0])
    with clinic.unit() as session:
        assert [one.outcome for one in check_alerts(session)].count("inputs_changed") == 1


def test_a_verdict_that_its_inputs_do_not_give_is_told(clinic):
    clinic.treated("P-1", "2 " * 30 + "8 " * 30)
    clinic.run_nights(STEP_NIGHT, first=STEP_NIGHT)
    with clinic.unit(write=True) as session:
        (alert,) = session.scalars(own(session, Alert).where(Alert.kind == "step"))
        alert.kind = "no_response"
    with clinic.unit() as session:
        (told,) = check_alerts(session, uid=alert.uid)
    assert (told.outcome, told.holds, told.says) == ("differs", False, "step")


def test_an_alert_of_a_detector_that_is_not_shipped_says_so(clinic):
    clinic.treated("P-1", "2 " * 30 + "8 " * 30)
    clinic.run_nights(STEP_NIGHT, first=STEP_NIGHT)
    with clinic.unit(write=True) as session:
        copy = session.scalars(own(session, AlertInput)).first()
        copy.detector_version = "plain-rule 1"
    with clinic.unit() as session:
        (told,) = (one for one in check_alerts(session) if one.outcome == "needs_release")
    assert told.holds
    assert told.says == f"needs a release with the detector plain-rule 1; here is {DETECTOR_VERSION}"


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
