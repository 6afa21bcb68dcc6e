"""Tries at a door: counted in the database, exact whoever counts, forgotten when their time is over."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import Engine, insert, select

from diary.domain.errors import Refusal
from diary.services.attempts import (
    ENROLMENTS_PER_ADDRESS,
    SIGN_INS_PER_ACCOUNT,
    SIGN_INS_PER_ADDRESS,
    SWEPT_AFTER,
    SWEPT_MAX,
    Door,
    count_tries,
    enrolment_doors,
    forgive_try,
    network_of,
    sign_in_doors,
)
from diary.storage.engine import make_engine
from diary.storage.tables.staff import AttemptCount
from diary.storage.unit import SYSTEM, unit
from tests.refusals import refused

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
DOOR = Door("signin:somebody", limit=3, window_s=900)
OTHER = Door("signin:somewhere", limit=50, window_s=900)
THREADS = 8


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


def come(engine: Engine, *doors: Door, times: int = 1, after_s: int = 0) -> list[int | None]:
    """Try so often; for each try None when it was let through, else how long to wait."""
    now = NOON + timedelta(seconds=after_s)
    return [_come(engine, *doors, now=now) for _ in range(times)]


def _come(engine: Engine, *doors: Door, now: datetime) -> int | None:
    try:
        count_tries(engine, *doors, now=now)
    except Refusal as refusal:
        return int(str(refusal.facts["retry_after_s"]))
    return None


def counted(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        found = connection.execute(select(AttemptCount.door, AttemptCount.attempts))
        return {row.door: row.attempts for row in found}


def test_a_door_opens_as_often_as_its_limit_and_then_says_how_long_to_wait(engine):
    assert come(engine, DOOR, times=5) == [None, None, None, 900, 900]
    assert come(engine, DOOR, after_s=899) == [1]


def test_the_window_begins_with_the_first_try_and_ends_for_all_at_once(engine):
    come(engine, DOOR)
    come(engine, DOOR, times=9, after_s=600)
    assert come(engine, DOOR, times=4, after_s=900) == [None, None, None, 900]


def test_trying_on_while_the_door_is_shut_does_not_keep_it_shut(engine):
    for after_s in range(0, 900, 30):
        come(engine, DOOR, after_s=after_s)
    assert come(engine, DOOR, after_s=900) == [None]


def test_a_right_try_is_given_back_so_that_any_number_of_right_ones_pass(engine):
    for _ in range(DOOR.limit * 4):
        assert come(engine, DOOR, OTHER) == [None]
        forgive_try(engine, DOOR, OTHER)
    assert counted(engine) == {DOOR.name: 0, OTHER.name: 0}


def test_only_its_own_try_is_given_back_and_never_more(engine):
    come(engine, DOOR, times=2)
    forgive_try(engine, DOOR)
    assert counted(engine) == {DOOR.name: 1}
    for _ in range(3):
        forgive_try(engine, DOOR)
    assert counted(engine) == {DOOR.name: 0}
    assert come(engine, DOOR, times=4) == [None, None, None, 900]


def test_a_door_that_is_shut_opens_to_nobody_whatever_other_doors_say(engine):
    come(engine, DOOR, times=3)
    assert come(engine, OTHER, DOOR) == [900]
    assert come(engine, OTHER) == [None]
    assert counted(engine)[OTHER.name] == 1, "nothing was tried behind the door that let it by"


def test_one_door_says_nothing_of_another(engine):
    come(engine, DOOR, times=4)
    assert come(engine, OTHER) == [None]


def test_a_try_counts_although_what_followed_it_was_refused_and_undone(engine):
    for _ in range(DOOR.limit):
        with refused("sign_in_failed"):
            guess(engine)
    with refused("too_many_attempts"):
        guess(engine)
    assert counted(engine) == {DOOR.name: DOOR.limit + 1}


def guess(engine: Engine) -> None:
    """A wrong password, as the doors take it: counted first, then looked at in a unit that is undone."""
    count_tries(engine, DOOR, now=NOON)
    with unit(engine, SYSTEM, write=True):
        raise Refusal("sign_in_failed", "Try again.")


def test_eight_at_once_get_exactly_as_many_tries_as_one(engine):
    door, tries = Door("signin:crowd", limit=13, window_s=900), 5
    waits: list[int | None] = []
    barrier = Barrier(THREADS)

    def crowd_in() -> None:
        barrier.wait()
        waits.extend(come(engine, door, times=tries))

    threads = [Thread(target=crowd_in) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert waits.count(None) == door.limit
    assert counted(engine) == {door.name: THREADS * tries}


def test_each_try_sweeps_up_what_has_long_been_over_and_nothing_else(engine):
    long_over, just_over = NOON - SWEPT_AFTER, NOON - SWEPT_AFTER + timedelta(seconds=1)
    old = [{"door": f"old:{n}", "attempts": 7, "window_ends_at": long_over} for n in range(SWEPT_MAX + 20)]
    young = [{"door": "young", "attempts": 7, "window_ends_at": just_over}]
    with engine.begin() as connection:
        connection.execute(insert(AttemptCount), [*old, *young])
    come(engine, DOOR)
    assert len(counted(engine)) == 20 + 2
    come(engine, DOOR)
    assert counted(engine) == {"young": 7, DOOR.name: 2}


def test_signing_in_counts_the_account_and_the_address_and_tells_neither(engine):
    doors = sign_in_doors("Anna@Clinic.example", "203.0.113.9")
    assert [door.limit for door in doors] == [SIGN_INS_PER_ADDRESS, SIGN_INS_PER_ACCOUNT]
    assert doors == sign_in_doors("anna@clinic.example", "203.0.113.9")
    assert doors[1] != sign_in_doors("joost@clinic.example", "203.0.113.9")[1]
    come(engine, *doors)
    assert not any("anna" in name or "@" in name for name in counted(engine))


def test_an_address_that_is_shut_out_shuts_no_account_and_leaves_no_name_behind(engine):
    for number in range(SIGN_INS_PER_ADDRESS):
        come(engine, *sign_in_doors(f"guess-{number}@clinic.example", "203.0.113.9"))
    before = set(counted(engine))
    anna = sign_in_doors("anna@clinic.example", "203.0.113.9")
    assert come(engine, *anna, times=SIGN_INS_PER_ACCOUNT + 1) == [900] * (SIGN_INS_PER_ACCOUNT + 1)
    assert set(counted(engine)) == before
    assert come(engine, *sign_in_doors("anna@clinic.example", "198.51.100.4")) == [None]


def test_whoever_goes_on_at_a_shut_account_shuts_nobody_else_of_the_ward_out(engine):
    anna = sign_in_doors("anna@clinic.example", "203.0.113.9")
    assert None not in come(engine, *anna, times=3 * SIGN_INS_PER_ADDRESS)[SIGN_INS_PER_ACCOUNT:]
    assert come(engine, *sign_in_doors("joost@clinic.example", "203.0.113.9")) == [None]


def test_an_enrolment_counts_the_address_alone_since_a_code_names_nobody():
    (door,) = enrolment_doors("203.0.113.9")
    assert door.limit == ENROLMENTS_PER_ADDRESS
    assert door not in sign_in_doors("anna@clinic.example", "203.0.113.9")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("203.0.113.9", "203.0.113.10", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", True),  # one customer has all of a /64
        ("2001:db8:1:2::1", "2001:0DB8:0001:0002::1", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:203.0.113.9", "203.0.113.9", True),
        ("::ffff:203.0.113.9", "::ffff:198.51.100.7", False),
        (None, "", True),
        ("unix:", "not an address", True),
    ],
)
def test_whoever_shares_a_network_shares_its_tries(one, other, same):
    assert (network_of(one) == network_of(other)) is same
