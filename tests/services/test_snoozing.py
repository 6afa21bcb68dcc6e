"""Snoozing: an alert is put aside until a later day of the clinic's calendar, and comes back with a word."""

from datetime import datetime, timedelta

import pytest

from diary.domain.days import night_due
from diary.services import alerts
from diary.services.nights import run_due
from diary.storage.tables.outbox import Message
from diary.storage.unit import own
from tests.little_clinic import ALWAYS_HERE, LittleClinic, at, day_number
from tests.refusals import refused
from tests.services.booking_steps import LOST

TODAY = day_number(46)
NOW = at(TODAY)


@pytest.mark.parametrize("hour", [0, 12, 23])
def test_an_alert_is_snoozed_until_tomorrow_at_the_earliest_at_any_hour_of_the_clinics_day(clinic, hour):
    now = at(TODAY, hour=hour)
    patient_id = lost_on_day_45(clinic)
    with refused("snooze_until_in_past"):
        snooze(clinic, patient_id, until=TODAY, now=now)
    snooze(clinic, patient_id, until=TODAY + timedelta(days=1), now=now)
    assert clinic.alert(patient_id, "loss").status == "snoozed"


def test_a_snooze_ends_on_its_day(clinic):
    patient_id = lost_on_day_45(clinic)
    snooze(clinic, patient_id, until=day_number(49))
    for number, status in ((47, "snoozed"), (48, "acknowledged")):
        clinic.run_nights(day_number(number))
        assert clinic.alert(patient_id, "loss").status == status, number


def test_whoever_put_an_alert_aside_is_told_once_that_it_is_back(clinic):
    anna = clinic.person("Anna")
    patient_id = lost_on_day_45(clinic)
    snooze(clinic, patient_id, until=day_number(49), staff_id=anna.id)
    clinic.run_nights(day_number(47))
    assert told(clinic, since=NOW) == []
    clinic.run_nights(day_number(49))
    back = clinic.alert(patient_id, "loss")
    assert told(clinic, since=NOW) == [("alert", anna.id, back.id)]


def test_after_an_outage_they_are_told_in_a_digest(clinic):
    anna = clinic.person("Anna")
    patient_id = lost_on_day_45(clinic)
    snooze(clinic, patient_id, until=day_number(49), staff_id=anna.id)
    restarted = night_due(day_number(51), ALWAYS_HERE)
    run_due(clinic.engine, now=restarted, wall=lambda: restarted, owner="me")
    assert clinic.alert(patient_id, "loss").status == "acknowledged"
    assert told(clinic, since=NOW) == [("digest", anna.id, None)]


def lost_on_day_45(clinic: LittleClinic) -> int:
    """A patient whose loss stands on the worklist since the morning of day 46."""
    patient_id = clinic.treated("P-1", LOST)
    clinic.run_nights(day_number(45), first=day_number(45))
    return patient_id


def told(clinic: LittleClinic, *, since: datetime) -> list[tuple[str, int | None, int | None]]:
    """What messages were written since: of what kind, to whom, about which alert."""
    with clinic.unit() as session:
        written = session.scalars(own(session, Message).where(Message.created_at > since))
        return [(message.kind, message.staff_id, message.alert_id) for message in written]


def snooze(clinic: LittleClinic, patient_id: int, *, until, now=NOW, staff_id: int | None = None) -> None:
    with clinic.unit(write=True) as session:
        alert = session.merge(clinic.alert(patient_id, "loss"))
        alerts.snooze(session, alert, staff_id=staff_id, until=until, reason="visit", now=now)
