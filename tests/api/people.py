"""Who asks in tests of the API: a phone, a nurse, a physician, a machine; each by its own token."""

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from config.settings import Settings
from diary.services.sandbox import installation, move_clock
from diary.services.staff import hashed, make_key, open_session
from diary.storage.ids import new_uid
from diary.storage.tables.staff import Staff
from diary.storage.unit import SYSTEM, own, unit
from tests.apps import app_of
from tests.little_clinic import FIRST_DAY, ZONE, LittleClinic

SECRET = "pV3x0_Wm9Qe7Yk2Ls8Tb4Hd6Jf1Rz5Nc-Ga8Xu2Wq7Ie"
PASSWORD = "four plain words together"
# While a baseline is asked for.
TODAY = FIRST_DAY - timedelta(days=5)
YESTERDAY = TODAY - timedelta(days=1)
ALL_SCOPES = [
    "entries:write",
    "entries:read",
    "patients:write",
    "patients:read",
    "courses:write",
    "courses:read",
    "alerts:read",
    "alerts:write",
    "bookings:read",
    "bookings:write",
    "sandbox",
]


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody with a token; every call is one HTTP request."""

    app: Flask
    token: str | None

    def get(self, path: str, **query: Any) -> TestResponse:
        return self.app.test_client().get(path, query_string=query, headers=self._headers())

    def post(
        self, path: str, body: dict[str, Any] | None = None, *, version: int | None = None
    ) -> TestResponse:
        headers = self._headers(version)
        return self.app.test_client().post(path, json=body if body is not None else {}, headers=headers)

    def patch(self, path: str, body: dict[str, Any], *, version: int | None = None) -> TestResponse:
        return self.app.test_client().patch(path, json=body, headers=self._headers(version))

    def delete(self, path: str) -> TestResponse:
        return self.app.test_client().delete(path, headers=self._headers())

    def _headers(self, version: int | None = None) -> dict[str, str]:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return headers | ({"If-Match": f'"{version}"'} if version is not None else {})


def make_app(database_url: str) -> Flask:
    """The app on a test's database, with the real clock."""
    settings = Settings.from_env({"DIARY_DATABASE_URL": database_url, "DIARY_SECRET_KEY": SECRET})
    return app_of(settings, lambda: datetime.now(UTC))


def nobody(app: Flask) -> Caller:
    """Somebody without a token."""
    return Caller(app, None)


def person(app: Flask, clinic: LittleClinic, role: str) -> Caller:
    """The clinic's person in this role, with a new session."""
    now, email = datetime.now(UTC), email_of(clinic, role)
    with clinic.unit(write=True) as session:
        somebody = session.scalars(own(session, Staff).where(Staff.email == email)).one_or_none()
        if somebody is None:
            somebody = Staff(
                clinic_id=clinic.clinic_id,
                uid=new_uid(now),
                email=email,
                name=f"A {role}",
                role=role,
                password_hash=_hashed_once(),
                created_at=now,
            )
            session.add(somebody)
            session.flush()
        # An admin may have changed it, or ended the account, in what was asked before.
        somebody.role, somebody.disabled_at = role, None
        session.flush()
        return Caller(app, open_session(session, somebody, now=now).token)


@cache
def _hashed_once() -> str:
    """To hash takes 30 ms on purpose, and to check as long."""
    return hashed(PASSWORD, about=())


def email_of(clinic: LittleClinic, role: str) -> str:
    """The sign-in name of the clinic's one person in this role."""
    return f"{role}-{clinic.clinic_id}@example.org"


def machine(app: Flask, clinic: LittleClinic, scopes: list[str] | None = None) -> Caller:
    """An integration key of the clinic."""
    with clinic.unit(write=True) as session:
        _, secret = make_key(
            session,
            name="test",
            kind="test",
            scopes=ALL_SCOPES if scopes is None else scopes,
            now=datetime.now(UTC),
        )
    return Caller(app, secret)


def phone(app: Flask, staff: Caller, patient_uid: str) -> Caller:
    """A phone of the patient, enrolled over HTTP with a code from staff."""
    code = staff.post(f"/v1/patients/{patient_uid}/enrolment-codes")
    assert code.status_code == 201, code.json
    body = {"code": code.json["code"], "zone": ZONE.key, "locale": "en", "consent_version": "1"}
    answer = nobody(app).post("/v1/enrolments", body)
    assert answer.status_code == 201, answer.json
    return Caller(app, answer.json["token"])


def answer_of(day: date, nrs: Any, **more: Any) -> dict[str, Any]:
    """An entry as a phone sends it, answered at eight in the evening of its day."""
    moment = datetime.combine(day, time(20), ZONE).isoformat()
    return {
        "id": str(uuid.uuid4()),
        "day": day.isoformat(),
        "nrs": nrs,
        "answered_at": moment,
        "sent_at": moment,
        "zone": ZONE.key,
        **more,
    }


def set_clock(clinic: LittleClinic, moment: datetime) -> None:
    """Put the sandbox clock on a later moment, without running nights."""
    with unit(clinic.engine, SYSTEM, write=True) as session:
        assert installation(session).kind == "sandbox"
        assert move_clock(session, to=moment)


def problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    """The problem that this answer is."""
    assert (answer.status_code, answer.json.get("code")) == (status, code), answer.json
    assert answer.content_type == "application/problem+json"
    return dict(answer.json)
