"""How small packed days are, and how fast they are read against the rows: `make bench-course_days`.

5,000 courses of 14 + 84 days, a tenth of the days without an answer. Both readings end in the same array of
bytes, a row a course; five rounds, each reading in turn.

Goals: at most 80 bytes a course besides a byte a stored day; read at least 20 times faster than the rows.
"""

import statistics
import time
from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine, insert, select, text
from sqlalchemy.orm import Session

from bench.databases import DATABASES
from diary.domain import packed
from diary.storage.base import Base, table_of
from diary.storage.engine import make_engine
from diary.storage.ids import new_uid
from diary.storage.tables.course import Course
from diary.storage.tables.entry import CourseDays, Entry
from diary.storage.tables.patient import Patient
from diary.storage.unit import Scope, unit
from tests.little_clinic import FIRST_DAY, at, day_number, found

COURSES: Final = 5_000
FOLLOW_UP_DAYS: Final = 84
MISSING: Final = 0.1
ROUNDS: Final = 5
DAYS: Final = 14 + 5 + FOLLOW_UP_DAYS

SIZE: Final = {
    "sqlite": "SELECT SUM(pgsize) FROM dbstat WHERE name = 'course_days'",
    "postgresql": "SELECT pg_total_relation_size('course_days')",
}

SCOPE: Final = Scope(1, "system")
ANCHOR: Final = FIRST_DAY - timedelta(days=packed.DAYS_BEFORE)
NOW: Final = at(FIRST_DAY)
NOTHING: Final = bytes([packed.NO_ANSWER])

Scores = NDArray[np.uint8]


def main() -> None:
    """Measure both databases."""
    print(f"{COURSES} courses of {DAYS} calendar days; medians of {ROUNDS} rounds (least to most)")
    for name, empty in DATABASES.items():
        with empty() as database:
            report(name, make_engine(database.url), unbound_url=database.unbound_url)


def report(database: str, engine: Engine, *, unbound_url: str) -> None:
    """The size of a course, and both readings against each other."""
    stored_days = furnish(engine)
    with make_engine(unbound_url).begin() as connection:
        connection.execute(text("ANALYZE"))  # as a database that has run for a day has done by itself
        size = connection.execute(text(SIZE[engine.dialect.name])).scalar_one() / COURSES
    print(f"\n{database}")
    more = size - stored_days
    print(f"  bytes a course   {size:8.1f}, of which {stored_days:.1f} are its days and {more:.1f} the rest")
    packed_ms, rows_ms = [], []
    with unit(engine, SCOPE, write=False) as session:
        assert np.array_equal(read_packed(session), read_rows(session))
        for _ in range(ROUNDS):
            packed_ms.append(timed(read_packed, session))
            rows_ms.append(timed(read_rows, session))
    ratios = [rows / days for rows, days in zip(rows_ms, packed_ms, strict=True)]
    print(f"  read packed      {spread(packed_ms)} ms")
    print(f"  read the rows    {spread(rows_ms)} ms")
    print(f"  packed is faster {spread(ratios)} times")
    engine.dispose()


def read_packed(session: Session) -> Scores:
    """Every course's days from its packed row."""
    days = table_of(CourseDays).c
    read = session.execute(
        select(days.days).where(days.clinic_id == SCOPE.clinic_id).order_by(days.course_id)
    )
    filled = b"".join([row[0].ljust(DAYS, NOTHING)[:DAYS] for row in read])
    return np.frombuffer(filled, dtype=np.uint8).reshape(-1, DAYS)


def read_rows(session: Session) -> Scores:
    """The same from the entries that stand."""
    course, entry = table_of(Course).c, table_of(Entry).c
    read = session.execute(
        select(course.id, entry.day, entry.nrs)
        .join_from(table_of(Course), table_of(Entry), course.patient_id == entry.patient_id)
        .where(course.clinic_id == SCOPE.clinic_id, entry.standing)
        .order_by(course.id, entry.day)
    )
    scores = np.full((COURSES, DAYS), packed.NO_ANSWER, dtype=np.uint8)
    row, last = -1, None
    for course_id, day, nrs in read:
        if course_id != last:
            row, last = row + 1, course_id
        scores[row, (day - ANCHOR).days] = nrs
    return scores


def timed(read: Callable[[Session], Scores], session: Session) -> float:
    """Milliseconds of one reading."""
    began_s = time.perf_counter()
    read(session)
    return (time.perf_counter() - began_s) * 1000


def spread(values: list[float]) -> str:
    """The median, and how far the values lie apart."""
    return f"{statistics.median(values):8.1f} ({min(values):.1f} to {max(values):.1f})"


def furnish(engine: Engine) -> float:
    """A course made as the service makes it, the others as copies of its rows; the days stored a course."""
    clinic = found(engine)
    clinic.treated("P-1", "5 " * FOLLOW_UP_DAYS)
    draw = Random(20090904)
    lengths = [DAYS]
    with unit(engine, SCOPE, write=True) as session:
        patient, course = one_row(session, Patient), one_row(session, Course)
        days, entry = one_row(session, CourseDays), one_row(session, Entry)
        for number in range(2, COURSES + 1):
            scores, own = diary(draw), {"id": number, "uid": new_uid(NOW)}
            days["days"] = packed.pack(ANCHOR, scores)
            lengths.append(len(days["days"]))
            session.execute(insert(table_of(Patient)), {**patient, **own, "pseudonym": f"P-{number}"})
            session.execute(insert(table_of(Course)), {**course, **own, "patient_id": number})
            session.execute(insert(table_of(CourseDays)), {**days, "course_id": number})
            entries = [
                {**entry, "uid": new_uid(NOW), "client_id": new_uid(NOW), "day": day, "nrs": nrs}
                for day, nrs in scores.items()
            ]
            session.execute(insert(table_of(Entry)), [{**one, "patient_id": number} for one in entries])
    return statistics.mean(lengths)


def one_row(session: Session, table: type[Base]) -> dict[str, Any]:
    """The table's first row, without the number that the database gives."""
    row = dict(session.execute(select(table_of(table)).limit(1)).mappings().one())
    row.pop("id", None)
    return row


def diary(draw: Random) -> dict[date, int]:
    """Scores by day; the infusion days and some others have none."""
    follow_up = [day_number(number) for number in range(1, FOLLOW_UP_DAYS + 1)]
    before = [ANCHOR + timedelta(days=number) for number in range(packed.DAYS_BEFORE)]
    return {day: draw.randint(0, 10) for day in before + follow_up if draw.random() >= MISSING}


if __name__ == "__main__":
    main()
