"""A clinic with one of everything behind the app, and everybody who may ask it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from config.words import STAFF_ROLES
from diary.services import alerts, bookings
from diary.services.chairs import add_chair
from diary.services.studies import found_study
from diary.services.study_steps import record_step
from diary.services.teams import add_team
from diary.storage.base import Base
from diary.storage.courses import courses_of
from diary.storage.engine import make_engine
from diary.storage.ids import new_uid
from diary.storage.patients import patient_by_id, patient_by_uid
from diary.storage.tables.alert import Alert
from diary.storage.tables.booking import Booking, Chair
from diary.storage.tables.course import Administration, Course, Regimen
from diary.storage.tables.emergency import EmergencyAccess
from diary.storage.tables.entry import Entry
from diary.storage.tables.outbox import Message
from diary.storage.tables.patient import Device, Patient
from diary.storage.tables.signing import Passkey
from diary.storage.tables.staff import IntegrationKey, Staff, StaffSession, Team
from diary.storage.tables.study import Study, StudyStep, Unblinding
from diary.storage.unit import clinic_of, own
from diary.web.rights import ANYONE, INTEGRATION, PATIENT, RIGHTS
from tests.api.people import Caller, answer_of, machine, make_app, nobody, person, phone, set_clock
from tests.little_clinic import FIRST_DAY, LittleClinic, a_regimen, at, day_number, found, join
from tests.web.examples import address, routes

TODAY: Final = day_number(10)
NOW: Final = at(TODAY, hour=20)
NURSE: Final = "nurse"
ARMS: Final = ("ketamine", "saline")

# What an id in an address or a body can name, and the table that it stands in.
KINDS: Final[Mapping[str, type[Base]]] = {
    "patient": Patient,
    "course": Course,
    "entry": Entry,
    "alert": Alert,
    "booking": Booking,
    "chair": Chair,
    "regimen": Regimen,
    "administration": Administration,
    "device": Device,
    "staff": Staff,
    "team": Team,
    "session": StaffSession,
    "passkey": Passkey,
    "message": Message,
    "study": Study,
    "step": StudyStep,
    "unblinding": Unblinding,
    "key": IntegrationKey,
    "access": EmergencyAccess,
}
# Those that go with a patient.
OF_PATIENTS: Final = ("patient", "course", "entry", "alert", "booking", "administration", "device")


@dataclass(frozen=True, slots=True)
class Ground:
    """The clinic, its app, who may ask (by role), and the uid of one object of each kind."""

    app: Flask
    clinic: LittleClinic
    callers: Mapping[str, Caller]
    uids: Mapping[str, str]

    def caller(self, route: str) -> Caller:
        """Somebody who may use this route; nobody in particular where anybody may."""
        if ANYONE in RIGHTS[route]:
            return nobody(self.app)
        return next(caller for role, caller in self.callers.items() if role in RIGHTS[route])

    def address(self, route: str) -> str:
        """The route's address, of our own objects."""
        parts = {f"{kind}_uid": uid for kind, uid in self.uids.items()}
        return address(routes(self.app)[route], **parts)


@contextmanager
def clinics(url: str, *, count: int) -> Iterator[list[Ground]]:
    """So many clinics of one installation behind one app."""
    engine = make_engine(url)
    known = [found(engine), *(join(engine) for _ in range(count - 1))]
    set_clock(known[0], NOW)
    app = make_app(url)
    yield [ground(app, clinic) for clinic in known]
    app.extensions["diary.engine"].dispose()
    engine.dispose()


def ground(app: Flask, clinic: LittleClinic, *roles: str) -> Ground:
    """A bed; a patient past an infusion with an entry, alerts and a booking; and these roles, signed in."""
    patient_uid = a_patient(clinic, f"P-of-{clinic.clinic_id}")
    nurse = person(app, clinic, NURSE)
    device = phone(app, nurse, patient_uid)
    posted = device.post("/v1/entries", answer_of(TODAY, 4))
    assert posted.status_code == 201, posted.json
    with clinic.unit(write=True) as session:
        add_chair(session, name="Bed 1", kind="bed", weekdays=("mon",), now=NOW)
        passkey = _a_passkey(session)
        session.add_all((passkey, _an_access(session, patient_uid, by=passkey.staff_id)))
        add_team(session, name="Hand", now=NOW)
        _a_study(session, patient_uid)
    known = {NURSE: nurse, PATIENT: device}
    callers = {role: known.get(role) or signed_in(app, clinic, role) for role in roles or EVERYBODY}
    return Ground(app, clinic, callers, newest_uids(clinic, tuple(KINDS)))


def newest_uids(clinic: LittleClinic, kinds: Sequence[str]) -> dict[str, str]:
    """Of each kind the object that was made last."""
    with clinic.unit() as session:
        return {kind: _newest_uid(session, KINDS[kind]) for kind in kinds}


def send(
    here: Ground,
    route: str,
    data: str | bytes | None = None,
    *,
    content_type: str | None = "application/json",
    headers: Mapping[str, str] | None = None,
    **query: Any,
) -> TestResponse:
    """A request of somebody who may use the route, about our own objects, with this body or query."""
    token = here.caller(route).token
    known = {"If-Match": '"1"'} | ({"Authorization": f"Bearer {token}"} if token else {})
    body = {} if data is None else {"data": data, "content_type": content_type}
    return here.app.test_client().open(
        here.address(route),
        method=route.partition(" ")[0],
        headers={**known, **(headers or {})},
        query_string=query,
        **body,
    )


def a_patient(clinic: LittleClinic, pseudonym: str) -> str:
    """A patient ten days past an infusion, with alerts and a booking; the uid."""
    patient_id = clinic.admit(pseudonym)
    clinic.write(patient_id, FIRST_DAY - timedelta(days=7), "8 " * 7)
    clinic.infuse(patient_id)
    with clinic.unit(write=True) as session:
        _alerts_and_booking(session, patient_id)
        return patient_by_id(session, patient_id).uid


def _a_passkey(session: Session) -> Passkey:
    """Of a colleague whom no test signs in."""
    colleague = Staff(
        clinic_id=clinic_of(session),
        uid=new_uid(NOW),
        email=f"passkey-{clinic_of(session)}@example.org",
        name="A colleague",
        role="nurse",
        created_at=NOW,
    )
    session.add(colleague)
    session.flush()
    return Passkey(
        clinic_id=clinic_of(session),
        uid=new_uid(NOW),
        staff_id=colleague.id,
        credential_id=f"credential-{clinic_of(session)}",
        public_key=b"key",
        sign_count=0,
        name="Tablet",
        synced=False,
        created_at=NOW,
    )


def _an_access(session: Session, patient_uid: str, *, by: int) -> EmergencyAccess:
    """Of the same colleague: whoever else asks for it, finds nothing."""
    patient = patient_by_uid(session, patient_uid)
    assert patient is not None
    now = datetime.now(UTC)
    return EmergencyAccess(
        clinic_id=clinic_of(session),
        uid=new_uid(now),
        patient_id=patient.id,
        guest_clinic_id=clinic_of(session),
        guest_staff_id=by,
        guest="A colleague",
        reason="an emergency",
        opened_at=now,
        ends_at=now + timedelta(hours=1),
    )


EVERYBODY: Final = (PATIENT, INTEGRATION, *STAFF_ROLES)


def _a_study(session: Session, patient_uid: str) -> None:
    """A masked study for which the patient was screened, and that somebody wants to unblind."""
    study = found_study(
        session, name="Trial", arms=ARMS, masking="masked", estimand="treatment_policy", now=NOW
    )
    patient = patient_by_uid(session, patient_uid)
    assert patient is not None
    record_step(session, study, patient, kind="screened", day=TODAY, today=TODAY, now=NOW)
    asks = session.scalars(own(session, Staff).order_by(Staff.id)).first()
    assert asks is not None
    facts = {"clinic_id": study.clinic_id, "study_id": study.id, "asked_by_id": asks.id}
    session.add(Unblinding(**facts, uid=new_uid(NOW), reason="closed", asked_at=NOW))


def _alerts_and_booking(session: Session, patient_id: int) -> None:
    """A loss that a booking answers, and a step that nobody has taken yet."""
    patient, course = patient_by_id(session, patient_id), courses_of(session, patient_id)[-1]
    for kind, level in (("loss", "watch"), ("step", None)):
        news = alerts.News(patient_id, course.id, kind, facts={}, level=level)
        alerts.raise_alert(session, news, now=at(TODAY, hour=9))
    bookings.request_booking(
        session,
        patient,
        regimen=a_regimen(session, f"Regimen of {patient.clinic_id}"),
        alert=bookings.park_target(session, patient_id),
        note=None,
        now=at(TODAY, hour=10),
    )


def signed_in(app: Flask, clinic: LittleClinic, role: str) -> Caller:
    """A machine by its key, or somebody of staff."""
    return machine(app, clinic) if role == INTEGRATION else person(app, clinic, role)


def _newest_uid(session: Session, table: type[Base]) -> str:
    rows = session.scalars(own(session, table).order_by(table.id.desc()))
    uid: str = next(iter(rows)).uid
    return uid
