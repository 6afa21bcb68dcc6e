"""What machines are told: /healthz, /readyz, and /metrics for whoever shows the operator's token."""

import resource
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text

from config.duties import JOB_SILENT_MAX
from config.settings import Settings
from config.words import MESSAGE_STATES
from diary.app import create_app
from diary.services.nights import run_due
from diary.services.sandbox import move_clock
from diary.storage.engine import make_engine
from diary.storage.unit import SYSTEM, unit
from diary.storage.watch import beats, put_beat
from tests.conftest import Database
from tests.little_clinic import FIRST_DAY, LittleClinic, at, found

SECRET = "Zr8kQ2vX7mN4pL9wT1yB6cJ3hF5gD0sA8eU2iO7rK6tV"
TOKEN = "Bq4wT8yN1mK6pX3vL9rZ7cJ2hF5gD0sA8eU2iO7rK6tE"
# An hour after the first night fell due.
MORNING = at(FIRST_DAY + timedelta(days=1), hour=5)


@pytest.fixture
def clinic(database_url: str) -> Iterator[LittleClinic]:
    engine = make_engine(database_url)
    yield found(engine)
    engine.dispose()


def app_of(clinic: LittleClinic, *, now: datetime = MORNING, **settings: str) -> Flask:
    url = clinic.engine.url.render_as_string(hide_password=False)
    chosen = {"DIARY_DATABASE_URL": url, "DIARY_SECRET_KEY": SECRET, **settings}
    return create_app(Settings.from_env(chosen), clock=lambda: now)


@pytest.fixture
def client(clinic: LittleClinic) -> FlaskClient:
    return app_of(clinic, DIARY_METRICS_TOKEN=TOKEN).test_client()


def put_clock(clinic: LittleClinic, now: datetime) -> None:
    with unit(clinic.engine, SYSTEM, write=True) as session:
        move_clock(session, to=now)


def run_nights(clinic: LittleClinic, now: datetime) -> None:
    run_due(clinic.engine, now=now, wall=lambda: now, owner="me")


def numbers(client: FlaskClient) -> dict[str, float]:
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_it_is_ready_and_says_how_old_the_last_complete_night_is(clinic, client):
    run_nights(clinic, MORNING)
    put_clock(clinic, MORNING + timedelta(hours=5))
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json == {
        "status": "ok",
        "database": "ok",
        "revision": "ok",
        "writes": "ok",
        "hours_overdue": 0.0,
        "night_age_hours": 6.0,
    }


@pytest.mark.parametrize(("hours", "status"), [(26.0, 200), (26.1, 503)])
def test_it_is_not_ready_when_the_last_complete_night_is_over_26_hours_old(clinic, client, hours, status):
    run_nights(clinic, MORNING)
    put_clock(clinic, MORNING - timedelta(hours=1) + timedelta(hours=hours))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["night_age_hours"]) == (status, hours)


def test_it_is_not_ready_when_the_scheduler_was_never_started(clinic, client):
    put_clock(clinic, MORNING + timedelta(hours=2))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["hours_overdue"]) == (503, 3.0)


@pytest.fixture
def full_disk(database: Database) -> Iterator[None]:
    """The database answers and can store nothing more: no file grows, or its server takes no writes."""
    if database.url.startswith("postgresql"):
        engine = create_engine(database.owner_url)
        with engine.begin() as connection:
            name = connection.engine.url.database
            connection.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))
        engine.dispose()
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_it_is_not_ready_when_nothing_can_be_stored(clinic, client, full_disk):
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["status"], answer.json["writes"]) == (
        503,
        "failing",
        "storage_busy",
    )
    assert answer.json["database"] == "ok"


def test_it_writes_once_a_minute_however_often_it_is_asked(clinic, client):
    def written() -> datetime | None:
        with unit(clinic.engine, SYSTEM, write=False) as session:
            return beats(session)["web"].ok_at

    for second, kept in ((0, 0), (1, 0), (59, 0), (60, 60), (30, 30)):  # at last a clock that was set back
        moment = MORNING + timedelta(seconds=second)
        app_of(clinic, now=moment).test_client().get("/readyz")
        assert written() == MORNING + timedelta(seconds=kept), second


def test_metrics_are_those_numbers(clinic, client):
    run_nights(clinic, MORNING)
    put_clock(clinic, MORNING)
    with unit(clinic.engine, SYSTEM, write=True) as session:
        for job in JOB_SILENT_MAX:
            put_beat(session, job, at=MORNING - timedelta(seconds=30), failure=None)
        put_beat(session, "night", at=MORNING, failure="OperationalError")
    assert numbers(client) == {
        "diary_night_overdue_hours": 0.0,
        "diary_night_age_hours": 1.0,
        "diary_courses_not_assessed": 0.0,
        "diary_messages_waiting": 0.0,
        "diary_findings": 0.0,
        **{f'diary_messages{{state="{state}"}}': 0.0 for state in MESSAGE_STATES},
        **{f'diary_job_silent_seconds{{job="{job}"}}': 30.0 for job in JOB_SILENT_MAX},
        **{f'diary_job_failing{{job="{job}"}}': float(job == "night") for job in JOB_SILENT_MAX},
    }


def test_a_job_that_never_ran_has_been_silent_for_ever(clinic, client):
    assert numbers(client)['diary_job_silent_seconds{job="night"}'] == float("inf")


@pytest.mark.parametrize("shown", [None, "Bearer", "Bearer x", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}x"])
def test_without_the_token_metrics_are_refused(client, shown):
    answer = client.get("/metrics", headers={} if shown is None else {"Authorization": shown})
    assert (answer.status_code, answer.json["code"]) == (401, "not_signed_in")


def test_where_no_token_is_set_there_is_no_such_page(clinic):
    answer = app_of(clinic).test_client().get("/metrics", headers={"Authorization": "Bearer None"})
    assert answer.status_code == 404
