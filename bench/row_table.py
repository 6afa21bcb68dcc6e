"""The same scores as one row each, as most diaries keep them: what it costs to read them all in a night."""

import time
from itertools import islice
from typing import Final

from sqlalchemy import Connection, text

from diary.domain import packed
from diary.storage.engine import make_engine
from diary.storage.unit import SYSTEM, unit

COURSES_MAX: Final = 200_000
COURSES_AT_ONCE: Final = 2_000

MAKE: Final = (
    "CREATE TABLE bench_score (course_id bigint NOT NULL, day smallint NOT NULL, nrs smallint NOT NULL, "
    "PRIMARY KEY (course_id, day))"
)
# A primary key of two columns is the table itself here, and no second index beside it.
MAKE_SQLITE: Final = f"{MAKE} WITHOUT ROWID"
READ: Final = "SELECT course_id, day, nrs FROM bench_score ORDER BY course_id, day"


def seconds_to_read_rows(unbound_url: str, courses: int) -> tuple[float, int, int]:
    """Seconds to read the rows of at most 200,000 courses in one query, their number, and of how many."""
    engine = make_engine(unbound_url)
    with engine.begin() as connection:
        made = _make(connection, min(courses, COURSES_MAX))
    with unit(engine, SYSTEM, write=False) as session:
        began_s = time.perf_counter()
        found = session.connection().execution_options(yield_per=10_000).exec_driver_sql(READ)
        rows = sum(1 for _ in found)
        took_s = time.perf_counter() - began_s
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE bench_score")
    engine.dispose()
    return took_s, rows, made


def _make(connection: Connection, courses: int) -> int:
    on_sqlite = connection.dialect.name == "sqlite"
    connection.exec_driver_sql(MAKE_SQLITE if on_sqlite else MAKE)
    days = connection.execute(
        text("SELECT course_id, days FROM course_days ORDER BY course_id LIMIT :most"), {"most": courses}
    ).all()
    waiting = iter(days)
    cursor = connection.connection.cursor()
    while part := list(islice(waiting, COURSES_AT_ONCE)):
        rows = [
            (course_id, day, nrs)
            for course_id, bytes_ in part
            for day, nrs in enumerate(bytes(bytes_))
            if nrs != packed.NO_ANSWER
        ]
        if on_sqlite:
            cursor.executemany("INSERT INTO bench_score VALUES (?, ?, ?)", rows)
        else:
            with cursor.copy("COPY bench_score FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
    return len(days)
