"""The real `python -m jobs` on a sandbox: the clock goes where it is asked to, past no night that is due."""

import json
import signal
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from config.duties import JOB_SILENT_MAX
from diary.services.clinics import the_clinic
from diary.services.nights import Due, nights_due
from diary.services.sandbox import ask_to_advance, installation
from diary.storage.engine import make_engine
from diary.storage.nights import claim_night, night_run, nights_page
from diary.storage.tables.night import NightRun
from diary.storage.tables.outbox import Message
from diary.storage.unit import SYSTEM, own, unit
from diary.storage.watch import beats
from tests.jobs.processes import environment, running, until
from tests.little_clinic import FIRST_DAY, LittleClinic, at, day_number, found

LOST = "2 " * 30 + "8 " * 16


@pytest.fixture
def clinic(database_url: str) -> Iterator[LittleClinic]:
    engine = make_engine(database_url)
    yield found(engine)
    engine.dispose()


def ask(clinic: LittleClinic, to) -> None:
    with unit(clinic.engine, SYSTEM, write=True) as session:
        ask_to_advance(session, to=to)


def clock(clinic: LittleClinic):
    with unit(clinic.engine, SYSTEM, write=False) as session:
        return installation(session)


def stands(clinic: LittleClinic) -> bool:
    return clock(clinic).target_at is None


def told(clinic: LittleClinic) -> dict[str, str | None]:
    """What each job last failed of, by the name of the job."""
    with unit(clinic.engine, SYSTEM, write=False) as session:
        return {job: beat.failure for job, beat in beats(session).items()}


def scheduler(url: str, tmp_path: Path, *, tick_s: str = "0.05", **settings: str):
    log = tmp_path / "jobs.log"
    env = environment(database_url=url, tick_s=tick_s, **settings)
    return running("-m", "jobs", env=env, log=log), log


def test_the_scheduler_spreads_its_nights_over_processes_and_ends_with_them(sqlite_url, tmp_path):
    clinic = found(make_engine(sqlite_url))
    patient_id = clinic.treated("P-1", LOST)
    with clinic.unit(write=True) as session:
        the_clinic(session).first_night = day_number(45)
    ask(clinic, at(day_number(47)))
    jobs, log = scheduler(sqlite_url, tmp_path, night_workers="2")
    with jobs as process:
        until(lambda: stands(clinic), process=process, log=log)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert "loss" in [alert.kind for alert in clinic.alerts(patient_id)]
    with clinic.unit() as session:
        assert [run.state for run in nights_page(session, before=None, limit=100)] == ["done"] * 2


def test_the_scheduler_runs_every_night_on_the_way_and_raises_the_alert_with_its_message(
    clinic, database_url, tmp_path
):
    clinic.person("Ada")
    patient_id = clinic.treated("P-1", LOST)
    ask(clinic, at(day_number(47)))
    jobs, log = scheduler(database_url, tmp_path)
    with jobs as process:
        until(lambda: stands(clinic), process=process, log=log)
        until(lambda: set(told(clinic)) == set(JOB_SILENT_MAX), process=process, log=log)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0

    assert clock(clinic).clock_at == at(day_number(47))
    with clinic.unit() as session:
        runs = nights_page(session, before=None, limit=100)
        assert [run.night for run in reversed(runs)] == [
            FIRST_DAY + timedelta(days=n) for n in range((day_number(46) - FIRST_DAY).days + 1)
        ]
        assert {run.state for run in runs} == {"done"}
        assert not any(run.late for run in runs)
        (alert,) = [alert for alert in clinic.alerts(patient_id) if alert.kind == "loss"]
        assert alert.opened_at == at(alert.night + timedelta(days=1), hour=4)
        messages = session.scalars(own(session, Message).where(Message.alert_id == alert.id)).all()
        assert messages
        assert {message.state for message in messages} <= {"new", "delivered", "cancelled"}
    assert told(clinic) == dict.fromkeys(JOB_SILENT_MAX)


def test_the_clock_of_a_sandbox_moves_within_seconds_however_seldom_the_nights_are_looked_for(
    sqlite_url, tmp_path
):
    clinic = found(make_engine(sqlite_url))
    ask(clinic, at(day_number(1)))
    jobs, log = scheduler(sqlite_url, tmp_path, tick_s="3600")
    with jobs as process:
        until(lambda: stands(clinic), process=process, log=log)
        ask(clinic, at(day_number(2)))
        until(lambda: stands(clinic), process=process, log=log)
    assert clock(clinic).clock_at == at(day_number(2))


def test_the_scheduler_logs_json_lines_without_a_score_or_a_name(sqlite_url, tmp_path):
    clinic = found(make_engine(sqlite_url))
    clinic.treated("Lena Vos", LOST)
    ask(clinic, at(day_number(15)))
    jobs, log = scheduler(sqlite_url, tmp_path)
    with jobs as process:
        until(lambda: stands(clinic), process=process, log=log)
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    seen = [line["seen"] for line in lines if line["event"] == "night done"]
    assert set(seen) == {1}
    # It may end amid a tick; past a Sunday the forecast's week and the results are looked at.
    assert {line["event"] for line in lines} - {"job stopped", "week done", "results kept"} == {"night done"}
    assert "Lena" not in log.read_text()


def test_a_night_that_another_process_holds_keeps_the_clock_before_it(sqlite_url, tmp_path):
    clinic = found(make_engine(sqlite_url))
    held = nights_due(clinic.engine, now=at(day_number(3)))[2]
    hold(clinic, held)
    ask(clinic, at(day_number(3)))
    jobs, log = scheduler(sqlite_url, tmp_path)
    with jobs as process:
        before = until(lambda: night_before(clinic, held.night), process=process, log=log)
        assert before.state == "done"
        assert clock(clinic).clock_at < held.cutoff_at
        release(clinic, held)
        until(lambda: stands(clinic), process=process, log=log)
    with clinic.unit() as session:
        assert night_run(session, held.night).term == 2


def test_a_scheduler_that_is_ended_on_the_way_goes_on_after_the_next_start(sqlite_url, tmp_path):
    clinic = found(make_engine(sqlite_url))
    clinic.treated("P-1", LOST)
    goal = at(day_number(120))
    ask(clinic, goal)
    jobs, log = scheduler(sqlite_url, tmp_path)
    with jobs as process:
        until(lambda: night_before(clinic, day_number(20)), process=process, log=log)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert clock(clinic).clock_at < goal

    jobs, log = scheduler(sqlite_url, tmp_path)
    with jobs as process:
        until(lambda: stands(clinic), process=process, log=log)
    with clinic.unit() as session:
        runs = nights_page(session, before=None, limit=200)
        assert len(runs) == (day_number(119) - FIRST_DAY).days + 1
        assert {run.state for run in runs} == {"done"}


def refusal(url: str, tmp_path: Path) -> str:
    jobs, log = scheduler(url, tmp_path)
    with jobs as process:
        assert process.wait(20) == 1
    (line,) = log.read_text().splitlines()
    return line


def test_a_scheduler_refuses_a_database_of_another_revision(empty_sqlite_database, tmp_path):
    Path(empty_sqlite_database.url.removeprefix("sqlite:///")).touch()
    assert "python -m diary migrate" in refusal(empty_sqlite_database.url, tmp_path)


@pytest.mark.parametrize(
    "url", ["sqlite:////nowhere/at/all.db", "postgresql+psycopg://nobody@127.0.0.1:9/nothing"]
)
def test_a_scheduler_says_in_one_line_that_there_is_no_database(url, tmp_path):
    assert "python -m diary doctor" in refusal(url, tmp_path)


def hold(clinic: LittleClinic, due: Due) -> None:
    """Another process has claimed the night, and is alive by the real clock."""
    now = datetime.now(UTC)
    with clinic.unit(write=True) as session:
        claim_night(
            session,
            night=due.night,
            cutoff_at=due.cutoff_at,
            owner="another",
            wall_now=now,
            lease_until_at=now + timedelta(hours=1),
            late=False,
        )


def release(clinic: LittleClinic, due: Due) -> None:
    with clinic.unit(write=True) as session:
        night_run(session, due.night).lease_until_at = datetime.now(UTC)


def night_before(clinic: LittleClinic, night: date) -> NightRun | None:
    with clinic.unit() as session:
        found_run = night_run(session, night - timedelta(days=1))
        return found_run if found_run is not None and found_run.finished_at is not None else None
