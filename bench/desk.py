"""What the worklist costs where there are very many courses: `make bench-desk`.

    make bench-desk ARGS="--courses 100000 --clinics 100 --databases sqlite"

Clinics of simulated courses, their last night run, so that alerts are open as on any morning; all but the
first clinic are copies. On one connection, in turn: `SELECT 1`; the statement that finds a page of rows; the
one that counts the tabs; all that the page is made of; and the whole request, from sign-in to HTML, through
the app. Medians and p95 are told, by the clock and of this process's CPU, and ratios to `SELECT 1`; and the
size of the page, as it stands and compressed.

Goals: p95 of the statements at most 20 times `SELECT 1`, a page of at most 60 kB gzip. Charts: bench-charts.
"""

import argparse
import gzip
import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from sqlalchemy import Engine, text, update

from bench.databases import DATABASES, EmptyDatabase
from bench.many_courses import Size, analyse, drawn_clinic, multiply
from config.protocol import DEFAULT
from config.settings import Settings
from diary.app import create_app
from diary.cli.secret import new_secret
from diary.domain.days import night_due
from diary.services.nights import run_due
from diary.services.staff import open_session
from diary.services.worklist import View, worklist
from diary.storage.base import table_of
from diary.storage.engine import make_engine
from diary.storage.tables.alert import Alert
from diary.storage.unit import SYSTEM, Scope, unit
from diary.storage.worklist import tab_counts, tab_page
from tests.little_clinic import ALWAYS_HERE, LittleClinic

ROUNDS: Final = 200
LIVE_EACH: Final = 20
WARM_UP: Final = 10
GZIP_LEVEL: Final = 6


def main() -> None:
    """Measure the databases asked for."""
    asked = _asked()
    for name in asked.databases:
        with DATABASES[name]() as database:
            report(name, database, Size(asked.courses, asked.days, asked.clinics, "on"))


def report(name: str, database: EmptyDatabase, size: Size) -> None:
    """Furnish one database, and say what its worklist costs."""
    began_s = time.perf_counter()
    clinic = drawn_clinic(database.url, size)
    analyse(database.unbound_url)
    morning = night_due(size.night, ALWAYS_HERE) + timedelta(hours=5)
    engine = make_engine(database.url)
    run_due(engine, now=morning, wall=lambda: morning, owner="bench")
    _close_most(engine, clinic.clinic_id)
    nurse = LittleClinic(engine, clinic.clinic_id, clinic.first_night).person("Nurse")
    with unit(engine, SYSTEM, write=True) as session:
        token = open_session(session, nurse, now=morning).token
    multiply(database.unbound_url, size)
    print(
        f"\n{name}: {size.courses:,} courses in {size.clinics:,} clinics, made in "
        f"{time.perf_counter() - began_s:.0f} s"
    )
    app = create_app(
        Settings.from_env({"DIARY_SECRET_KEY": new_secret(), "DIARY_DATABASE_URL": database.url}),
        lambda: morning,
        engine=engine,
    )
    client = app.test_client()
    headers = {"Authorization": f"Bearer {token}"}
    page = client.get("/desk/", headers=headers)
    assert page.status_code == 200, page.status
    with unit(engine, Scope(clinic.clinic_id, "staff", nurse.id, "nurse"), write=True) as session:
        counts = tab_counts(session)
        steps: dict[str, Callable[[], object]] = {
            "SELECT 1": lambda: session.execute(text("SELECT 1")).all(),
            "a page of rows": lambda: tab_page(
                session, "act_now", names=True, lead_days=DEFAULT.lead_days, offset=0, limit=50
            ),
            "counts of the tabs": lambda: tab_counts(session),
            "all of the page": lambda: worklist(session, View(), names=True, now=morning),
        }
        times = in_turn(steps)
        session.rollback()
    times |= in_turn({"the whole request": lambda: client.get("/desk/", headers=headers).get_data()})
    print(f"  alerts here: {counts}")
    for kind, place in (("wall", 0), ("CPU", 1)):
        bare_s = statistics.median(taken[place] for taken in times["SELECT 1"])
        for step, both in times.items():
            taken = [one[place] for one in both]
            middle, high = statistics.median(taken), statistics.quantiles(taken, n=20)[-1]
            print(
                f"  {kind:4} {step:20} p50 {middle * 1e3:8.3f} ms ({middle / bare_s:6.1f}x)   "
                f"p95 {high * 1e3:8.3f} ms ({high / bare_s:6.1f}x)"
            )
    body = page.get_data()
    print(f"  page {len(body):,} B, {len(gzip.compress(body, GZIP_LEVEL)):,} B gzip")
    engine.dispose()


def _close_most(engine: Engine, clinic_id: int) -> None:
    """In the measured clinic people have acted: of 20 alerts one is still open, some 60 to 1,000 courses."""
    alert = table_of(Alert)
    with unit(engine, Scope(clinic_id, "operator"), write=True) as session:
        session.execute(
            update(alert)
            .where(alert.c.clinic_id == clinic_id, alert.c.id % LIVE_EACH != 0)
            .values(status="closed", outcome="handled", snoozed_until=None)
        )


def in_turn(steps: dict[str, Callable[[], object]]) -> dict[str, list[tuple[float, float]]]:
    """Seconds of each step, by the clock and of CPU, round by round, so that all meet the same weather."""
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in steps}
    for round_number in range(WARM_UP + ROUNDS):
        for name, step in steps.items():
            began_s, cpu_s = time.perf_counter(), time.process_time()
            step()
            if round_number >= WARM_UP:
                times[name].append((time.perf_counter() - began_s, time.process_time() - cpu_s))
    return times


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--courses", type=int, default=1_000_000)
    parser.add_argument("--days", type=int, default=84)
    parser.add_argument("--clinics", type=int, default=1_000)
    parser.add_argument("--databases", nargs="+", choices=DATABASES, default=list(DATABASES))
    return parser.parse_args()


if __name__ == "__main__":
    main()
