"""Killed after a mail was taken and before that is written down: none is lost, at most one copy a kill."""

import random
import signal
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from multiprocessing import get_context

import pytest

from diary.services import alerts
from diary.storage.engine import make_engine
from diary.storage.tables.outbox import Message
from diary.storage.unit import own
from tests.gateways.test_mail_carrier import Server
from tests.jobs.mail_to_kill import main
from tests.little_clinic import LittleClinic, found

FORKS = get_context("forkserver")
FORKS.set_forkserver_preload(["tests.jobs.mail_to_kill"])
SEED = 7
MESSAGES = 30


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    server.start()
    yield server
    server.stop()


def tell(clinic: LittleClinic) -> None:
    """A red flag of each patient, each a mail of its own to one nurse."""
    clinic.person("Ada")
    for number in range(MESSAGES):
        patient_id = clinic.admit(f"P-{number}")
        with clinic.unit(write=True) as session:
            news = alerts.News(patient_id, None, "red_flag", {"items": ["fever"]})
            alerts.raise_alert(session, news, now=datetime.now(UTC))


def deliver(url: str, port: int, *, kill_at: int, ahead_min: int) -> int | None:
    process = FORKS.Process(target=main, args=(url, port, kill_at, ahead_min))
    process.start()
    process.join(60)
    return process.exitcode


def check(clinic: LittleClinic, url: str, server: Server, *, kills: int) -> None:
    tell(clinic)
    draw = random.Random(SEED)
    killed = 0
    for number in range(kills):
        ended = deliver(url, server.port, kill_at=draw.randint(1, 4), ahead_min=10 * number)
        killed += ended == -signal.SIGKILL
    assert deliver(url, server.port, kill_at=0, ahead_min=10 * kills) == 0
    with clinic.unit() as session:
        told = list(session.scalars(own(session, Message)))
    assert {message.state for message in told} == {"delivered"}
    copies = Counter(server.ids)
    assert len(copies) == MESSAGES
    assert killed >= min(kills, 3)
    assert sum(copies.values()) - MESSAGES <= killed


def test_no_mail_is_lost_and_there_are_no_more_copies_than_kills(sqlite_url, server):
    engine = make_engine(sqlite_url)
    check(found(engine), sqlite_url, server, kills=5)
    engine.dispose()


@pytest.mark.soak
def test_nor_in_a_hundred_kills(database_url, server):
    engine = make_engine(database_url)
    check(found(engine), database_url, server, kills=100)
    engine.dispose()
