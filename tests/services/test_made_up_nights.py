"""What a made-up night knows: answers and pauses up to its own moment, and treatment as it is known now."""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import partial

import pytest

from diary.domain.days import night_due
from diary.services import alerts, patients
from diary.services.baselines import set_baseline
from diary.services.nights import nights_due, run_due, run_night
from diary.storage.alerts import alert_by_id
from diary.storage.courses import courses_of
from diary.storage.engine import make_engine
from diary.storage.nights import findings_of
from diary.storage.patients import patient_by_id
from diary.storage.tables.outbox import Message
from diary.storage.tables.patient import Patient
from diary.storage.unit import own
from tests.little_clinic import ALWAYS_HERE, LittleClinic, at, day_number, found, join
from tests.services.test_catch_up import logged, told

LOSING = "2 " * 30 + "8 " * 16  # a loss that the night of day 42 confirms
BEFORE, LAST = day_number(40), day_number(46)
MORNING = night_due(LAST, ALWAYS_HERE) + timedelta(minutes=30)


@pytest.fixture
def clinic(database_url: str) -> Iterator[LittleClinic]:
    engine = make_engine(database_url)
    yield found(engine)
    engine.dispose()


def make_up(clinic: LittleClinic) -> None:
    """The nights of days 41 to 46, all on the morning of day 47."""
    done = run_due(clinic.engine, now=MORNING, wall=lambda: MORNING, owner="me")
    nights = [due.night for due, _ in done if due.clinic_id == clinic.clinic_id]
    assert nights == [day_number(n) for n in range(41, 47)]


def unbroken(clinic: LittleClinic, *, meanwhile: Mapping[int, Callable[[LittleClinic], None]]) -> None:
    """Each night when it was due; before that of a course day, what was done on that day."""
    for due in nights_due(clinic.engine, now=MORNING):
        if due.clinic_id == clinic.clinic_id:
            for number, do in meanwhile.items():
                if due.night == day_number(number):
                    do(clinic)
            run_night(clinic.engine, due, now=due.cutoff_at, wall=lambda at=due.cutoff_at: at, owner="me")


def made_up_alerts(clinic: LittleClinic, patient_id: int) -> list[str]:
    return [alert.kind for alert in clinic.alerts(patient_id) if alert.late]


def messages(clinic: LittleClinic, *kinds: str) -> list[Message]:
    with clinic.unit() as session:
        return list(session.scalars(own(session, Message).where(Message.kind.in_(kinds))))


def test_without_a_correction_the_loss_is_told(clinic):
    """Else the tests below would prove nothing."""
    patient_id = clinic.treated("P-1", LOSING)
    clinic.run_nights(BEFORE)
    make_up(clinic)
    assert made_up_alerts(clinic, patient_id) == ["loss"]
    assert len(messages(clinic, "digest")) == 1


def test_nobody_is_called_for_a_course_that_the_next_infusion_has_ended_meanwhile(clinic):
    patient_id = clinic.treated("P-1", LOSING)
    clinic.run_nights(BEFORE)
    clinic.infuse(patient_id, first_day=day_number(44))
    make_up(clinic)
    assert made_up_alerts(clinic, patient_id) == []
    assert messages(clinic, "digest") == []
    with clinic.unit() as session:
        ended, new = courses_of(session, patient_id)
        assert max(finding.night for finding in findings_of(session, ended.id)) <= BEFORE
        assert {finding.day_number for finding in findings_of(session, new.id)} <= set(range(-14, 1))


def test_a_stopped_patients_missed_nights_are_not_made_up(clinic):
    patient_id = clinic.treated("P-1", LOSING)
    clinic.run_nights(BEFORE)
    with clinic.unit(write=True) as session:
        patient = patient_by_id(session, patient_id, lock=True)
        patients.stop(session, patient, reason="moved", note=None, now=at(day_number(46)))
    make_up(clinic)
    assert made_up_alerts(clinic, patient_id) == []


def test_a_baseline_that_staff_set_meanwhile_counts_on_every_missed_night(clinic):
    """A baseline of 2 and not of 8: there was never any relief to lose."""
    patient_id = clinic.treated("P-1", LOSING)
    clinic.run_nights(BEFORE)
    with clinic.unit(write=True) as session:
        (course,) = courses_of(session, patient_id)
        set_baseline(
            session,
            course,
            kind="stated",
            nrs=2,
            stated_on=day_number(1),
            source="notes",
            reason="typed wrongly",
            now=at(day_number(46)),
        )
    make_up(clinic)
    assert "loss" not in made_up_alerts(clinic, patient_id)
    with clinic.unit() as session:
        (course,) = courses_of(session, patient_id)
        made_up = [finding for finding in findings_of(session, course.id) if finding.night > BEFORE]
    assert made_up
    assert {finding.baseline_nrs for finding in made_up} == {2}


def test_a_booster_written_down_late_counts_from_its_own_day_as_if_written_down_at_once(clinic):
    other = join(clinic.engine)
    for one in (clinic, other):
        one.treated("P-1", LOSING)
        one.treated("P-2", "2 " * 30 + "8 " * 12 + "1 " * 4)
    clinic.run_nights(BEFORE)
    unbroken(clinic, meanwhile={43: boost})
    boost(other)
    make_up(other)
    assert told(other) == told(clinic) != []
    assert logged(other) == logged(clinic)


def boost(clinic: LittleClinic) -> None:
    with clinic.unit() as session:
        (patient,) = session.scalars(own(session, Patient).where(Patient.pseudonym == "P-2"))
    clinic.infuse(patient.id, first_day=day_number(43), classified_as="booster")


def test_a_pause_counts_from_its_own_day_as_if_every_night_had_been_run(clinic):
    """Silent since day 36, so that the night of day 43 tells it. P-2 was paused on day 42, P-3 on day 44."""
    other = join(clinic.engine)
    for one in (clinic, other):
        for pseudonym in ("P-1", "P-2", "P-3"):
            one.treated(pseudonym, "2 " * 36)
    clinic.run_nights(BEFORE)
    unbroken(clinic, meanwhile={42: partial(pause, "P-2", 42), 44: partial(pause, "P-3", 44)})
    pause("P-2", 42, other)
    pause("P-3", 44, other)
    make_up(other)
    assert [row[:2] for row in told(other)] == [("P-1", "silence"), ("P-3", "silence")]
    assert told(other) == told(clinic)
    assert logged(other) == logged(clinic)


def pause(pseudonym: str, number: int, clinic: LittleClinic) -> None:
    with clinic.unit(write=True) as session:
        (patient,) = session.scalars(own(session, Patient).where(Patient.pseudonym == pseudonym))
        patients.pause(session, patient, until=None, note=None, now=at(day_number(number)))


def test_an_alert_that_a_made_up_night_raises_to_a_higher_level_is_in_the_digest(clinic):
    patient_id = clinic.treated("P-1", "2 " * 20)
    anna = clinic.person("Anna")
    with clinic.unit() as session:
        (course,) = courses_of(session, patient_id)
    news = alerts.News(patient_id, course.id, "loss", {}, level="watch", night=BEFORE, owner_id=anna.id)
    with clinic.unit(write=True) as session:
        alert = alerts.raise_alert(session, news, now=at(BEFORE))
        alerts.acknowledge(session, alert, staff_id=anna.id, now=at(BEFORE))
    for night, level in ((43, "likely_lost"), (44, "confirmed")):
        with clinic.unit(write=True) as session:
            rise = alerts.Rise(alert_by_id(session, alert.id), level, {})
            alerts.escalate(session, [rise], night=day_number(night), late=True, now=MORNING)
    first, *digests = messages(clinic, "alert", "digest")
    assert (first.kind, first.alert_id) == ("alert", alert.id)
    assert [(one.kind, one.staff_id, one.alert_id) for one in digests] == [("digest", anna.id, None)]
    with clinic.unit() as session:
        assert alert_by_id(session, alert.id).level == "confirmed"
