"""Killed after a mail was taken and before that is written down: none is lost, at most one copy a kill."""

import random
import signal
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from multiprocessing import get_context

import pytest

from diary.services import outbox
from diary.storage.engine import make_engine
from diary.storage.tables.outbox import Message
from diary.storage.unit import own
from tests.gateways.test_mail_carrier import Server
from tests.jobs.mail_to_kill import main
from tests.little_clinic import LittleClinic, found

FORKS = get_context("forkserver")
FORKS.set_forkserver_preload(["tests.jobs.mail_to_kill"])
SEED = 7
MAILS_A_LIFE_MAX = 3


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    server.start()
    yield server
    server.stop()


def tell(clinic: LittleClinic, messages: int) -> None:
    """So many messages, each a mail of its own to one admin."""
    clinic.person("Ada", "admin")
    letters = [outbox.Letter("operator", f"news:{number}") for number in range(messages)]
    with clinic.unit(write=True) as session:
        outbox.enqueue_new(session, letters, now=datetime.now(UTC))


def deliver(url: str, port: int, *, kill_at: int, ahead_min: int) -> int | None:
    process = FORKS.Process(target=main, args=(url, port, kill_at, ahead_min))
    process.start()
    process.join(60)
    return process.exitcode


def check(url: str, server: Server, *, kills: int) -> None:
    engine = make_engine(url)
    clinic = found(engine)
    tell(clinic, messages=MAILS_A_LIFE_MAX * kills)
    draw = random.Random(SEED)
    for number in range(kills):
        kill_at = draw.randint(1, MAILS_A_LIFE_MAX)
        assert deliver(url, server.port, kill_at=kill_at, ahead_min=10 * number) == -signal.SIGKILL
    assert deliver(url, server.port, kill_at=0, ahead_min=10 * kills) == 0
    with clinic.unit() as session:
        told = list(session.scalars(own(session, Message)))
    engine.dispose()
    assert {message.state for message in told} == {"delivered"}
    copies = Counter(server.ids)
    assert len(copies) == len(told) == MAILS_A_LIFE_MAX * kills
    assert sum(copies.values()) - len(told) <= kills


def test_no_mail_is_lost_and_there_are_no_more_copies_than_kills(sqlite_url, server):
    check(sqlite_url, server, kills=4)


@pytest.mark.soak
def test_nor_in_a_hundred_kills(database_url, server):
    check(database_url, server, kills=100)
