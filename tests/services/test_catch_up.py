"""After three days without a scheduler each missed night is made up as it would have been, and told once."""

import dataclasses
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, update

from config.protocol import Protocol
from diary.domain.days import night_due
from diary.services.alerts import acknowledge
from diary.services.clinics import the_clinic
from diary.services.nights import nights_due, run_due, run_night
from diary.storage.alerts import alert_by_id, events_of
from diary.storage.engine import make_engine
from diary.storage.nights import night_run
from diary.storage.tables.alert import Alert
from diary.storage.tables.clinic import ProtocolVersion
from diary.storage.tables.night import AssessmentLog
from diary.storage.tables.outbox import Message
from diary.storage.tables.patient import Patient
from diary.storage.unit import own
from tests.little_clinic import ALWAYS_HERE, LittleClinic, at, day_number, found, join
from tests.services.test_interrupted_nights import DIARIES

BEFORE = day_number(42)  # the last night before the scheduler was away
LAST = day_number(46)
FOLLOWED_DAYS = 47
MORNING = night_due(LAST, ALWAYS_HERE) + timedelta(minutes=30)
TOLD = ("kind", "level", "status", "night", "facts", "end_reason")
# More of them, whose loss is confirmed on one of the missed nights, days 43 to 46.
LOSING = tuple("2 " * kept + "8 " * 30 for kept in (31, 31, 32, 32, 32, 33, 33))


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def broken(engine: Engine) -> LittleClinic:
    """A clinic in which no night was run since BEFORE."""
    clinic = found(engine)
    treat_everybody(clinic)
    clinic.run_nights(BEFORE)
    return clinic


@pytest.fixture
def clinics(engine: Engine, broken: LittleClinic) -> tuple[LittleClinic, LittleClinic]:
    """Two clinics with the same patients: in one every night will be run, in the other none since BEFORE."""
    whole = join(engine)
    treat_everybody(whole)
    for due in nights_due(engine, now=night_due(BEFORE, ALWAYS_HERE)):
        run_night(engine, due, now=due.cutoff_at, wall=lambda at=due.cutoff_at: at, owner="me")
    return whole, broken


def treat_everybody(clinic: LittleClinic) -> None:
    with clinic.unit(write=True) as session:
        the_clinic(session).first_night = BEFORE
    owners = clinic.person("Anna").id, clinic.person("Ben").id, None
    for number, diary in enumerate((*DIARIES, *LOSING)):
        patient_id = clinic.treated(f"P-{number}", " ".join(diary.split()[:FOLLOWED_DAYS]))
        with clinic.unit(write=True) as session:
            owner_id = owners[number % 3]
            session.execute(update(Patient).where(Patient.id == patient_id).values(owner_id=owner_id))


def make_up(clinic: LittleClinic, *, now: datetime = MORNING) -> list[date]:
    """The nights that a scheduler runs which has just started; of this clinic."""
    done = run_due(clinic.engine, now=now, wall=lambda: now, owner="me")
    return [due.night for due, _ in done if due.clinic_id == clinic.clinic_id]


def unbroken(clinic: LittleClinic, last: date = LAST) -> None:
    for due in nights_due(clinic.engine, now=MORNING):
        if due.clinic_id == clinic.clinic_id and due.night <= last:
            assert run_night(
                clinic.engine, due, now=due.cutoff_at, wall=lambda due=due: due.cutoff_at, owner="me"
            )


def told(clinic: LittleClinic) -> list[tuple[Any, ...]]:
    """Every alert, with the pseudonym of its patient."""
    with clinic.unit() as session:
        names = {patient.id: patient.pseudonym for patient in session.scalars(own(session, Patient))}
        alerts = session.scalars(own(session, Alert))
        return sorted(
            (names[alert.patient_id], *(str(getattr(alert, name)) for name in TOLD)) for alert in alerts
        )


def logged(clinic: LittleClinic) -> list[tuple[Any, ...]]:
    """Every finding, with the course counted from the clinic's first."""
    with clinic.unit() as session:
        rows = list(session.scalars(own(session, AssessmentLog).order_by(AssessmentLog.course_id)))
        first = min(row.course_id for row in rows)
        return sorted((row.course_id - first, row.night, row.state, str(row.relief_7d)) for row in rows)


def messages(clinic: LittleClinic, *, since: datetime) -> list[Message]:
    with clinic.unit() as session:
        return list(session.scalars(own(session, Message).where(Message.created_at >= since)))


def test_alerts_and_findings_are_those_of_an_unbroken_history(clinics):
    whole, broken = clinics
    unbroken(whole)
    assert make_up(broken) == [BEFORE + timedelta(days=n) for n in range(1, 5)]
    assert told(broken) == told(whole)
    assert logged(broken) == logged(whole)


def test_what_was_opened_meanwhile_is_marked_late(broken):
    known = told(broken)
    make_up(broken)
    with broken.unit() as session:
        alerts = list(session.scalars(own(session, Alert)))
        assert night_run(session, LAST).late is False
        assert night_run(session, day_number(43)).late is True
    assert len(alerts) > len(known)
    assert {alert.late for alert in alerts if alert.opened_at < MORNING} == {False}
    assert {alert.late for alert in alerts if BEFORE < alert.night < LAST} == {True}


def test_each_person_gets_one_digest_however_many_nights_and_alerts_there_are(broken):
    make_up(broken)
    with broken.unit() as session:
        late = list(session.scalars(own(session, Alert).where(Alert.late)))
        owners = {
            patient.owner_id
            for patient in session.scalars(own(session, Patient))
            if patient.id in {alert.patient_id for alert in late}
        }
    written = messages(broken, since=MORNING)
    digests = [message for message in written if message.kind == "digest"]
    assert len(late) > len(owners) > 1
    assert sorted(str(message.staff_id) for message in digests) == sorted(map(str, owners))
    of_alerts = {message.alert_id for message in written if message.kind == "alert"}
    assert of_alerts.isdisjoint(alert.id for alert in late)


def test_a_digest_that_was_sent_is_followed_by_another_after_the_next_outage(broken):
    make_up(broken, now=at(day_number(44), hour=12))
    first = [message for message in messages(broken, since=at(day_number(44))) if message.kind == "digest"]
    assert first
    with broken.unit(write=True) as session:
        session.execute(
            update(Message)
            .where(Message.kind == "digest")
            .values(state="delivered", ended_at=MORNING, next_try_at=None)
        )
    make_up(broken, now=at(day_number(60)))
    assert [message for message in messages(broken, since=at(day_number(59))) if message.kind == "digest"]


def test_an_alert_left_without_a_next_step_is_in_the_digest_too(clinics):
    whole, broken = clinics
    for clinic in clinics:
        with clinic.unit() as session:
            alert = session.scalars(own(session, Alert).where(Alert.status == "open")).first()
        with clinic.desk(clinic.person("Cleo")) as session:
            acknowledge(
                session, alert_by_id(session, alert.id), staff_id=None, now=at(day_number(43), hour=1)
            )
    unbroken(whole)
    make_up(broken)
    assert told(broken) == told(whole)
    with broken.unit() as session:
        assert [event.action for event in events_of(session, alert.id)][-1] == "return"
    written = messages(broken, since=MORNING)
    assert [message for message in written if message.alert_id == alert.id] == []
    assert [message.kind for message in written if message.staff_id is None] == ["digest"]


def test_answers_and_settings_count_from_their_own_night_on(clinics):
    """A phone sends three held-back days on day 45; from day 45 on the line stands at 50 % relief."""
    whole, broken = clinics
    changed_at = at(day_number(45), hour=12)
    stricter = dataclasses.replace(Protocol(), relief_line=0.5)
    unbroken(whole, day_number(44))
    for clinic in clinics:
        with clinic.unit() as session:
            silent = session.scalars(own(session, Patient).where(Patient.pseudonym == "P-1")).one()
        for number in (42, 43, 44):
            clinic.answer(silent.id, day_number(number), 7, received_at=changed_at)
        with clinic.unit(write=True) as session:
            session.add(
                ProtocolVersion(
                    clinic_id=clinic.clinic_id,
                    n=2,
                    valid_from_at=changed_at,
                    values=stricter.to_values(),
                    note="stricter",
                )
            )
    unbroken(whole)
    make_up(broken)
    assert told(broken) == told(whole)
    assert logged(broken) == logged(whole)
    with broken.unit() as session:
        before, after = (night_run(session, day_number(n)) for n in (44, 45))
        assert before.protocol_version_id < after.protocol_version_id


def test_a_clock_that_steps_back_redoes_nothing(broken):
    make_up(broken)
    done = told(broken)
    for back in (timedelta(hours=1), timedelta(days=2), timedelta(days=400)):
        assert make_up(broken, now=MORNING - back) == []
    assert make_up(broken, now=MORNING + timedelta(hours=1)) == []
    assert told(broken) == done
