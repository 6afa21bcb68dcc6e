"""A clinic whose patients use the phone's pages, at a time that the test sets."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from threading import Thread
from zoneinfo import ZoneInfo

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from config.protocol import Protocol
from config.settings import Settings
from diary.services import clinics, courses, enrolment, patients
from diary.storage.engine import make_engine
from diary.storage.entries import versions_of
from diary.storage.patients import patient_by_id
from diary.storage.tables.entry import Entry
from diary.storage.tables.patient import Patient
from diary.storage.unit import Scope, own, unit
from tests.apps import app_of

ZONE = ZoneInfo("Europe/Amsterdam")
# A Saturday, and the day before it.
TODAY = date(2026, 11, 21)
YESTERDAY = date(2026, 11, 20)
SECRET = "for tests only: W4mQy7rTz2nKx9LbPf6sVd3HcJ8gRqAw"
ANYWHERE = "https://diary.example.org"


def at(day: date, hour: int = 20, minute: int = 0) -> datetime:
    """A moment on the clock of Amsterdam."""
    return datetime.combine(day, time(hour, minute), ZONE)


@dataclass
class Clock:
    """The time that the app is given; a test turns it."""

    moment: datetime = field(default_factory=lambda: at(TODAY))

    def __call__(self) -> datetime:
        return self.moment.astimezone(ZoneInfo("UTC"))


@dataclass(frozen=True)
class PhoneClinic:
    """One clinic, the app in front of it, and its clock."""

    app: Flask
    engine: Engine
    clinic_id: int
    clock: Clock

    @contextmanager
    def unit(self, *, write: bool = False, role: str = "physician") -> Iterator[Session]:
        """A unit of work of the clinic's operator."""
        with unit(self.engine, Scope(self.clinic_id, "operator", role=role), write=write) as session:
            yield session

    def admit(self, pseudonym: str = "P-0042", *, area: str | None = "in your right hand and arm") -> int:
        """A patient with a planned course and a treated area."""
        with self.unit(write=True) as session:
            patient = patients.admit(
                session, pseudonym=pseudonym, zone=ZONE.key, locale="en", identity=None, now=self.clock()
            )
            courses.plan_course(
                session,
                patient,
                regimen=None,
                planned_first_day=TODAY + timedelta(days=14),
                treated_area=area,
                now=self.clock(),
            )
            return patient.id

    def code(self, patient_id: int) -> str:
        """A new enrolment code, as the clinic prints it."""
        with self.unit(write=True) as session:
            patient = patient_by_id(session, patient_id, lock=True)
            code, _ = enrolment.make_code(session, patient, secret_key=SECRET, now=self.clock())
            return code

    def patient(self, patient_id: int) -> Patient:
        """The patient's row."""
        with self.unit() as session:
            return patient_by_id(session, patient_id)

    def entries(self, patient_id: int) -> list[Entry]:
        """Every version of every day, by day and version."""
        with self.unit() as session:
            return versions_of(session, patient_id)

    def standing(self, patient_id: int) -> dict[date, int | None]:
        """The score that counts, by day."""
        return {entry.day: entry.nrs for entry in self.entries(patient_id) if entry.standing}

    def rows(self, table: type) -> list:
        """Every row of a table of this clinic."""
        with self.unit() as session:
            return list(session.scalars(own(session, table)))

    def client(self) -> FlaskClient:
        """A browser without JavaScript, on a phone of its own."""
        return self.app.test_client()

    def phone(self, patient_id: int) -> "Phone":
        """A phone that has joined."""
        phone = Phone(self.client())
        assert phone.join(self.code(patient_id)).status_code == 303
        return phone

    @contextmanager
    def served(self) -> Iterator[str]:
        """The app on a port of its own, for a real browser."""
        server = make_server("localhost", 0, self.app, threaded=True)
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://localhost:{server.port}"
        finally:
            server.shutdown()
            thread.join()


@dataclass(frozen=True)
class Phone:
    """What a browser does with the pages: it keeps cookies and sends the forms as they stand."""

    client: FlaskClient

    def get(self, path: str):
        """Open a page."""
        return self.client.get(path, base_url=ANYWHERE)

    def post(self, path: str, values: dict):
        """Send a form."""
        return self.client.post(path, data=values, base_url=ANYWHERE)

    def form(self, path: str) -> dict[str, str]:
        """The hidden fields of the page at this address."""
        return hidden(self.get(path).text)

    def join(self, code: str, **chosen: str):
        """Type the code, agree, and send."""
        self.get("/app/join")
        page = self.post("/app/join", {**self.form("/app/join"), "code": code})
        if page.status_code != 200:
            return page
        return self.post("/app/join/agree", {**hidden(page.text), "place": "Europe/Amsterdam", **chosen})

    def answer(self, nrs: int, day: date = TODAY, *, change: bool = False):
        """Open the question of a day, choose a number, and save."""
        path = f"/app/days/{day}"
        page = f"{path}/change" if change else path
        return self.post(path, {**self.form(page), "nrs": str(nrs)})


def hidden(html: str) -> dict[str, str]:
    """The hidden fields of a page."""
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', html))


def text_of(html: str) -> str:
    """What a page says, without its tags."""
    inner = re.sub(r"<(title|svg|select).*?</\1>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", inner)).replace("&#39;", "'").strip()


def open_clinic(database_url: str, *, kind: str = "live") -> PhoneClinic:
    """A clinic in Amsterdam, founded, with the phone's door open."""
    engine = make_engine(database_url)
    clock = Clock()
    with unit(engine, Scope(None, "operator"), write=True) as session:
        clock_at = clock() if kind == "sandbox" else None
        clinics.found_installation(session, kind=kind, clock_at=clock_at, now=clock())
        clinic = clinics.found_clinic(
            session,
            name="Pain Centre Leiden",
            zone=ZONE.key,
            phone="+31 71 000 00 00",
            opening_hours="Monday to Friday, 9:00 to 17:00",
            emergency_text="Call 112.",
            forecast_mode="shadow",
            protocol=Protocol(),
            now=clock(),
        )
    settings = Settings.from_env({"DIARY_SECRET_KEY": SECRET})
    return PhoneClinic(app_of(settings, clock, engine=engine), engine, clinic.id, clock)


def join(clinic: PhoneClinic) -> tuple[int, Phone]:
    """Have a patient and a phone that joined a week ago."""
    clinic.clock.moment = at(TODAY - timedelta(days=7))
    patient_id = clinic.admit()
    phone = clinic.phone(patient_id)
    clinic.clock.moment = at(TODAY)
    return patient_id, phone
