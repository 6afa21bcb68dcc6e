"""A night spread over processes finds what one in line finds; what a killed worker left is found again."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from diary.domain.relapse.assess import Assessed, assess
from diary.services.clinics import the_clinic
from diary.services.night_work import processes
from diary.services.nights import nights_due, run_due, run_night
from diary.storage.engine import make_engine
from diary.storage.nights import night_run
from tests.little_clinic import LittleClinic, at, day_number, found, join
from tests.services.test_interrupted_nights import DIARIES, ledger, written

FIRST_NIGHT, NIGHTS = day_number(43), 3
MORNING = at(FIRST_NIGHT + timedelta(days=NIGHTS))


def utc_now() -> datetime:
    """The real clock, also in a worker."""
    return datetime.now(UTC)


def killed_on_the_way(*given, **named) -> Assessed:
    """A detector whose process is killed by the system, as when memory runs out."""
    os.kill(os.getpid(), signal.SIGKILL)
    return assess(*given, **named)


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


def run_nights(engine: Engine, clinic: LittleClinic, **how: Any) -> None:
    for due in nights_due(engine, now=MORNING):
        if due.clinic_id == clinic.clinic_id:
            run_night(engine, due, now=due.cutoff_at, wall=utc_now, owner="me", shard_courses=2, **how)


def test_two_processes_find_what_one_in_line_finds(engine):
    in_line, spread_out = found(engine), join(engine)
    for clinic in (in_line, spread_out):
        treat_everybody(clinic)
    run_nights(engine, in_line)
    with processes(2, wall=utc_now) as spread:
        run_nights(engine, spread_out, spread=spread)
    assert ledger(spread_out) == ledger(in_line)
    assert as_a_set(written(spread_out)) == as_a_set(written(in_line))


def test_a_worker_that_is_killed_breaks_the_night_and_the_next_try_finishes_it(engine):
    unbroken, broken = found(engine), join(engine)
    for clinic in (unbroken, broken):
        treat_everybody(clinic)
    run_nights(engine, unbroken)
    with processes(2, wall=utc_now) as spread, pytest.raises(BrokenProcessPool):
        run_nights(engine, broken, spread=spread, detector=killed_on_the_way)
    with broken.unit() as session:
        assert night_run(session, FIRST_NIGHT).state == "claimed"
    with processes(2, wall=utc_now) as spread:
        run_nights(engine, broken, spread=spread)
    assert as_a_set(written(broken)) == as_a_set(written(unbroken))


def test_clinics_that_run_side_by_side_each_run_their_nights_in_order(engine):
    clinics = [found(engine), join(engine), join(engine)]
    for clinic in clinics:
        treat_everybody(clinic)
    with processes(2, wall=utc_now) as spread:
        finished = run_due(engine, now=MORNING, wall=utc_now, owner="me", spread=spread, clinics_at_once=2)
    nights = [FIRST_NIGHT + timedelta(days=n) for n in range(NIGHTS)]
    assert [(due.clinic_id, due.night, counts.seen) for due, counts in finished] == [
        (clinic.clinic_id, night, len(DIARIES)) for clinic in clinics for night in nights
    ]


def as_a_set(rows: dict[str, list[dict[str, Any]]]) -> dict[str, list[str]]:
    """Shards end in any order; a table's rows have none."""
    return {name: sorted(map(repr, found)) for name, found in rows.items()}
