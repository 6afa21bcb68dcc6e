"""Every state and alert that the plain rule can tell, by posts over HTTP and the scheduler process only.

Nothing is called that a phone or the scheduler would not call: the phones post to the app, `python -m jobs`
moves the sandbox clock and runs the nights. Infusions are recorded beforehand, as a nurse would have.
"""

import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from config.settings import Settings
from diary.app import create_app
from diary.services import enrolment
from diary.services.sandbox import ask_to_advance, installation, move_clock
from diary.storage.alerts import alerts_of_patient
from diary.storage.courses import courses_of
from diary.storage.engine import make_engine
from diary.storage.nights import assessments, nights_page
from diary.storage.patients import patient_by_id
from diary.storage.unit import SYSTEM, unit
from tests.little_clinic import FIRST_DAY, INFUSION_DAYS, ZONE, LittleClinic, at, day_number, found

ROOT = Path(__file__).parents[2]
SECRET = "pV3x0_Wm9Qe7Yk2Ls8Tb4Hd6Jf1Rz5Nc-Ga8Xu2Wq7Ie"
LAST = 70  # course day of the last night
POST_EVERY_DAYS = 3
DEADLINE = timedelta(seconds=100)

EIGHTS = "8 " * 14


@dataclass(frozen=True, slots=True)
class Story:
    """A diary written out from 14 days before the infusion, and what must come of it."""

    after: str
    state: str
    alerts: frozenset[str]
    before: str = EIGHTS
    infusion_starts: date = FIRST_DAY
    infused: bool = True


def story(after: str, state: str, *alerts: str, **more: Any) -> Story:
    return Story(after, state, frozenset(alerts), **more)


LATER = FIRST_DAY + timedelta(days=60)
STORIES = {
    "planned": story("", "preparing", infused=False, infusion_starts=FIRST_DAY + timedelta(days=80)),
    "just infused": story("2 " * 10, "learning", infusion_starts=LATER),
    "well": story("2 " * LAST, "holding"),
    "lost": story("2 " * 30 + "5 " * 7 + "7 " * 33, "loss", "loss", "review"),
    # Three days at 7 lift the mean of 14 days by 15 / 14 points: just enough for the review as well.
    "stepped": story("2 " * (LAST - 3) + "7 7 7", "step", "step", "review"),
    "rising above the line": story("2 " * 50 + "4 " * 20, "holding", "review"),
    "never helped": story("7 " * LAST, "no_response", "no_response"),
    "silent": story("2 " * 40, "silent", "silence"),
    "seldom": story("2 " * 20 + "2 . . " * 17, "cannot_tell"),
    "no baseline": story("5 " * LAST, "cannot_tell", before=". " * 14),
}


@pytest.fixture
def clinic(sqlite_url: str) -> Iterator[LittleClinic]:
    engine = make_engine(sqlite_url)
    yield found(engine, first_night=FIRST_DAY)
    engine.dispose()


@pytest.fixture
def client(sqlite_url: str) -> FlaskClient:
    settings = Settings.from_env({"DIARY_DATABASE_URL": sqlite_url, "DIARY_SECRET_KEY": SECRET})
    return create_app(settings, lambda: datetime.now(UTC)).test_client()


@pytest.fixture
def scheduler(sqlite_url: str) -> Iterator["subprocess.Popen[bytes]"]:
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith("DIARY_")},
        "DIARY_DATABASE_URL": sqlite_url,
        "DIARY_SECRET_KEY": SECRET,
        "DIARY_TICK_S": "0.05",
        "DIARY_LOG_LEVEL": "ERROR",
    }
    process = subprocess.Popen([sys.executable, "-m", "jobs"], cwd=ROOT, env=environ)
    yield process
    process.terminate()
    assert process.wait(timeout=20) == 0


def test_every_state_and_alert_is_reached_by_posts_and_the_scheduler_alone(clinic, client, scheduler):
    ids = {name: admit(clinic, name, told) for name, told in STORIES.items()}
    phones = {name: enrol(clinic, client, patient_id) for name, patient_id in ids.items()}
    answers = {name: answers_of(told) for name, told in STORIES.items()}

    advance(clinic, scheduler, to=at(FIRST_DAY - timedelta(days=1), hour=21))
    day = FIRST_DAY - timedelta(days=1)
    last_day = day_number(LAST)
    while True:
        for name, token in phones.items():
            post(client, token, [answer for answer in answers[name] if answer[0] <= day], sent_on=day)
            answers[name] = [answer for answer in answers[name] if answer[0] > day]
        if day == last_day:
            break
        day = min(day + timedelta(days=POST_EVERY_DAYS), last_day)
        advance(clinic, scheduler, to=at(day, hour=21))
    ask_for_a_call(client, phones["well"])
    mark_red_flag(client, phones["just infused"], last_day)
    advance(clinic, scheduler, to=at(last_day + timedelta(days=1), hour=9))

    with clinic.unit() as session:
        states = {}
        for name, patient_id in ids.items():
            (course,) = courses_of(session, patient_id)
            states[name] = assessments(session, [course.id])[course.id].state
        (run,) = nights_page(session, before=None, limit=1)
    assert states == {name: told.state for name, told in STORIES.items()}

    told = {name: standing_alerts(clinic, patient_id) for name, patient_id in ids.items()}
    expected = {name: set(one.alerts) for name, one in STORIES.items()}
    expected["well"].add("call_me")
    expected["just infused"].add("red_flag")
    assert told == expected

    assert run.night == last_day
    assert (run.courses_seen, run.courses_silent, run.courses_failed) == (len(STORIES), 1, 0)
    assert run.courses_judged == len(STORIES) - 1


def admit(clinic: LittleClinic, name: str, told: Story) -> int:
    """A patient with a course, its infusion recorded beforehand."""
    patient_id = clinic.admit(name, first_day=told.infusion_starts)
    if told.infused:
        clinic.infuse(patient_id, first_day=told.infusion_starts)
    return patient_id


def enrol(clinic: LittleClinic, client: FlaskClient, patient_id: int) -> str:
    now = at(FIRST_DAY - timedelta(days=20))
    with clinic.unit(write=True) as session:
        code, _ = enrolment.make_code(session, patient_by_id(session, patient_id), secret_key=SECRET, now=now)
    body = {"code": code, "zone": ZONE.key, "locale": "en", "consent_version": "1"}
    answer = client.post("/v1/enrolments", json=body)
    assert answer.status_code == 201, answer.json
    token: str = answer.json["token"]
    return token


def answers_of(told: Story) -> list[tuple[date, int]]:
    starts = told.infusion_starts
    first = starts - timedelta(days=14)
    days = [(first + timedelta(days=n), word) for n, word in enumerate(told.before.split())]
    after = starts + timedelta(days=INFUSION_DAYS)
    days += [(after + timedelta(days=n), word) for n, word in enumerate(told.after.split())]
    return [(day, int(word)) for day, word in days if word != "."]


def post(client: FlaskClient, token: str, answers: list[tuple[date, int]], *, sent_on: date) -> None:
    """What waited on the phone, each answered at eight in the evening of its day."""
    if not answers:
        return
    rows = [
        {
            "id": str(uuid.uuid4()),
            "day": day.isoformat(),
            "nrs": nrs,
            "answered_at": datetime.combine(day, time(20), ZONE).isoformat(),
            "sent_at": datetime.combine(sent_on, time(21), ZONE).isoformat(),
            "zone": ZONE.key,
        }
        for day, nrs in answers
    ]
    answer = client.post("/v1/entries/batch", json={"entries": rows}, headers=bearer(token))
    assert answer.status_code == 200, answer.json
    assert {row["status"] for row in answer.json["results"]} == {"stored"}, answer.json


def ask_for_a_call(client: FlaskClient, token: str) -> None:
    answer = client.post("/v1/calls", json={"id": str(uuid.uuid4())}, headers=bearer(token))
    assert answer.status_code in (200, 201), answer.json


def mark_red_flag(client: FlaskClient, token: str, day: date) -> None:
    moment = datetime.combine(day, time(20, 30), ZONE).isoformat()
    body = {
        "id": str(uuid.uuid4()),
        "day": day.isoformat(),
        "items": {"urine": 1},
        "answered_at": moment,
        "sent_at": moment,
        "zone": ZONE.key,
    }
    answer = client.post("/v1/items", json=body, headers=bearer(token))
    assert answer.status_code in (200, 201), answer.json


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def standing_alerts(clinic: LittleClinic, patient_id: int) -> set[str]:
    """Kinds of alerts that were not superseded: answers of three days come together, so doubt may pass."""
    with clinic.unit() as session:
        return {
            alert.kind for alert in alerts_of_patient(session, patient_id) if alert.status != "superseded"
        }


def advance(clinic: LittleClinic, scheduler: "subprocess.Popen[bytes]", *, to: datetime) -> None:
    """Ask for a later time, as the desk does, and wait until the scheduler process has brought it about."""
    with unit(clinic.engine, SYSTEM, write=True) as session:
        ask_to_advance(session, to=to)
    wait_until(scheduler, lambda: clock_stands_at(clinic, to))


def clock_stands_at(clinic: LittleClinic, moment: datetime) -> bool:
    with unit(clinic.engine, SYSTEM, write=False) as session:
        here = installation(session)
        return here.clock_at == moment and here.target_at is None


def wait_until(scheduler: "subprocess.Popen[bytes]", holds: Callable[[], bool]) -> None:
    """Look again and again; the scheduler's own end, or a long wait, is a failure."""
    give_up_at = datetime.now(UTC) + DEADLINE
    while not holds():
        assert scheduler.poll() is None, "the scheduler process ended"
        assert datetime.now(UTC) < give_up_at, "the scheduler did not move the clock"


def test_the_sandbox_clock_never_goes_back(clinic):
    with unit(clinic.engine, SYSTEM, write=True) as session:
        assert not move_clock(session, to=at(FIRST_DAY - timedelta(days=400)))
