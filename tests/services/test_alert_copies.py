"""What an alert keeps of its inputs is enough to find again what its night found."""

from datetime import timedelta

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from config.protocol import Protocol
from diary.domain import packed
from diary.domain.relapse.assess import assess
from diary.domain.relapse.baselines import baselines_of
from diary.domain.relapse.states import STATES
from diary.services import patients
from diary.storage.courses import courses_of
from diary.storage.patients import patient_by_id
from diary.storage.tables.alert import Alert, AlertInput
from diary.storage.tables.clinic import ProtocolVersion
from diary.storage.unit import own
from tests.little_clinic import LittleClinic, at, day_number

STATE_OF = {"loss": "loss", "silence": "silent", "no_response": "no_response", "step": "step"}
MONDAYS_AND_THURSDAYS = 0b0001001


def test_every_verdict_is_found_again_from_the_copy_alone(clinic):
    expected = {
        clinic.treated("P-1", "2 " * 30 + "8 " * 30): {"step", "loss"},
        clinic.treated("P-2", "7 " * 20): {"no_response", "silence"},
        on_two_days_a_week(clinic): {"loss"},
        paused_for_a_week(clinic): {"silence"},
    }
    clinic.run_nights(day_number(60))
    with clinic.unit() as session:
        found: dict[int, set[str]] = {}
        for alert, copy in session.execute(copies()):
            if alert.kind in STATE_OF:
                assert state_from(session, copy) == STATE_OF[alert.kind]
                found.setdefault(alert.patient_id, set()).add(alert.kind)
    assert found == expected


def copies():
    return select(Alert, AlertInput).join(AlertInput, AlertInput.alert_id == Alert.id)


def state_from(session: Session, copy: AlertInput) -> str:
    """The state of the copy's night, from what stands in the copy and the protocol that it names."""
    nights = (copy.night - copy.last_infusion_day).days
    scores = np.full((1, nights), packed.NO_ANSWER, dtype=np.uint8)
    series_days = (copy.last_infusion_day - copy.first_infusion_day).days + 1
    for place, nrs in enumerate(packed.follow_up_days(copy.days, series_days)):
        if nrs is not None:
            scores[0, place] = nrs
    expected = np.ones(scores.shape, dtype=bool)
    expected[0, [day - 1 for day in copy.unasked_days]] = False
    named = own(session, ProtocolVersion).where(ProtocolVersion.id == copy.protocol_version_id)
    protocol = Protocol.from_values(session.scalars(named).one().values)
    before = np.frombuffer(copy.days[: packed.DAYS_BEFORE], dtype=np.uint8)[None]
    baselines = baselines_of([copy.baseline_kind], [copy.baseline_nrs], before)
    found = assess(scores, baselines, protocol=protocol, prior=None, expected=expected)
    return STATES[found.states[0, -1]]


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
