"""What a night costs, from the first read to the last write: `make bench-night`.

    make bench-night ARGS="--courses 1000000 --days 180 --clinics 1000 --databases sqlite"

Simulated courses stand about the given day of their follow-up, spread over a week; all but the first 20,000
are copies. The night before is run before they are copied, so that the measured one is a night like any
other: it finds alerts open, and writes what changed. It runs in a process of its own, whose peak memory is
told; in line, what it spends on reading, judging and writing is told too. Beside it, in the same run, the
bare limit: all packed days read, and nothing done with them; with --rows, the same scores as one row each.

Goals for 1,000,000 courses of 84 days on two cores: at most 60 s, 30 s with the accelerator, and 2 GB.
"""

import argparse
import multiprocessing
import resource
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select

from bench.databases import DATABASES, EmptyDatabase
from bench.many_courses import Size, analyse, drawn_clinic, multiply
from bench.row_table import seconds_to_read_rows
from diary.domain.days import night_due
from diary.services import night_work
from diary.services.night_places import place
from diary.services.nights import run_due
from diary.storage.base import table_of
from diary.storage.engine import make_engine
from diary.storage.tables.alert import Alert
from diary.storage.tables.entry import CourseDays
from diary.storage.tables.night import AssessmentLog
from diary.storage.tables.outbox import Message
from diary.storage.unit import SYSTEM, unit
from tests.little_clinic import ALWAYS_HERE

WRITTEN: Final = (AssessmentLog, Alert, Message)
WHOSE: Final = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)


@dataclass(frozen=True, slots=True)
class Cost:
    """What one night took."""

    wall_s: float
    cpu_s: float
    peak_mb: float
    seen: int
    parts_s: dict[str, float]


def main() -> None:
    """Measure the sizes asked for."""
    asked = _asked()
    for name in asked.databases:
        for courses in asked.courses:
            size = Size(courses, asked.days, asked.clinics, asked.forecast)
            with DATABASES[name]() as database:
                report(name, database, size, workers=asked.workers, rows=asked.rows)


def report(name: str, database: EmptyDatabase, size: Size, *, workers: int, rows: bool) -> None:
    """Furnish one database, run its night, and say what it took."""
    began_s = time.perf_counter()
    drawn_clinic(database.url, size)
    analyse(database.unbound_url)
    first = _in_a_process(run, database.url, size.night - timedelta(days=1), 0)
    multiply(database.unbound_url, size)
    made_s = time.perf_counter() - began_s
    print(
        f"\n{name}: {size.courses:,} courses of about {size.days} days in {size.clinics:,} clinics, "
        f"forecast {size.forecast_mode}"
    )
    print(f"  made in {made_s:.0f} s; the first night, of {first.seen:,} courses, took {first.wall_s:.1f} s")
    limit_s = _in_a_process(read_bare, database.unbound_url, size.courses)
    before = written(database.unbound_url)
    cost = _in_a_process(run, database.url, size.night, workers)
    after = written(database.unbound_url)
    assert cost.seen == size.courses, f"{cost.seen} courses were seen"
    us, ratio = cost.wall_s / size.courses * 1e6, cost.wall_s / limit_s
    print(f"  read the bytes, bare {limit_s:8.1f} s")
    print(f"  the night            {cost.wall_s:8.1f} s  ({us:.0f} us a course; {ratio:.0f} times the bytes)")
    print(f"    CPU                {cost.cpu_s:8.1f} s")
    for part, took_s in cost.parts_s.items():
        print(f"    {part:18} {took_s:8.1f} s")
    print(f"    peak memory        {cost.peak_mb:8.0f} MB")
    if rows:
        rows_s, read, courses = _in_a_process(seconds_to_read_rows, database.unbound_url, size.courses)
        scaled_s = rows_s * size.courses / courses
        print(f"  read as rows         {scaled_s:8.1f} s  ({read:,} rows of {courses:,} courses, scaled)")
    print("    rows written       " + ", ".join(f"{name} {after[name] - before[name]:,}" for name in after))


def run(url: str, night: date, workers: int) -> Cost:
    """One night of every clinic, as the scheduler runs it: in this process, or spread over workers."""
    engine = make_engine(url)
    parts_s = {} if workers else _timed()
    now = night_due(night, ALWAYS_HERE) + timedelta(minutes=5)
    began_s, began_cpu_s = time.perf_counter(), cpu_s()
    with place(workers, wall=utc_now) as spread:
        finished = run_due(engine, now=now, wall=utc_now, owner="bench", spread=spread)
    cost = Cost(
        wall_s=time.perf_counter() - began_s,
        cpu_s=cpu_s() - began_cpu_s,
        peak_mb=sum(resource.getrusage(whose).ru_maxrss for whose in WHOSE[: 1 + bool(workers)]) / 1024,
        seen=sum(counts.seen for _, counts in finished),
        parts_s=parts_s,
    )
    engine.dispose()
    return cost


def _timed() -> dict[str, float]:
    """Seconds spent in the three steps of a shard, from now on, in this process."""
    spent: dict[str, float] = {}

    def clocked(name: str, step: Callable[..., Any]) -> Callable[..., Any]:
        def run_step(*given: Any, **named: Any) -> Any:
            began_s = time.perf_counter()
            try:
                return step(*given, **named)
            finally:
                spent[name] = spent.get(name, 0.0) + time.perf_counter() - began_s

        return run_step

    for name in ("read_shard", "judge_shard", "write_shard"):
        setattr(night_work, name, clocked(name, getattr(night_work, name)))
    return spent


def cpu_s() -> float:
    """CPU time of this process and of those that it waited for."""
    return sum(used.ru_utime + used.ru_stime for used in map(resource.getrusage, WHOSE))


def utc_now() -> datetime:
    """The real clock, also in a worker."""
    return datetime.now(UTC)


def read_bare(url: str, courses: int) -> float:
    """Seconds to read every course's bytes in one query."""
    engine = make_engine(url)
    days = table_of(CourseDays).c
    with unit(engine, SYSTEM, write=False) as session:
        began_s = time.perf_counter()
        read = sum(1 for _ in session.execute(select(days.course_id, days.days)).yield_per(10_000))
        took_s = time.perf_counter() - began_s
    engine.dispose()
    assert read == courses
    return took_s


def written(url: str) -> dict[str, int]:
    """How many rows there are of what a night writes."""
    engine = make_engine(url)
    with engine.connect() as connection:
        counts = {
            table.__tablename__: connection.execute(
                select(func.count()).select_from(table_of(table))
            ).scalar_one()
            for table in WRITTEN
        }
    engine.dispose()
    return counts


def _in_a_process(task: Any, *given: Any) -> Any:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(task, *given).result()


def _asked(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--courses", type=int, nargs="+", default=[40_000])
    parser.add_argument("--days", type=int, default=84)
    parser.add_argument("--clinics", type=int, default=1)
    parser.add_argument("--forecast", choices=("shadow", "on"), default="shadow")
    parser.add_argument("--workers", type=int, default=0, help="processes; 0: in line")
    parser.add_argument("--rows", action="store_true", help="read the same scores as one row each, too")
    parser.add_argument("--databases", nargs="+", choices=sorted(DATABASES), default=sorted(DATABASES))
    asked = parser.parse_args(argv)
    for courses in asked.courses:
        size = Size(courses, asked.days, asked.clinics, asked.forecast)
        if courses % size.drawn:
            parser.error(f"--courses: {courses:,} is no multiple of {size.drawn:,}")
    return asked


if __name__ == "__main__":
    main()
