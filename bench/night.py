"""What a night costs, from the first read to the last write: `make bench-night`.

    make bench-night ARGS="--courses 1000000 --days 180 --clinics 1000 --databases sqlite"

Simulated courses stand about the given day of their follow-up, spread over a week; all but the first 20,000
are copies. The night before is run before they are copied, so that the measured one is a night like any
other: it finds alerts open, and writes what changed. It runs in a process of its own, whose peak memory is
told. Beside it, in the same run, the bare limit: all packed days read, and nothing done with them.

Goals for 1,000,000 courses of 84 days on two cores: at most 60 s, 30 s with the accelerator, and 2 GB.
"""

import argparse
import multiprocessing
import resource
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import func, select

from bench.databases import DATABASES, EmptyDatabase
from bench.many_courses import Size, drawn_clinic, multiply
from diary.domain.days import night_due
from diary.domain.relapse.assess import Assessed, assess
from diary.services.nights import nights_due, run_night
from diary.storage.base import table_of
from diary.storage.engine import make_engine
from diary.storage.tables.alert import Alert
from diary.storage.tables.entry import CourseDays
from diary.storage.tables.night import AssessmentLog
from diary.storage.tables.outbox import Message
from diary.storage.unit import SYSTEM, unit
from tests.little_clinic import ALWAYS_HERE

WRITTEN: Final = (AssessmentLog, Alert, Message)


@dataclass(frozen=True, slots=True)
class Cost:
    """What one night took."""

    wall_s: float
    cpu_s: float
    assess_s: float
    peak_mb: float
    seen: int


def main() -> None:
    """Measure the sizes asked for."""
    asked = _asked()
    for name in asked.databases:
        for courses in asked.courses:
            size = Size(courses, asked.days, asked.clinics)
            with DATABASES[name]() as database:
                report(name, database, size)


def report(name: str, database: EmptyDatabase, size: Size) -> None:
    """Furnish one database, run its night, and say what it took."""
    began_s = time.perf_counter()
    drawn_clinic(database.url, size)
    first = _in_a_process(run, database.url, size.night - timedelta(days=1))
    multiply(database.unbound_url, size)
    made_s = time.perf_counter() - began_s
    print(f"\n{name}: {size.courses:,} courses of about {size.days} days in {size.clinics:,} clinics")
    print(f"  made in {made_s:.0f} s; the first night, of {first.seen:,} courses, took {first.wall_s:.1f} s")
    limit_s = _in_a_process(read_bare, database.url)
    before = written(database.unbound_url)
    cost = _in_a_process(run, database.url, size.night)
    after = written(database.unbound_url)
    assert cost.seen == size.courses, f"{cost.seen} courses were seen"
    print(f"  read the bytes, bare {limit_s:8.1f} s")
    print(
        f"  the night            {cost.wall_s:8.1f} s  ({cost.wall_s / size.courses * 1e6:.0f} us a course)"
    )
    print(f"    of which assessing {cost.assess_s:8.1f} s")
    print(f"    CPU of its process {cost.cpu_s:8.1f} s")
    print(f"    peak memory        {cost.peak_mb:8.0f} MB")
    print("    rows written       " + ", ".join(f"{name} {after[name] - before[name]:,}" for name in after))


def run(url: str, night: Any) -> Cost:
    """One night of every clinic, as the scheduler runs it."""
    assess_s = 0.0

    def timed(*given: Any, **named: Any) -> Assessed:
        nonlocal assess_s
        began_s = time.perf_counter()
        assessed = assess(*given, **named)
        assess_s += time.perf_counter() - began_s
        return assessed

    engine = make_engine(url)
    now = night_due(night, ALWAYS_HERE) + timedelta(minutes=5)
    began_s, began_cpu_s, seen = time.perf_counter(), time.process_time(), 0
    for due in nights_due(engine, now=now):
        counts = run_night(engine, due, now=now, wall=lambda: now, owner="bench", detector=timed)
        assert counts is not None
        seen += counts.seen
    cost = Cost(
        wall_s=time.perf_counter() - began_s,
        cpu_s=time.process_time() - began_cpu_s,
        assess_s=assess_s,
        peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        seen=seen,
    )
    engine.dispose()
    return cost


def read_bare(url: str) -> float:
    """Seconds to read every course's bytes in one query."""
    engine = make_engine(url)
    days = table_of(CourseDays).c
    with unit(engine, SYSTEM, write=False) as session:
        began_s = time.perf_counter()
        for _ in session.execute(select(days.course_id, days.days)).yield_per(10_000):
            pass
        return time.perf_counter() - began_s


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
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(task, given)


def _asked(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--courses", type=int, nargs="+", default=[50_000])
    parser.add_argument("--days", type=int, default=84)
    parser.add_argument("--clinics", type=int, default=1)
    parser.add_argument("--databases", nargs="+", choices=sorted(DATABASES), default=sorted(DATABASES))
    return parser.parse_args(argv)


if __name__ == "__main__":
    main()
