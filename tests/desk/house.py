"""A small clinic with a desk: staff who can sign in, patients with alerts, the app itself."""

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from config.settings import Settings
from diary.services import alerts, patients, sandbox, staff
from diary.storage.courses import courses_of
from diary.storage.ids import new_uid
from diary.storage.patients import patient_by_id
from diary.storage.tables.audit import Audit
from diary.storage.tables.patient import Patient
from diary.storage.tables.staff import Staff
from diary.storage.unit import Scope, own, unit
from diary.web.asking import STAFF_COOKIE, csrf_token
from tests import little_clinic
from tests.apps import app_of
from tests.little_clinic import FIRST_DAY, LittleClinic, a_regimen, at

PASSWORD = "four plain words here"
NEW_PASSWORD = "quite another four words"
SECRET = "Zr8kQ2vX7mN4pL9wT1yB6cJ3hF5gD0sA8eU2iO7rK6tV"
PEOPLE = {
    "nurse": "Anna Visser",
    "second nurse": "Joost Bos",
    "physician": "Bram de Wit",
    "coordinator": "Carla Smit",
    "admin": "Daan Mulder",
    "second admin": "Femke Prins",
    "researcher": "Eva Kok",
}
# Day 85 after the infusion of `little_clinic`: 09:00 on the morning after the night of day 84.
MORNING = at(little_clinic.day_number(85))


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody signed in at the desk, without a browser."""

    client: FlaskClient

    @property
    def csrf(self) -> str:
        """What this person's forms carry."""
        cookie = self.client.get_cookie(STAFF_COOKIE)
        assert cookie is not None
        return csrf_token(SECRET, cookie.value)

    def get(self, path: str, *, status: int = 200) -> str:
        """A page's text."""
        response = self.client.get(path)
        assert response.status_code == status, f"{path}: {response.status_code}"
        return response.get_data(as_text=True)

    def post(self, path: str, **fields: object) -> TestResponse:
        """Send a form."""
        return self.client.post(path, data={"csrf": self.csrf, **fields})


@dataclass(frozen=True, slots=True)
class Desk:
    """The clinic, its app, and its sandbox clock."""

    app: Flask
    clinic: LittleClinic

    @property
    def engine(self) -> Engine:
        """The clinic's database."""
        return self.clinic.engine

    def set_clock(self, moment: datetime) -> None:
        """Put the sandbox clock on, without running a night."""
        with unit(self.engine, Scope(None, "operator"), write=True) as session:
            sandbox.move_clock(session, to=moment)

    def sign_in(self, who: str = "nurse") -> Person:
        """Somebody of this role, with a new session: to check a password takes 30 ms on purpose."""
        self.admit_person(who)
        client = self.app.test_client()
        with self.clinic.unit(write=True) as session:
            person = session.scalars(own(session, Staff).where(Staff.email == email_of(who))).one()
            opened = staff.open_session(session, person, now=datetime.now(UTC))
        client.set_cookie(STAFF_COOKIE, opened.token, secure=True)
        return Person(client)

    def admit_person(self, who: str) -> None:
        """An account, once."""
        with self.clinic.unit(write=True) as session:
            known = session.scalars(own(session, Staff).where(Staff.email == email_of(who))).first()
            if known is None:
                account = Staff(
                    clinic_id=self.clinic.clinic_id,
                    uid=new_uid(at(FIRST_DAY)),
                    email=email_of(who),
                    name=PEOPLE[who],
                    role=who.removeprefix("second "),
                    password_hash=_hashed_once(),
                    created_at=at(FIRST_DAY),
                )
                session.add(account)

    def patient(self, pseudonym: str, *, name: str | None = None) -> int:
        """A patient past an infusion, with a baseline of 8 and no answers since."""
        patient_id = self.clinic.admit(pseudonym)
        self.clinic.write(patient_id, FIRST_DAY - timedelta(days=7), "8 " * 7)
        self.clinic.infuse(patient_id)
        if name is not None:
            self.name(patient_id, name)
        return patient_id

    def name(self, patient_id: int, name: str, *, birth_date: date = date(1979, 3, 12)) -> None:
        """Say who a patient is."""
        with self.clinic.unit(write=True) as session:
            identity = patients.Identity(name, birth_date, f"H{patient_id:05}", "020 000 00 01")
            patients.set_identity(session, patient_by_id(session, patient_id), identity, now=at(FIRST_DAY))

    def alert(
        self,
        patient_id: int,
        kind: str,
        level: str | None = None,
        *,
        opened_at: datetime = MORNING,
        night: date | None = None,
        **facts: object,
    ) -> str:
        """A live alert in the patient's newest course; its uid."""
        with self.clinic.unit(write=True) as session:
            course = courses_of(session, patient_id)[-1]
            news = alerts.News(patient_id, course.id, kind, facts=facts, level=level, night=night)
            return alerts.raise_alert(session, news, now=opened_at).uid

    def uid(self, patient_id: int) -> str:
        """A patient's public id."""
        with self.clinic.unit() as session:
            return patient_by_id(session, patient_id).uid

    def page(self, patient_id: int) -> str:
        """The address of a patient's page."""
        return f"/desk/patients/{self.uid(patient_id)}"

    def audited(self, action: str) -> list[Audit]:
        """The audit rows of one kind of act."""
        with self.clinic.unit() as session:
            return list(session.scalars(own(session, Audit).where(Audit.action == action).order_by(Audit.id)))

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A unit of work that looks."""
        with self.clinic.unit() as session:
            yield session


@cache
def _hashed_once() -> str:
    return staff.hashed(PASSWORD, about=())


def desk_on(engine: Engine, **chosen: str) -> Desk:
    """A clinic with a regimen and its app, on a migrated database, on the morning of day 85.

    `chosen` are settings by their names in the environment.
    """
    clinic = little_clinic.found(engine)
    with clinic.unit(write=True) as session:
        a_regimen(session)
    settings = Settings.from_env({"DIARY_SECRET_KEY": SECRET, "DIARY_DEMO_KEY": SECRET[::-1], **chosen})
    desk = Desk(app_of(settings, lambda: datetime.now(UTC), engine=engine), clinic)
    desk.set_clock(MORNING)
    return desk


def free_port() -> int:
    """A port that nobody holds: for an app that must know its own address before it is served."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


@contextmanager
def serving(app: Flask, *, port: int = 0) -> Iterator[str]:
    """The app on a port of its own; browsers take secure cookies from localhost without a certificate."""
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:  # or a test that fails leaves pytest waiting for this thread
        server.shutdown()
        thread.join()
        server.server_close()


def email_of(who: str) -> str:
    """Where somebody signs in; the demo's own addresses for the nurse and the physician."""
    return f"{who.replace(' ', '-')}@clinic.example"


def rows_in(page: str) -> int:
    """How many rows of the worklist a page shows."""
    return len(re.findall(r'<tr class="row ', page))


def version_in(page: str, *, action: str) -> str:
    """The version that the form with this action carries."""
    found = re.search(rf'action="{re.escape(action)}"[^>]*>.*?name="version" value="(\d+)"', page, re.DOTALL)
    assert found is not None, action
    return found.group(1)


def words_of(page: str) -> str:
    """The page as it is read: without tags, in single spaces."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def the_patient(desk: Desk) -> Patient:
    """The patient who was admitted last."""
    with desk.reading() as session:
        return session.scalars(own(session, Patient).order_by(Patient.id.desc())).first()
