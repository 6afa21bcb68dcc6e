"""Snoozing: an alert is put aside until a later day, as the clinic's calendar has it."""

from datetime import timedelta

import pytest

from diary.services import alerts
from tests.little_clinic import LittleClinic, at, day_number
from tests.refusals import refused
from tests.services.booking_steps import LOST

TODAY = day_number(46)


@pytest.mark.parametrize("hour", [0, 12, 23])
def test_an_alert_is_snoozed_until_tomorrow_at_the_earliest_at_any_hour_of_the_clinics_day(clinic, hour):
    now = at(TODAY, hour=hour)
    patient_id = clinic.treated("P-1", LOST)
    clinic.run_nights(day_number(45))
    (alert,) = [alert for alert in clinic.alerts(patient_id) if alert.kind == "loss"]
    with refused("snooze_until_in_past"):
        snooze(clinic, alert, until=TODAY, now=now)
    snooze(clinic, alert, until=TODAY + timedelta(days=1), now=now)
    assert {alert.status for alert in clinic.alerts(patient_id) if alert.kind == "loss"} == {"snoozed"}


def snooze(clinic: LittleClinic, alert, *, until, now) -> None:
    with clinic.unit(write=True) as session:
        alerts.snooze(session, session.merge(alert), staff_id=None, until=until, reason="visit", now=now)
