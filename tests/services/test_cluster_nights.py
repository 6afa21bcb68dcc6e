"""A night on a real Dask cluster, a scheduler and two workers, finds what one in line finds."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine

from diary.domain.relapse.assess import Assessed, assess
from diary.services.night_cluster import Cluster, ClusterAway
from diary.services.night_places import place
from diary.services.night_work import Spread
from diary.storage.engine import make_engine
from diary.storage.nights import night_run
from diary.storage.tables.alert import Alert
from diary.storage.unit import own
from tests.little_clinic import found, join
from tests.services.test_interrupted_nights import DIARIES, ledger, written
from tests.services.test_spread_nights import (
    FIRST_NIGHT,
    POISON,
    as_a_set,
    dies_of_poison,
    hangs_on_poison,
    run_nights,
    treat_everybody,
    utc_now,
)

ROOT = Path(__file__).parents[2]
DASK = Path(sys.executable).with_name("dask")


@pytest.fixture
def engine(postgresql_url: str) -> Iterator[Engine]:
    """The database of a cluster: a file lies on one machine only."""
    engine = make_engine(postgresql_url)
    yield engine
    engine.dispose()


def dask(*arguments: str, log: Path, **env: str) -> subprocess.Popen[bytes]:
    with log.open("wb") as out:
        return subprocess.Popen(
            [DASK, *arguments],
            env={**os.environ, "PYTHONPATH": str(ROOT), "DASK_TEMPORARY_DIRECTORY": str(log.parent), **env},
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


@contextmanager
def running_cluster(folder: Path, *, workers: int = 2) -> Iterator[str]:
    """The address of a scheduler with so many workers."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    here = ("--host", "127.0.0.1", "--no-dashboard")
    started = [dask("scheduler", "--port", str(port), *here, log=folder / "scheduler.log")]
    try:
        for number in range(workers):
            worker = ("worker", address, "--no-nanny", "--nthreads", "1", *here)
            started.append(dask(*worker, log=folder / f"{number}.log", DIES_ONCE=str(folder / "dies once")))
        yield address
    finally:
        for one in started:
            os.killpg(one.pid, signal.SIGKILL)
            one.wait()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the cluster's processes write what they say, and look whether they are to die."""
    return tmp_path_factory.mktemp("dask")


@pytest.fixture(scope="module")
def cluster(folder: Path) -> Iterator[str]:
    """One for all tests, since its three processes take 10 s of CPU to start."""
    with running_cluster(folder) as address:
        yield address


def worker_dies_once(scores, *given, **named) -> Assessed:
    """A detector whose Dask worker somebody kills, once."""
    try:
        os.unlink(os.environ["DIES_ONCE"])
    except FileNotFoundError:
        return assess(scores, *given, **named)
    os.kill(os.getppid(), signal.SIGKILL)
    signal.pause()
    raise AssertionError


def test_two_workers_find_what_one_process_finds(engine: Engine, cluster: str):
    in_line, spread_out = found(engine), join(engine)
    for clinic in (in_line, spread_out):
        treat_everybody(clinic)
    run_nights(engine, in_line)
    with place(2, cluster=cluster, wall=utc_now) as spread:
        run_nights(engine, spread_out, spread=spread)
    assert ledger(spread_out) == ledger(in_line)
    assert as_a_set(written(spread_out)) == as_a_set(written(in_line))


@pytest.mark.parametrize("deadly", [dies_of_poison, hangs_on_poison])
def test_a_course_that_ends_or_holds_up_its_worker_is_told_apart(sqlite_url, cluster, deadly):
    engine = make_engine(sqlite_url)
    clinic = found(engine)
    treat_everybody(clinic)
    clinic.treated("P-poison", POISON)
    with Cluster(cluster, 2, limit_s=3.0) as executor:
        run_nights(engine, clinic, spread=Spread(executor, utc_now, 2), detector=deadly, nights=1)
    with clinic.unit() as session:
        run = night_run(session, FIRST_NIGHT)
        assert (run.state, run.courses_failed, run.courses_seen) == ("partial", 1, len(DIARIES) + 1)
        assert len(list(session.scalars(own(session, Alert).where(Alert.kind == "not_assessed")))) == 1
    engine.dispose()


def test_a_cluster_that_is_away_breaks_the_night_and_the_next_try_finishes_it(sqlite_url, cluster):
    engine = make_engine(sqlite_url)
    clinic = found(engine)
    treat_everybody(clinic)
    with place(1, cluster="tcp://127.0.0.1:1", wall=utc_now) as spread, pytest.raises(ClusterAway):
        run_nights(engine, clinic, spread=spread, nights=1)
    with place(1, cluster=cluster, wall=utc_now) as spread:
        run_nights(engine, clinic, spread=spread, nights=1)
    with clinic.unit() as session:
        run = night_run(session, FIRST_NIGHT)
        assert (run.state, run.term, run.courses_seen) == ("done", 2, len(DIARIES))
    engine.dispose()


def test_a_worker_that_is_killed_in_the_night_costs_no_course_its_assessment(engine, cluster, folder):
    """The last test here: one worker is left after it."""
    unbroken, broken = found(engine), join(engine)
    for clinic in (unbroken, broken):
        treat_everybody(clinic)
    run_nights(engine, unbroken)
    marker = folder / "dies once"
    marker.touch()
    with place(2, cluster=cluster, wall=utc_now) as spread:
        run_nights(engine, broken, spread=spread, detector=worker_dies_once)
    assert not marker.exists()
    assert ledger(broken) == ledger(unbroken)
    assert as_a_set(written(broken)) == as_a_set(written(unbroken))
