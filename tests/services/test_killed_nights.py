"""Nights whose process is killed, before any write and at any moment, find what unbroken nights find."""

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest
from sqlalchemy import Engine

from diary.services.clinics import the_clinic
from diary.services.nights import nights_due, run_night
from diary.storage.engine import make_engine
from diary.storage.tables.outbox import Message
from diary.storage.unit import own
from tests.little_clinic import LittleClinic, at, day_number, found, join
from tests.services.night_to_kill import begin, main
from tests.services.test_interrupted_nights import CALLS, DIARIES, ledger, written

FORKS = get_context("forkserver")
FORKS.set_forkserver_preload(["tests.services.night_to_kill"])
ROOT = Path(__file__).parents[2]
SEED = 20090904
FIRST_NIGHT, NIGHTS = day_number(42), 4
# Before the claim, before every shard, before the end, and once the night is finished.
BOUNDARIES = range(1, CALLS + 2)
MORNING = at(FIRST_NIGHT + timedelta(days=NIGHTS))


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


class Killer:
    """Starts processes that run the nights, each some minutes after the last one's lease, and kills them.

    They are forked from one that has loaded the program, which takes longer than their nights do.
    """

    def __init__(self, clinic: LittleClinic, url: str) -> None:
        self.clinic = clinic
        self.url = url
        self.started = 0

    def given(self, *, kill_at: int = 0, freeze_at: int = 0) -> list[str]:
        self.started += 1
        given = (self.url, self.clinic.clinic_id, MORNING.isoformat(), 10 * self.started, kill_at, freeze_at)
        return [str(one) for one in given]

    def start(self, *, kill_at: int = 0) -> ForkServerProcess:
        ours, theirs = FORKS.Pipe(duplex=False)
        process = FORKS.Process(target=begin, args=(theirs, *self.given(kill_at=kill_at)))
        process.start()
        with ours, theirs:
            assert ours.recv() == "ready"
        return process

    def at_call(self, call: int) -> bool:
        """Killed as it asks for the time the n-th time: before each write. Whether it was."""
        return status_of(self.start(kill_at=call)) == -signal.SIGKILL

    def after(self, delay_s: float) -> bool:
        """Killed at any moment. Whether it was."""
        process = self.start()
        process.join(delay_s)
        process.kill()
        return status_of(process) == -signal.SIGKILL


def status_of(process: ForkServerProcess) -> int | None:
    process.join(60)
    return process.exitcode


def check(unbroken: LittleClinic, broken: LittleClinic, url: str, *, seed: int) -> None:
    """Ten kills, one at each boundary, and four at any moment."""
    engine = broken.engine
    for clinic in (unbroken, broken):
        treat_everybody(clinic)
    for due in nights_due(engine, now=MORNING):
        if due.clinic_id == unbroken.clinic_id:
            run_night(engine, due, now=due.cutoff_at, wall=lambda: MORNING, owner="me", shard_courses=2)
    killer, draw = Killer(broken, url), random.Random(seed)
    at_call = [killer.at_call(call) for call in draw.sample(BOUNDARIES, len(BOUNDARIES))]
    assert all(at_call)
    at_any_moment = [killer.after(draw.uniform(0, 0.15)) for _ in range(4)]
    assert any(at_any_moment)
    assert status_of(killer.start()) == 0
    assert written(broken) == written(unbroken)
    assert ledger(broken) == ledger(unbroken)
    with broken.unit() as session:
        told = Counter((message.alert_id, message.kind) for message in session.scalars(own(session, Message)))
    assert set(told.values()) == {1}


def test_a_kill_at_every_boundary_and_four_at_any_moment(engine, database_url):
    check(found(engine), join(engine), database_url, seed=SEED)


def test_a_night_frozen_past_its_lease_writes_nothing_when_it_wakes(engine, database_url):
    """Frozen before the third shard of the first night; another process runs that night and all others."""
    clinic = found(engine)
    treat_everybody(clinic)
    killer = Killer(clinic, database_url)
    frozen = subprocess.Popen([sys.executable, "-m", main.__module__, *killer.given(freeze_at=3)], cwd=ROOT)
    _, status = os.waitpid(frozen.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status)
    assert status_of(killer.start()) == 0
    done, counted = written(clinic), ledger(clinic)
    assert [night for night, *_ in counted] == [
        FIRST_NIGHT + timedelta(days=n) for n in reversed(range(NIGHTS))
    ]

    frozen.send_signal(signal.SIGCONT)
    assert frozen.wait(60) == 0
    assert written(clinic) == done
    assert ledger(clinic) == counted


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_over_a_hundred_kills(engine, database_url):
    check(found(engine), join(engine), database_url, seed=1)
    for seed in range(2, 9):
        check(join(engine), join(engine), database_url, seed=seed)
