"""A night spread over processes finds what one in line finds; a course that ends one is found."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from config.priors import SHIPPED
from config.protocol import DEFAULT
from diary.domain.relapse.assess import Assessed, assess
from diary.domain.relapse.baselines import own_baselines
from diary.services.clinics import the_clinic
from diary.services.night_places import place
from diary.services.night_processes import Processes
from diary.services.night_work import Spread
from diary.services.nights import nights_due, run_due, run_night
from diary.storage.engine import make_engine
from diary.storage.nights import night_run
from diary.storage.tables.alert import Alert
from diary.storage.tables.course import Course
from diary.storage.unit import own
from tests.little_clinic import LittleClinic, at, day_number, found, join
from tests.services.test_interrupted_nights import DIARIES, ledger, written

FIRST_NIGHT, NIGHTS = day_number(43), 3
MORNING = at(FIRST_NIGHT + timedelta(days=NIGHTS))


def utc_now() -> datetime:
    """The real clock, also in a worker."""
    return datetime.now(UTC)


ROOT = Path(__file__).parents[2]
POISON = "9 1 8 0 9 " + "2 " * 38


def dies_of_poison(scores, *given, **named) -> Assessed:
    """A detector whose process is killed by the system when it sees one diary, as when memory runs out."""
    if holds_poison(scores):
        os.kill(os.getpid(), signal.SIGKILL)
    return assess(scores, *given, **named)


def hangs_on_poison(scores, *given, **named) -> Assessed:
    """A detector that never comes back from one diary."""
    if holds_poison(scores):
        signal.pause()
    return assess(scores, *given, **named)


def judges_once() -> None:
    """What a process works out on its first night is no hang."""
    scores, before = np.full((1, 1), 2, dtype=np.uint8), np.full((1, 14), 8, dtype=np.uint8)
    assess(scores, own_baselines(before, DEFAULT), protocol=DEFAULT, prior=SHIPPED)


def dies_once(scores, *given, **named) -> Assessed:
    """A detector whose process somebody kills, once."""
    try:
        os.unlink(os.environ["DIES_ONCE"])
    except FileNotFoundError:
        return assess(scores, *given, **named)
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def takes_the_file_away(scores, *given, **named) -> Assessed:
    """A detector; its shard is to be written to a database that is away by then."""
    path = Path(os.environ["TAKES_AWAY"])
    path.rename(path.with_suffix(".away"))
    return assess(scores, *given, **named)


def holds_poison(scores) -> bool:
    """Whether the diary is among these."""
    return any(list(row[:5]) == [9, 1, 8, 0, 9] for row in scores)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


def treat_everybody(clinic: LittleClinic) -> None:
    with clinic.unit(write=True) as session:
        the_clinic(session).first_night = FIRST_NIGHT
    for number, diary in enumerate(DIARIES):
        clinic.treated(f"P-{number}", diary)


def run_nights(engine: Engine, clinic: LittleClinic, *, nights: int = NIGHTS, **how: Any) -> None:
    for due in nights_due(engine, now=MORNING):
        if due.clinic_id == clinic.clinic_id and due.night < FIRST_NIGHT + timedelta(days=nights):
            run_night(engine, due, now=due.cutoff_at, wall=utc_now, owner="me", **{"shard_courses": 2, **how})


def test_two_processes_find_what_one_in_line_finds(engine):
    in_line, spread_out = found(engine), join(engine)
    for clinic in (in_line, spread_out):
        treat_everybody(clinic)
    run_nights(engine, in_line)
    with place(2, wall=utc_now) as spread:
        run_nights(engine, spread_out, spread=spread)
    assert ledger(spread_out) == ledger(in_line)
    assert as_a_set(written(spread_out)) == as_a_set(written(in_line))


@pytest.mark.parametrize(
    ("deadly", "shard_courses", "limit_s", "nights"),
    [
        (dies_of_poison, 2, 60.0, 1),
        (dies_of_poison, 2_000, 60.0, 2),
        (hangs_on_poison, 2_000, 4.0, 1),
    ],
)
def test_a_course_that_ends_or_holds_up_its_worker_is_told_apart_and_the_others_are_judged(
    sqlite_url, deadly, shard_courses, limit_s, nights
):
    engine = make_engine(sqlite_url)
    without, poisoned = found(engine), join(engine)
    for clinic in (without, poisoned):
        treat_everybody(clinic)
    poisoned.treated("P-poison", POISON)
    run_nights(engine, without, nights=nights)
    spread = Spread(Processes(2, limit_s=limit_s, prepare=judges_once), utc_now, 2)
    with spread.executor:
        run_nights(
            engine, poisoned, spread=spread, detector=deadly, shard_courses=shard_courses, nights=nights
        )
    with poisoned.unit() as session:
        runs = [night_run(session, FIRST_NIGHT + timedelta(days=n)) for n in range(nights)]
        (told,) = session.scalars(own(session, Alert).where(Alert.kind == "not_assessed"))
        assert (told.facts["problem"], told.level) == ("its assessment did not come to an end", None)
        assert session.get(Course, told.course_id).patient_id == told.patient_id
    assert [(run.state, run.courses_failed, run.courses_seen) for run in runs] == [
        ("partial", 1, len(DIARIES) + 1)
    ] * nights
    kept = written(poisoned)["alert"]
    assert sorted(map(repr, kept)) == sorted(
        map(repr, [*written(without)["alert"], *(row for row in kept if row["kind"] == "not_assessed")])
    )


def test_a_worker_that_somebody_killed_costs_no_course_its_assessment(engine, tmp_path, monkeypatch):
    unbroken, broken = found(engine), join(engine)
    for clinic in (unbroken, broken):
        treat_everybody(clinic)
    run_nights(engine, unbroken)
    marker = tmp_path / "dies once"
    marker.touch()
    monkeypatch.setenv("DIES_ONCE", str(marker))
    with place(2, wall=utc_now) as spread:
        run_nights(engine, broken, spread=spread, detector=dies_once)
    assert not marker.exists()
    assert ledger(broken) == ledger(unbroken)
    assert as_a_set(written(broken)) == as_a_set(written(unbroken))


@pytest.mark.parametrize("workers", [0, 1])
def test_a_course_that_cannot_even_be_read_is_counted_and_the_others_are_judged(sqlite_url, workers):
    engine = make_engine(sqlite_url)
    without, broken = found(engine), join(engine)
    for clinic in (without, broken):
        treat_everybody(clinic)
    broken.treated("P-unreadable", "2 " * 43)
    with broken.unit(write=True) as session:
        session.execute(
            text("UPDATE course SET imported_at = 'yesterday' WHERE id = (SELECT max(id) FROM course)")
        )
    run_nights(engine, without)
    with place(workers, wall=utc_now) as spread:
        run_nights(engine, broken, spread=spread, shard_courses=2_000)
    with broken.unit() as session:
        run = night_run(session, FIRST_NIGHT)
        assert (run.state, run.courses_failed, run.courses_seen) == ("partial", 1, len(DIARIES) + 1)
    assert as_a_set(written(broken)) == as_a_set(written(without))
    engine.dispose()


def test_a_database_that_is_away_breaks_the_night_instead_of_failing_every_course(sqlite_url, monkeypatch):
    engine = make_engine(sqlite_url)
    clinic = found(engine)
    treat_everybody(clinic)
    path = Path(engine.url.database)
    monkeypatch.setenv("TAKES_AWAY", str(path))
    with place(1, wall=utc_now) as spread, pytest.raises(OperationalError):
        run_nights(engine, clinic, spread=spread, detector=takes_the_file_away, shard_courses=2_000)
    path.with_suffix(".away").rename(path)
    with clinic.unit() as session:
        assert night_run(session, FIRST_NIGHT).state == "claimed"
        assert not list(session.scalars(own(session, Alert)))
    engine.dispose()


def test_a_worker_knows_every_table_that_it_writes_to_without_anything_else_of_this_program():
    """Elsewhere a worker has no scheduler or web process around it that would have loaded the others."""
    bare = (
        "import diary.services.night_work; from diary.storage.base import Base; Base.metadata.sorted_tables"
    )
    subprocess.run([sys.executable, "-c", bare], cwd=ROOT, check=True)


def test_workers_end_with_the_process_that_began_them_however_it_ends():
    begins_a_worker_and_dies = (
        "import os, signal, time\n"
        "from diary.services.night_processes import Processes\n"
        "workers = Processes(1)\n"
        "print(workers.submit(os.getpid).result(), flush=True)\n"
        "workers.submit(time.sleep, 1000)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", begins_a_worker_and_dies], capture_output=True, text=True, check=False
    )
    try:
        worker = os.pidfd_open(int(said.stdout))
    except ProcessLookupError:
        return
    try:
        assert select.select([worker], [], [], 20)[0], "the worker outlived its parent"
    finally:
        os.close(worker)


def test_clinics_that_run_side_by_side_each_run_their_nights_in_order(engine):
    clinics = [found(engine), join(engine), join(engine)]
    for clinic in clinics:
        treat_everybody(clinic)
    with place(2, wall=utc_now) as spread:
        finished = run_due(engine, now=MORNING, wall=utc_now, owner="me", spread=spread)
    nights = [FIRST_NIGHT + timedelta(days=n) for n in range(NIGHTS)]
    assert [(due.clinic_id, due.night, counts.seen) for due, counts in finished] == [
        (clinic.clinic_id, night, len(DIARIES)) for clinic in clinics for night in nights
    ]


def as_a_set(rows: dict[str, list[dict[str, Any]]]) -> dict[str, list[str]]:
    """Shards end in any order; a table's rows have none."""
    return {name: sorted(map(repr, found)) for name, found in rows.items()}
