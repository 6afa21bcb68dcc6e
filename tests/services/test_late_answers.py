"""An alert whose ground later answers take away is not silently gone: it ends with its reason, or says so."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from diary.services import alerts, entries
from diary.storage.alerts import alert_by_id, events_of
from diary.storage.engine import make_engine
from diary.storage.entries import versions_of
from diary.storage.ids import new_uid
from diary.storage.patients import patient_by_id
from diary.storage.tables.alert import Alert
from tests.little_clinic import ZONE, LittleClinic, at, day_number, found

LOST = "2 " * 30 + "8 " * 16  # the night of day 42 confirms it
CHANGED_AT = at(day_number(47), hour=12)
REASON = "answers that came or changed later no longer support it"


@pytest.fixture
def clinic(database_url: str) -> Iterator[LittleClinic]:
    engine = make_engine(database_url)
    yield found(engine)
    engine.dispose()


def correct(clinic: LittleClinic, patient_id: int) -> None:
    """From day 31 on each 8 was meant as a 2; the corrections come together, the last day first."""
    with clinic.unit() as session:
        wrong = [one for one in versions_of(session, patient_id) if one.day > day_number(30)]
    with clinic.phone(patient_id) as session:
        patient = patient_by_id(session, patient_id, lock=True)
        for one in reversed(wrong):
            answered_at = one.answered_at + timedelta(minutes=5)
            answer = entries.Answer(
                client_id=new_uid(answered_at),
                day=one.day,
                nrs=2,
                answered_at=answered_at,
                sent_at=CHANGED_AT,
                zone=ZONE.key,
                supersedes=one.client_id,
            )
            entries.record(session, patient, answer, now=CHANGED_AT)


def the_loss(clinic: LittleClinic, patient_id: int) -> Alert:
    (alert,) = [alert for alert in clinic.alerts(patient_id) if alert.kind == "loss"]
    return alert


def told(clinic: LittleClinic, alert: Alert) -> list[tuple[str, str | None]]:
    with clinic.unit() as session:
        return [(event.action, event.note) for event in events_of(session, alert.id)]


def test_a_loss_that_corrections_take_back_is_superseded_with_its_reason(clinic):
    patient_id = clinic.treated("P-1", LOST)
    clinic.run_nights(day_number(46))
    assert the_loss(clinic, patient_id).status == "open"
    correct(clinic, patient_id)
    clinic.run_nights(day_number(47))
    alert = the_loss(clinic, patient_id)
    assert (alert.status, alert.end_reason) == ("superseded", REASON)
    assert told(clinic, alert) == [("open", None), ("supersede", REASON)]


def test_one_that_somebody_took_stays_theirs_and_says_so_once(clinic):
    patient_id = clinic.treated("P-1", LOST)
    clinic.run_nights(day_number(46))
    with clinic.unit(write=True) as session:
        alert = alert_by_id(session, the_loss(clinic, patient_id).id)
        alerts.acknowledge(session, alert, staff_id=None, now=at(day_number(47)))
    correct(clinic, patient_id)
    clinic.run_nights(day_number(49))
    alert = the_loss(clinic, patient_id)
    assert (alert.status, alert.end_reason) == ("acknowledged", None)
    assert told(clinic, alert) == [("open", None), ("acknowledge", None), ("note", REASON)]
