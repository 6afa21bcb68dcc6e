"""Founds the demo: a sandbox with a clinic, its staff, its regimens, and patients with paired phones.

Each patient is admitted and each phone paired as of its own simulated day. What happens to them afterwards is
not written here: it comes over HTTP, as the play is performed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from config.protocol import Protocol
from config.words import WEEKDAYS
from diary.services.chairs import add_chair
from diary.services.clinical_events import record_event
from diary.services.clinics import found_clinic, found_installation
from diary.services.courses import plan_course
from diary.services.demo_people import CLINIC_STAFF, Person, area_of, identity_of
from diary.services.demo_script import ZONE, Cast
from diary.services.demo_story import DemoPlan, Story
from diary.services.enrolment import Phone, make_code, redeem
from diary.services.patients import admit
from diary.services.regimens import add_regimen
from diary.services.staff import add_staff, make_key, sign_in
from diary.storage.tables.clinic import Clinic
from diary.storage.tables.course import Regimen
from diary.storage.tables.patient import Patient
from diary.storage.tables.staff import Staff
from diary.storage.unit import Scope, enter, unit

CLINIC_NAME: Final = "Pain clinic (simulated)"
OPENING_HOURS: Final = "Monday to Friday, 9:00 to 17:00"
EMERGENCY_TEXT: Final = "In an emergency call 112. This clinic is simulated: nobody answers."
CLINIC_PHONE: Final = "000 555 0000"
ADMITTED_AT: Final = time(9, 45)
# The Monday morning on which the clock stands.
STANDS_AT: Final = time(9)
PAIRED_AFTER: Final = timedelta(minutes=10)
# As many beds as are ever booked for one week, so that week is full.
BEDS: Final = 3
CHAIRS: Final = 2
KEY_SCOPES: Final = (
    "alerts:read", "bookings:read", "courses:read", "entries:read", "entries:write", "patients:read",
    "patients:write", "sandbox",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Founded:
    """What the play and the guide need to know of the demo's clinic."""

    clinic_id: int
    cast: Cast
    visitor: str
    """uid of one patient more, who is in no play: whoever tries the phone."""
    tokens: dict[str, str]
    """Phones by pseudonym, and the two of the staff who act in the play."""
    key: str
    """A key for whoever tries the API."""


def found_demo(
    engine: Engine,
    stories: Sequence[Story],
    plan: DemoPlan,
    *,
    secret_key: str,
    password: str,
    wall_now: datetime,
) -> Founded:
    """Found everything but the trial.

    Args:
        engine: of an empty, migrated database.
        stories: who the patients are.
        plan: when the play begins.
        secret_key: the installation's own.
        password: of all accounts; nobody needs to know it, since the guide's links sign in.
        wall_now: the real moment, which sessions are counted by.
    """
    begins_at = moment(plan.begins_on, time(8))
    with unit(engine, Scope(None, "operator"), write=True) as session:
        found_installation(session, kind="sandbox", clock_at=begins_at, now=wall_now)
        clinic = demo_clinic(session, name=CLINIC_NAME, now=begins_at)
        staff = hire(session, CLINIC_STAFF, password=password, now=begins_at)
        in_hospital, outpatient = _regimens(session, now=begins_at)
        beds = _beds_and_chairs(session, now=begins_at)
        _, key = make_key(
            session, name="Try the API (simulated)", kind="test", scopes=list(KEY_SCOPES), now=begins_at
        )
    tokens = {}
    for person in CLINIC_STAFF[:2]:
        with unit(engine, Scope(None, "staff"), write=True) as session:
            signed_in = sign_in(session, email=person.email, password=password, now=wall_now)
            tokens[person.role] = signed_in.token
    nurse = Scope(clinic.id, "staff", staff[0].id, staff[0].role)
    patients = {}
    with unit(engine, nurse, write=True) as session:
        for story in stories:
            patient, token = _admit_with_phone(session, story.number, story.admitted_on, nurse, secret_key)
            patients[story.number] = patient.uid
            tokens[story.pseudonym] = token
        visitor = _visitor(session, len(stories) + 1, in_hospital, plan, nurse)
    cast = Cast(patients, in_hospital.uid, outpatient.uid, beds)
    return Founded(clinic.id, cast, visitor.uid, tokens, key)


def demo_clinic(session: Session, *, name: str, now: datetime) -> Clinic:
    """A clinic that says in every text that it is none; the unit has entered it afterwards."""
    return found_clinic(
        session,
        name=name,
        zone=ZONE.key,
        phone=CLINIC_PHONE,
        opening_hours=OPENING_HOURS,
        emergency_text=EMERGENCY_TEXT,
        forecast_mode="on",
        protocol=Protocol(),
        now=now,
    )


def hire(session: Session, people: Sequence[Person], *, password: str, now: datetime) -> list[Staff]:
    """Accounts in the clinic that the unit has entered."""
    return [
        add_staff(session, email=one.email, name=one.name, role=one.role, password=password, now=now)
        for one in people
    ]


def moment(day: date, hour: time) -> datetime:
    """A time of a day at the clinic."""
    return datetime.combine(day, hour, ZONE)


def _regimens(session: Session, *, now: datetime) -> tuple[Regimen, Regimen]:
    """As published: Dahan 2011 (4.2 days in hospital), Cohen 2018 (ten days of four hours)."""
    in_hospital = add_regimen(
        session,
        name="S-ketamine, five days in hospital",
        agent="s_ketamine",
        setting="inpatient",
        infusion_days=5,
        hours_a_day=20,
        dose_as_written="5 to 20 mg/h per 70 kg, by relief",
        dose_mg_kg_h=None,
        series_gap_max_days=0,
        adjuncts=(),
        now=now,
    )
    outpatient = add_regimen(
        session,
        name="Ketamine, ten outpatient days",
        agent="racemic",
        setting="outpatient",
        infusion_days=10,
        hours_a_day=4,
        dose_as_written="0.35 mg/kg/h for 4 h a day",
        dose_mg_kg_h=0.35,
        series_gap_max_days=3,
        adjuncts=(),
        now=now,
    )
    return in_hospital, outpatient


def _beds_and_chairs(session: Session, *, now: datetime) -> list[str]:
    """Three beds for the whole week, two chairs for its working days; uids of the beds."""
    beds = [
        add_chair(session, name=f"Bed {n + 1}", kind="bed", weekdays=WEEKDAYS, now=now) for n in range(BEDS)
    ]
    for n in range(CHAIRS):
        add_chair(session, name=f"Chair {n + 1}", kind="chair", weekdays=WEEKDAYS[:5], now=now)
    return [bed.uid for bed in beds]


def _visitor(session: Session, number: int, regimen: Regimen, plan: DemoPlan, nurse: Scope) -> Patient:
    """Admitted on the last Friday, with a bed in a week; the phone is still to be paired."""
    friday = plan.frozen_on - timedelta(days=3)
    patient = _admit(session, number, friday, nurse)
    plan_course(
        session,
        patient,
        regimen=regimen,
        planned_first_day=plan.frozen_on + timedelta(weeks=1),
        treated_area=area_of(number),
        now=moment(friday, ADMITTED_AT),
    )
    return patient


def _admit_with_phone(
    session: Session, number: int, admitted_on: date, nurse: Scope, secret_key: str
) -> tuple[Patient, str]:
    """Admit a patient, as the nurse; then pair the phone, as the patient does."""
    now = moment(admitted_on, ADMITTED_AT)
    patient = _admit(session, number, admitted_on, nurse)
    code, _ = make_code(session, patient, secret_key=secret_key, now=now)
    session.flush()
    enter(session, Scope(None, "patient"))
    phone = Phone(ZONE.key, "en", "demo 1", label="simulated phone", platform="simulated", client_version="1")
    enrolled = redeem(session, code, phone, secret_keys=[secret_key], now=now + PAIRED_AFTER)
    return patient, enrolled.token


def _admit(session: Session, number: int, admitted_on: date, nurse: Scope) -> Patient:
    """A patient with an identity and a liver test."""
    now = moment(admitted_on, ADMITTED_AT)
    enter(session, nurse)
    patient = admit(
        session,
        pseudonym=f"P-{number:02}",
        zone=ZONE.key,
        locale="en",
        identity=identity_of(number),
        now=now,
        owner_id=nurse.actor_id,
    )
    record_event(
        session,
        patient,
        kind="liver_test",
        day=admitted_on,
        detail="simulated",
        alt_u_l=18.0 + number * 7 % 23,
        ast_u_l=16.0 + number * 5 % 19,
        today=admitted_on,
        now=now,
    )
    return patient
