"""A small clinic for tests of services: founded in one call, its patients' diaries written as text."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from config.priors import SHIPPED
from config.protocol import Protocol
from diary.domain.days import night_due
from diary.services import clinics, courses, entries, infusions, nights, patients
from diary.services.night_writing import Counts
from diary.services.nights import Due
from diary.storage.alerts import alerts_of_patient
from diary.storage.courses import administrations_of
from diary.storage.ids import new_uid
from diary.storage.patients import patient_by_id
from diary.storage.protocols import Foresight
from diary.storage.tables.alert import Alert
from diary.storage.tables.booking import Booking
from diary.storage.tables.course import Regimen
from diary.storage.tables.patient import Patient
from diary.storage.tables.staff import Staff
from diary.storage.unit import Scope, clinic_of, own, unit

ZONE = ZoneInfo("Europe/Amsterdam")
FIRST_DAY = date(2026, 1, 5)
INFUSION_DAYS = 5
ALWAYS_HERE = [(datetime.min.replace(tzinfo=UTC), ZONE.key)]
# A forecast that staff see, as shipped.
SHOWN = Foresight(shown=True, prior=SHIPPED, prior_version="shipped")


@dataclass(frozen=True, slots=True)
class LittleClinic:
    """One clinic in a database, and what a test does to it."""

    engine: Engine
    clinic_id: int
    first_night: date

    @contextmanager
    def unit(self, *, write: bool = False, role: str = "physician") -> Iterator[Session]:
        """A unit of work of this clinic's own operator."""
        with unit(self.engine, Scope(self.clinic_id, "operator", role=role), write=write) as session:
            yield session

    def admit(self, pseudonym: str, *, first_day: date = FIRST_DAY) -> int:
        """A patient with a planned course; the baseline may be answered from 14 days before `first_day`."""
        now = at(first_day - timedelta(days=20))
        with self.unit(write=True) as session:
            patient = patients.admit(
                session, pseudonym=pseudonym, zone=ZONE.key, locale="en", identity=None, now=now
            )
            courses.plan_course(
                session,
                patient,
                regimen=None,
                planned_first_day=first_day,
                treated_area=None,
                now=now,
            )
            return patient.id

    def infuse(
        self,
        patient_id: int,
        *,
        first_day: date = FIRST_DAY,
        classified_as: str = "new_course",
        agent: str = "s_ketamine",
        booking: Booking | None = None,
    ) -> None:
        """Five infusion days from `first_day` on (a booster: one), recorded on the last of them."""
        days = 1 if classified_as == "booster" else INFUSION_DAYS
        last_day = first_day + timedelta(days=days - 1)
        given = infusions.Given(first_day, last_day, agent, "inpatient", "100 h", classified_as)
        with self.unit(write=True) as session:
            infusions.record_infusion(
                session,
                patient_by_id(session, patient_id, lock=True),
                given,
                regimen=None,
                booking=session.merge(booking) if booking is not None else None,
                today=last_day,
                now=at(last_day, hour=12),
            )

    def rename_drug(self, patient_id: int, agent: str = "study_drug") -> None:
        """Correct what the patient was given to another agent, as before a masked study."""
        with self.unit(write=True) as session:
            rename_drug(session, patient_by_id(session, patient_id, lock=True), agent)

    def answer(self, patient_id: int, day: date, nrs: int, *, received_at: datetime | None = None) -> None:
        """One answer, given at eight in the evening of its day."""
        with self.phone(patient_id) as session:
            _record(session, patient_id, day, nrs, received_at=received_at)

    def write(self, patient_id: int, first_day: date, scores: str) -> None:
        """Answers of consecutive days, as text: "8 8 . 7" is three answers and a day without one."""
        with self.phone(patient_id) as session:
            for offset, word in enumerate(scores.split()):
                if word != ".":
                    _record(
                        session, patient_id, first_day + timedelta(days=offset), int(word), received_at=None
                    )

    @contextmanager
    def phone(self, patient_id: int) -> Iterator[Session]:
        """A unit of work of this patient's phone."""
        scope = Scope(self.clinic_id, "patient", patient_id, "patient")
        with unit(self.engine, scope, write=True) as session:
            yield session

    @contextmanager
    def desk(self, person: Staff) -> Iterator[Session]:
        """A unit of work of somebody of the staff."""
        scope = Scope(self.clinic_id, "staff", person.id, person.role)
        with unit(self.engine, scope, write=True) as session:
            yield session

    def person(self, name: str, role: str = "nurse") -> Staff:
        """Somebody of the staff, without a password."""
        with self.unit(write=True) as session:
            person = Staff(
                clinic_id=self.clinic_id,
                uid=new_uid(at(FIRST_DAY)),
                email=f"{name.lower()}-{self.clinic_id}@clinic.example",
                name=name,
                role=role,
                created_at=at(FIRST_DAY),
            )
            session.add(person)
            session.flush()
            return person

    def treated(self, pseudonym: str, follow_up: str, *, before: str = "8 " * 14) -> int:
        """A patient with a baseline, an infusion from 5 January, and answers from day 1 on."""
        patient_id = self.admit(pseudonym)
        self.write(patient_id, FIRST_DAY - timedelta(days=14), before)
        self.infuse(patient_id)
        self.write(patient_id, day_number(1), follow_up)
        return patient_id

    def run_nights(self, last: date, *, first: date | None = None) -> list[tuple[Due, Counts]]:
        """Run every night up to `last`, each at its own due instant; from `first` if given."""
        if first is not None:
            with self.unit(write=True) as session:
                clinics.the_clinic(session).first_night = first
        finished = []
        for due in nights.nights_due(self.engine, now=night_due(last, ALWAYS_HERE)):
            counts = nights.run_night(
                self.engine, due, now=due.cutoff_at, wall=partial(_still, due.cutoff_at), owner="test"
            )
            assert counts is not None
            finished.append((due, counts))
        return finished

    def alerts(self, patient_id: int) -> list[Alert]:
        """The patient's alerts, newest first."""
        with self.unit() as session:
            return alerts_of_patient(session, patient_id)

    def alert_kinds(self, patient_id: int) -> list[str]:
        """What the patient's alerts are about, in the order of the alphabet."""
        return sorted(alert.kind for alert in self.alerts(patient_id))

    def alert(self, patient_id: int, kind: str) -> Alert:
        """The patient's one alert of this kind."""
        (alert,) = [alert for alert in self.alerts(patient_id) if alert.kind == kind]
        return alert


def found(
    engine: Engine,
    *,
    first_night: date = FIRST_DAY,
    protocol: Protocol | None = None,
    forecast_mode: str = "shadow",
) -> LittleClinic:
    """A sandbox with one clinic in Amsterdam whose first night is given."""
    now = at(first_night - timedelta(days=30))
    with unit(engine, Scope(None, "operator"), write=True) as session:
        clinics.found_installation(session, kind="sandbox", clock_at=now, now=now)
    return join(engine, first_night=first_night, protocol=protocol, forecast_mode=forecast_mode)


def join(
    engine: Engine,
    *,
    first_night: date = FIRST_DAY,
    protocol: Protocol | None = None,
    forecast_mode: str = "shadow",
) -> LittleClinic:
    """Another clinic in a sandbox that is there."""
    with unit(engine, Scope(None, "operator"), write=True) as session:
        clinic = clinics.found_clinic(
            session,
            name="Little clinic",
            zone=ZONE.key,
            phone="020 000 00 00",
            opening_hours="Monday to Friday, 9 to 17",
            emergency_text="In an emergency call 112.",
            forecast_mode=forecast_mode,
            protocol=protocol or Protocol(),
            now=at(first_night - timedelta(days=30)),
        )
        clinic.first_night = first_night
        return LittleClinic(engine, clinic.id, first_night)


def _record(session: Session, patient_id: int, day: date, nrs: int, *, received_at: datetime | None) -> None:
    answered_at = datetime.combine(day, time(20), ZONE)
    received_at = received_at or answered_at
    answer = entries.Answer(
        client_id=new_uid(answered_at),
        day=day,
        nrs=nrs,
        answered_at=answered_at,
        sent_at=received_at,
        zone=ZONE.key,
    )
    patient = patient_by_id(session, patient_id, lock=True)
    entries.record(session, patient, answer, now=received_at.astimezone(UTC))


def rename_drug(session: Session, patient: Patient, agent: str = "study_drug") -> None:
    """Correct what a patient was given to another agent."""
    for row in administrations_of(session, patient.id):
        told = {name: getattr(row, name) for name in infusions.Given.__slots__}
        given = infusions.Given(**{**told, "agent": agent})
        now = at(row.last_day, hour=13)
        infusions.correct_infusion(session, patient, row, given, today=row.last_day, now=now)


def _still(moment: datetime) -> datetime:
    return moment


def a_regimen(session: Session, name: str = "S-ketamine, 5 days") -> Regimen:
    """A regimen of the unit's clinic."""
    regimen = session.scalars(own(session, Regimen).where(Regimen.name == name)).one_or_none()
    if regimen is None:
        regimen = Regimen(
            clinic_id=clinic_of(session),
            uid=new_uid(at(FIRST_DAY)),
            name=name,
            agent="s_ketamine",
            setting="inpatient",
            infusion_days=INFUSION_DAYS,
            hours_a_day=20,
            dose_as_written="5 to 20 mg/h per 70 kg",
            series_gap_max_days=0,
            adjuncts=[],
            version=1,
        )
        session.add(regimen)
        session.flush()
    return regimen


def at(day: date, *, hour: int = 9) -> datetime:
    """A moment of a day at the clinic, in UTC."""
    return datetime.combine(day, time(hour), ZONE).astimezone(UTC)


def day_number(number: int, *, first_day: date = FIRST_DAY) -> date:
    """The calendar day of a course day after an infusion that began on `first_day`."""
    return first_day + timedelta(days=INFUSION_DAYS - 1 + number)
