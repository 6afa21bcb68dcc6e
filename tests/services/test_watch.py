"""The watchdog finds what is wrong; the operator hears of it once, daily while it lasts, and at its end."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from config.duties import JOB_SILENT_MAX, MESSAGE_OVERDUE_AFTER
from diary.services import outbox
from diary.services.clinics import the_clinic
from diary.services.nights import nights_due, run_due, run_night
from diary.services.operator_news import mark_told, news_of
from diary.services.sandbox import move_clock
from diary.services.watch import Watched, watch
from diary.storage.engine import make_engine
from diary.storage.unit import SYSTEM, unit
from diary.storage.watch import put_beat
from jobs.table import JOBS
from tests.little_clinic import FIRST_DAY, LittleClinic, at, day_number, found, join

# An hour after its first night fell due.
MORNING = at(FIRST_DAY + timedelta(days=1), hour=5)
HOUR = timedelta(hours=1)
OTHERS = [job for job in JOB_SILENT_MAX if job != "night"]


@pytest.fixture
def clinic(database_url: str) -> Iterator[LittleClinic]:
    engine = make_engine(database_url)
    yield found(engine)
    engine.dispose()


def look(clinic: LittleClinic, now: datetime) -> Watched:
    """As a sandbox's clock stands."""
    with unit(clinic.engine, SYSTEM, write=True) as session:
        move_clock(session, to=now)
    with unit(clinic.engine, SYSTEM, write=False) as session:
        return watch(session, wall_now=now)


def beat(clinic: LittleClinic, now: datetime, *jobs: str, failure: str | None = None) -> None:
    with unit(clinic.engine, SYSTEM, write=True) as session:
        for job in jobs:
            put_beat(session, job, at=now, failure=failure)


def codes(seen: Watched) -> list[str]:
    return [finding.code for finding in seen.findings]


def test_every_job_that_is_scheduled_is_watched_and_none_besides():
    assert {job.name for job in JOBS} == set(JOB_SILENT_MAX)


def test_where_nights_and_jobs_run_nothing_is_found(clinic):
    run_due(clinic.engine, now=MORNING, wall=lambda: MORNING, owner="me")
    beat(clinic, MORNING, *JOB_SILENT_MAX)
    seen = look(clinic, MORNING + HOUR)
    assert seen.findings == ()
    assert (seen.overdue_hours, seen.night_age_hours, seen.not_assessed) == (0.0, 2.0, 0)
    assert seen.job_silent_s == dict.fromkeys(JOB_SILENT_MAX, 3600.0)


def test_a_scheduler_that_never_started_is_found(clinic):
    seen = look(clinic, MORNING + 2 * HOUR)
    assert codes(seen) == ["night_overdue", *["job_silent"] * len(JOB_SILENT_MAX)]
    assert seen.night_age_hours is None
    assert "No night was ever complete; the next one is 3 h overdue." in seen.findings[0].text
    assert seen.findings[1].text == "The job night has never succeeded. Is python -m jobs running?"


def test_a_night_is_overdue_when_the_last_complete_one_is_26_hours_old(clinic):
    run_due(clinic.engine, now=MORNING, wall=lambda: MORNING, owner="me")
    due_at = at(FIRST_DAY + timedelta(days=2), hour=4)
    for since, overdue in ((2 * HOUR, False), (2 * HOUR + timedelta(seconds=1), True)):
        beat(clinic, due_at + since, *JOB_SILENT_MAX)
        seen = look(clinic, due_at + since)
        assert codes(seen) == ["night_overdue"] * overdue
    assert seen.night_age_hours == 26.0
    assert f"The last complete night is {FIRST_DAY}" in seen.findings[0].text


def test_the_most_delayed_clinic_counts_and_each_is_told_apart(clinic):
    run_due(clinic.engine, now=MORNING, wall=lambda: MORNING, owner="me")
    join(clinic.engine)
    beat(clinic, MORNING + 2 * HOUR, *JOB_SILENT_MAX)
    seen = look(clinic, MORNING + 2 * HOUR)
    assert (codes(seen), seen.overdue_hours) == (["night_overdue"], 3.0)


def test_a_job_that_fails_each_time_is_silent_after_two_hours(clinic):
    run_due(clinic.engine, now=MORNING, wall=lambda: MORNING, owner="me")
    beat(clinic, MORNING, *JOB_SILENT_MAX)
    later = MORNING + 3 * HOUR
    beat(clinic, later, *OTHERS)
    beat(clinic, later, "night", failure="OperationalError")
    seen = look(clinic, later)
    assert [finding.key for finding in seen.findings] == ["job_silent:night"]
    assert seen.findings[0].text == (
        "The job night has not succeeded for 3 h. Its last run failed: OperationalError."
    )


def test_a_failure_that_was_followed_by_a_success_is_past(clinic):
    beat(clinic, MORNING, "night", failure="OperationalError")
    beat(clinic, MORNING + HOUR, "night")
    seen = look(clinic, MORNING + 4 * HOUR)
    assert seen.job_failure == {}
    assert "The job night has not succeeded for 3 h. Is python -m jobs running?" in {
        finding.text for finding in seen.findings
    }


def failing(*_given, **_named):
    """A detector with a defect."""
    raise ZeroDivisionError


def test_courses_that_were_not_assessed_are_counted_and_not_named(clinic):
    clinic.treated("P-lena", "2 3 ")
    now = day_number(3)
    with clinic.unit(write=True) as session:
        the_clinic(session).first_night = now
    (due,) = nights_due(clinic.engine, now=at(now + timedelta(days=1), hour=4))
    run_night(clinic.engine, due, now=due.cutoff_at, wall=lambda: due.cutoff_at, owner="me", detector=failing)
    beat(clinic, due.cutoff_at, *JOB_SILENT_MAX)
    seen = look(clinic, due.cutoff_at)
    assert (codes(seen), seen.not_assessed) == (["courses_not_assessed"], 1)
    assert f"1 course was not assessed on the night {now}. The others were." in seen.findings[0].text


def test_a_message_that_nobody_tries_is_found_and_one_whose_time_has_not_come_is_not(clinic):
    run_due(clinic.engine, now=MORNING, wall=lambda: MORNING, owner="me")
    beat(clinic, MORNING, *JOB_SILENT_MAX)
    tomorrow = outbox.Letter("digest", "tomorrow's", due_at=MORNING + 24 * HOUR)
    with clinic.unit(write=True) as session:
        outbox.enqueue_new(session, [outbox.Letter("digest", "now's"), tomorrow], now=MORNING)
    assert look(clinic, MORNING + MESSAGE_OVERDUE_AFTER).findings == ()
    (finding,) = look(clinic, MORNING + MESSAGE_OVERDUE_AFTER + timedelta(seconds=1)).findings
    assert finding.code == "messages_overdue"
    assert finding.text == "1 message is not sent in time. Staff may not have been told."


def test_a_beat_from_the_future_is_none(clinic):
    """The clock was wrong by a day when it was written, and has been set right."""
    run_due(clinic.engine, now=MORNING, wall=lambda: MORNING, owner="me")
    beat(clinic, MORNING + timedelta(minutes=1), *OTHERS)
    beat(clinic, MORNING + timedelta(days=1), "night")
    seen = look(clinic, MORNING)
    assert seen.job_silent_s == {"night": None, **dict.fromkeys(OTHERS, 0.0)}
    assert [finding.key for finding in seen.findings] == ["job_silent:night"]


class TestNews:
    def tell(self, clinic: LittleClinic, now: datetime, *, arrives: bool = True) -> str | None:
        seen = look(clinic, now)
        with unit(clinic.engine, SYSTEM, write=True) as session:
            news = news_of(session, seen.findings, now=now)
        if news is not None and arrives:
            with unit(clinic.engine, SYSTEM, write=True) as session:
                mark_told(session, news, now=now)
        return None if news is None else f"{news.subject}\n{news.text}"

    def test_what_is_wrong_is_told_once_and_again_after_a_day_and_when_it_is_over(self, clinic):
        start = MORNING + 2 * HOUR
        first = self.tell(clinic, start)
        assert "look at it" in first
        assert "3 h overdue" in first
        assert self.tell(clinic, start + 23 * HOUR) is None
        assert "27 h overdue" in self.tell(clinic, start + 24 * HOUR)
        well = start + 25 * HOUR
        run_due(clinic.engine, now=well, wall=lambda: well, owner="me")
        beat(clinic, well, *JOB_SILENT_MAX)
        over = self.tell(clinic, well)
        assert "well again" in over
        assert "Over: Clinic" in over
        assert self.tell(clinic, well) is None

    def test_news_that_did_not_arrive_is_told_at_the_next_look_under_the_same_key(self, clinic):
        """Past midnight too."""
        start = MORNING + 2 * HOUR
        seen = look(clinic, start)
        keys = set()
        for later in (timedelta(0), timedelta(minutes=10), 18 * HOUR):
            with unit(clinic.engine, SYSTEM, write=True) as session:
                keys.add(news_of(session, seen.findings, now=start + later).key)
        assert len(keys) == 1

    def test_what_began_what_lasts_and_what_is_over_have_keys_of_their_own(self, clinic):
        start = MORNING + 2 * HOUR
        keys = []
        for later in (timedelta(0), 24 * HOUR, 48 * HOUR):
            seen = look(clinic, start + later)
            with unit(clinic.engine, SYSTEM, write=True) as session:
                news = news_of(session, seen.findings, now=start + later)
            with unit(clinic.engine, SYSTEM, write=True) as session:
                mark_told(session, news, now=start + later)
            keys.append(news.key)
        with unit(clinic.engine, SYSTEM, write=True) as session:
            keys.append(news_of(session, (), now=start + 48 * HOUR).key)
        assert len(set(keys)) == 4

    def test_what_was_over_before_anybody_heard_of_it_is_not_told(self, clinic):
        start = MORNING + 2 * HOUR
        assert self.tell(clinic, start, arrives=False) is not None
        run_due(clinic.engine, now=start, wall=lambda: start, owner="me")
        beat(clinic, start, *JOB_SILENT_MAX)
        assert self.tell(clinic, start) is None

    def test_news_name_no_patient(self, clinic):
        clinic.treated("P-lena", "2 3 ")
        assert "lena" not in self.tell(clinic, MORNING + 2 * HOUR)


def test_a_look_never_reads_the_whole_ledger(sqlite_url):
    """It is read at each tick and by whoever asks /readyz; the ledger grows by a row a clinic and day."""
    engine = make_engine(sqlite_url)
    found(engine)
    asked: list[tuple[str, Any]] = []
    event.listen(engine, "before_cursor_execute", lambda _c, _s, text, given, *_: asked.append((text, given)))
    with unit(engine, SYSTEM, write=False) as session:
        watch(session, wall_now=MORNING)
    with engine.connect() as connection:
        plans = [
            str(step.detail)
            for text, given in tuple(asked)
            if text.startswith("SELECT")
            for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", given)
        ]
    engine.dispose()
    ledger = [
        step for step in plans if re.match(r"(SCAN|SEARCH) (night_run|.* USING INDEX .*night_run)", step)
    ]
    assert ledger
    assert [step for step in ledger if step.startswith("SCAN")] == []
