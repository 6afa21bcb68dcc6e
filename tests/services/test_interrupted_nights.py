"""A night that is ended anywhere and run again finds what an unbroken night finds, and says it once."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import cycle
from typing import Any

import pytest
from sqlalchemy import Engine

from diary.services.nights import nights_due, run_night
from diary.storage.engine import make_engine
from diary.storage.nights import nights_page
from diary.storage.tables.alert import Alert, AlertEvent, AlertInput
from diary.storage.tables.night import Assessment, AssessmentLog
from diary.storage.tables.outbox import Message
from diary.storage.unit import own
from tests.little_clinic import LittleClinic, at, day_number, found, join

DIARIES = (
    "2 " * 30 + "8 " * 30,  # loses its relief
    "2 " * 20,  # falls silent
    "8 " * 60,  # no response
    "2 " * 60,  # holds
    "2 " * 40 + "7 " * 3 + "2 " * 17,  # a step that passes
    "2 " * 20 + ". " * 12 + "2 " * 28,  # silent for a while
    "3 3 . . 2 " * 12,  # now and then
)
SHARD_COURSES = 2
# Of one night the clock is asked twice to claim, once to look, once a shard, twice to finish.
CALLS = 2 + 1 + -(-len(DIARIES) // SHARD_COURSES) + 2
WRITTEN = (Alert, AlertEvent, AlertInput, Assessment, AssessmentLog, Message)
# What two clinics never share, or a second try may have: numbers, names, and which run it was.
OWN = ("id", "uid", "clinic_id", "course_id", "patient_id", "alert_id", "night_run_id", "protocol_version_id")


class Ended(BaseException):
    """The process was ended here."""


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


def ending_before(call: int, moment: datetime) -> Any:
    """A clock that ends the process when it is asked for the n-th time."""
    left = [moment] * (call - 1)

    def ask() -> datetime:
        if not left:
            raise Ended
        return left.pop()

    return ask


def written(clinic: LittleClinic) -> dict[str, list[dict[str, Any]]]:
    """What the nights wrote, without the numbers that two clinics cannot share."""
    kept = {}
    with clinic.unit() as session:
        for table in WRITTEN:
            rows = session.scalars(own(session, table).order_by(table.__table__.primary_key.columns[0]))
            kept[table.__tablename__] = [
                {
                    column.key: getattr(row, column.key)
                    for column in table.__table__.columns
                    if column.key not in OWN and column.key not in ("dedupe_key", "entry_ids")
                }
                for row in rows
            ]
    return kept


def ledger(clinic: LittleClinic) -> list[tuple[object, ...]]:
    """What the ledger counts of each night."""
    with clinic.unit() as session:
        return [
            (run.night, run.courses_seen, run.courses_silent, run.alerts_opened, run.alerts_ended)
            for run in nights_page(session, before=None, limit=200)
        ]


def test_wherever_nights_are_ended_what_they_find_is_that_of_unbroken_ones(engine):
    broken, unbroken = found(engine), join(engine)
    for clinic in (broken, unbroken):
        for number, diary in enumerate(DIARIES):
            clinic.treated(f"P-{number}", diary)
    last = day_number(60)

    unbroken.run_nights(last)
    ends = cycle(range(3, CALLS + 1))
    for due in nights_due(engine, now=at(last + timedelta(days=1))):
        with pytest.raises(Ended):
            run_night(
                engine,
                due,
                now=due.cutoff_at,
                wall=ending_before(next(ends), due.cutoff_at),
                owner="ended",
                shard_courses=SHARD_COURSES,
            )
        again = run_night(
            engine, due, now=due.cutoff_at, wall=lambda at=due.cutoff_at: at, owner="again", shard_courses=3
        )
        assert again is not None

    first, second = written(unbroken), written(broken)
    assert {name: len(rows) for name, rows in second.items()} == {
        name: len(rows) for name, rows in first.items()
    }
    assert {row["kind"] for row in first["alert"]} >= {"loss", "silence", "no_response", "step"}
    for name, rows in first.items():
        assert sorted(map(repr, second[name])) == sorted(map(repr, rows)), name
    assert ledger(broken) == ledger(unbroken)
    with broken.unit() as session:
        runs = nights_page(session, before=None, limit=200)
        assert {run.state for run in runs} == {"done"}
        assert all(run.courses_seen == run.courses_judged + run.courses_silent for run in runs)
        assert sum(run.alerts_opened for run in runs) == len(first["alert"])
