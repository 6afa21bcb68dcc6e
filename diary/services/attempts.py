"""Counts tries at a door in the database, so that every worker counts alike. A success gives its try back."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Final

from sqlalchemy import Connection, Engine, case, delete, select, update

from diary.charts.scale import count_text
from diary.domain.errors import Refusal
from diary.storage.base import INSERT
from diary.storage.tables.staff import AttemptCount

# A colleague mistypes three times and a ward shares an address; a guesser needs thousands.
SIGN_IN_WINDOW_S: Final = 15 * 60
SIGN_INS_PER_ACCOUNT: Final = 10
SIGN_INS_PER_ADDRESS: Final = 50
# Of six digits three are right at any time: at 30 tries a day a guesser has one chance in 11,000 a day.
CODES_PER_ACCOUNT: Final = 10
CODES_PER_ACCOUNT_A_DAY: Final = 30
DAY_S: Final = 24 * 60 * 60
# Each question is a row that waits ten minutes; a ward of 50 asks for a few in a quarter of an hour.
PASSKEYS_ASKED_PER_ADDRESS: Final = 200
# Codes have 39 bits: at 30 wrong ones an hour an address needs a million years for a fair chance.
ENROLMENT_WINDOW_S: Final = 60 * 60
ENROLMENTS_PER_ADDRESS: Final = 30
# Codes of shared links have 78 bits: the limit is for the machine's sake.
SHARED_WINDOW_S: Final = 60 * 60
SHARED_PER_ADDRESS: Final = 30

# Somebody in a hurry mistypes a number; whoever tries numbers needs hundreds.
EMERGENCY_WINDOW_S: Final = 60 * 60
EMERGENCIES_PER_PERSON: Final = 10

# With each try at most so many rows of windows long over are removed: more than a try can add.
SWEPT_MAX: Final = 100
SWEPT_AFTER: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Door:
    """What is counted, how often it may be tried, and over how long."""

    name: str
    limit: int
    window_s: int


def sign_in_doors(email: str, address: str | None) -> tuple[Door, ...]:
    """By network address and by account, whichever page or client it came from.

    The address comes first: once it is shut out, it cannot shut more accounts, nor add a row for each name.
    """
    account = hashlib.sha256(email.lower().encode()).hexdigest()[:32]
    return (
        Door(f"signin:{network_of(address)}", SIGN_INS_PER_ADDRESS, SIGN_IN_WINDOW_S),
        Door(f"signin:{account}", SIGN_INS_PER_ACCOUNT, SIGN_IN_WINDOW_S),
    )


def second_factor_doors(staff_uid: str, address: str | None) -> tuple[Door, ...]:
    """After the password was right: by address, and by account over a quarter of an hour and a day."""
    return (
        Door(f"factor:{network_of(address)}", SIGN_INS_PER_ADDRESS, SIGN_IN_WINDOW_S),
        Door(f"factor:{staff_uid}", CODES_PER_ACCOUNT, SIGN_IN_WINDOW_S),
        Door(f"factor-day:{staff_uid}", CODES_PER_ACCOUNT_A_DAY, DAY_S),
    )


def passkey_doors(address: str | None) -> tuple[Door, Door]:
    """By network address, to be asked and to answer: an answer names nobody until it is right."""
    network = network_of(address)
    return (
        Door(f"passkey-ask:{network}", PASSKEYS_ASKED_PER_ADDRESS, SIGN_IN_WINDOW_S),
        Door(f"passkey:{network}", SIGN_INS_PER_ADDRESS, SIGN_IN_WINDOW_S),
    )


def provider_doors(address: str | None) -> tuple[Door, Door]:
    """By network address, to be sent to the identity provider and to come back from it."""
    network = network_of(address)
    return (
        Door(f"provider-ask:{network}", PASSKEYS_ASKED_PER_ADDRESS, SIGN_IN_WINDOW_S),
        Door(f"provider:{network}", SIGN_INS_PER_ADDRESS, SIGN_IN_WINDOW_S),
    )


def enrolment_doors(address: str | None) -> tuple[Door, ...]:
    """By network address: a code names nobody until it is right."""
    return (Door(f"enrol:{network_of(address)}", ENROLMENTS_PER_ADDRESS, ENROLMENT_WINDOW_S),)


def shared_doors(address: str | None) -> tuple[Door, ...]:
    """By network address: the code of a shared link names nobody until it is right."""
    return (Door(f"share:{network_of(address)}", SHARED_PER_ADDRESS, SHARED_WINDOW_S),)


def network_of(address: str | None) -> str:
    """The address, or for IPv6 the /64 that one customer has to choose addresses from.

    A server that listens on both kinds tells an IPv4 address inside an IPv6 one: it stays that one address.

    >>> network_of("203.0.113.9"), network_of("::ffff:203.0.113.9"), network_of("2001:db8:1:2:3:4:5:6")
    ('203.0.113.9', '203.0.113.9', '2001:db8:1:2::/64')
    """
    try:
        found = ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or IPv6Network((found, 64), strict=False))
    return str(found)


def emergency_doors(staff_uid: str) -> tuple[Door, ...]:
    """By person: pseudonyms and hospital numbers of another clinic that were not right."""
    return (Door(f"emergency:{staff_uid}", EMERGENCIES_PER_PERSON, EMERGENCY_WINDOW_S),)


def count_tries(engine: Engine, *doors: Door, now: datetime) -> None:
    """Count one try at each door, in a transaction of its own so that a refused request still counts.

    A door that is shut ends it: doors after it count nothing, and those before it give the try back, since
    nothing was tried behind them.

    Raises:
        Refusal: too_many_attempts, with `retry_after_s`.
    """
    for passed, door in enumerate(doors):
        with engine.begin() as connection:
            attempts, ends_at = _count(connection, door, now=now)
        if attempts > door.limit:
            forgive_try(engine, *doors[:passed])
            wait_s = max(1, int((ends_at - now).total_seconds()))
            raise Refusal(
                "too_many_attempts",
                f"Too many tries. Wait {count_text(wait_s, 'second')}, then try again.",
                facts={"retry_after_s": wait_s},
            )


def forgive_try(engine: Engine, *doors: Door) -> None:
    """It was right: give the try back, so that a clinic can enrol any number of phones in an hour."""
    with engine.begin() as connection:
        for door in doors:
            connection.execute(
                update(AttemptCount)
                .where(AttemptCount.door == door.name, AttemptCount.attempts > 0)
                .values(attempts=AttemptCount.attempts - 1)
            )


def _count(connection: Connection, door: Door, *, now: datetime) -> tuple[int, datetime]:
    ends_at = now + timedelta(seconds=door.window_s)
    over = AttemptCount.window_ends_at <= now
    counted = connection.execute(
        INSERT[connection.dialect.name](AttemptCount)
        .values(door=door.name, attempts=1, window_ends_at=ends_at)
        .on_conflict_do_update(
            index_elements=["door"],
            set_={
                "attempts": case((over, 1), else_=AttemptCount.attempts + 1),
                "window_ends_at": case((over, ends_at), else_=AttemptCount.window_ends_at),
            },
        )
        .returning(AttemptCount.attempts, AttemptCount.window_ends_at)
    ).one()
    old = (
        select(AttemptCount.door)
        .where(AttemptCount.window_ends_at <= now - SWEPT_AFTER)
        .limit(SWEPT_MAX)
        .with_for_update(skip_locked=True)
    )
    connection.execute(delete(AttemptCount).where(AttemptCount.door.in_(old)))
    return counted.attempts, counted.window_ends_at
