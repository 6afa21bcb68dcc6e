"""Signing in, the same at every door: tries are counted first, and given back when they were right."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import request

from diary.services import sign_ins
from diary.services.attempts import Door, count_tries, forgive_try, second_factor_doors, sign_in_doors
from diary.services.sign_in_steps import Begun, look_at_step
from diary.services.staff import SignedIn, check_password
from diary.storage.tables.staff import Staff
from diary.web.asking import STAFF_COOKIE
from diary.web.client_name import client_name
from diary.web.database import db
from diary.web.work import roof, work


@contextmanager
def counted(*doors: Door) -> Iterator[None]:
    """What stands inside is one try; no unit of work may be open around it.

    Raises:
        Refusal: too_many_attempts, before anything inside is done.
    """
    count_tries(db.engine, *doors, now=roof().clock())
    yield
    forgive_try(db.engine, *doors)


def sign_in(*, email: str, password: str, code: str | None) -> SignedIn:
    """A session for whoever knows the password, and the code where the account has a second factor.

    Raises:
        Refusal: too_many_attempts; sign_in_failed; second_factor_needed; second_factor_failed.
    """
    person = _whose_password(email, password)
    doors = second_factor_doors(person.uid, request.remote_addr) if code is not None else ()
    with counted(*doors), work(write=True) as unit:
        return sign_ins.open_with_code(
            unit.session,
            person,
            code=code,
            secret_keys=roof().secret_keys,
            now=unit.wall_now,
            client=client(),
        )


def begin_sign_in(*, email: str, password: str) -> SignedIn | Begun:
    """The first half: a session, or the step that waits for the second factor.

    Raises:
        Refusal: too_many_attempts; sign_in_failed.
    """
    person = _whose_password(email, password)
    with work(write=True) as unit:
        opened = sign_ins.open_or_begin(unit.session, person, now=unit.wall_now, client=client())
    if isinstance(opened, SignedIn):
        leave_earlier_session()
    return opened


def finish_sign_in(*, step: str, code: str) -> SignedIn:
    """The second half.

    Raises:
        Refusal: too_many_attempts; sign_in_again; second_factor_failed; sign_in_failed.
    """
    with work(write=False) as unit:
        facts = look_at_step(unit.session, step, "code", now=unit.wall_now)
    with counted(*second_factor_doors(facts["uid"], request.remote_addr)), work(write=True) as unit:
        opened = sign_ins.finish(
            unit.session,
            step,
            code=code,
            secret_keys=roof().secret_keys,
            now=unit.wall_now,
            client=client(),
        )
    leave_earlier_session()
    return opened


def leave_earlier_session() -> None:
    """Whoever signs in leaves the session that the browser held: no token from before opens anything."""
    if STAFF_COOKIE in request.cookies:
        with work(write=True) as unit:
            sign_ins.end_presented(unit.session, request.cookies[STAFF_COOKIE], now=unit.wall_now)


def client() -> str | None:
    """What the list of sessions calls this browser."""
    return client_name(request.headers.get("User-Agent", ""))


def _whose_password(email: str, password: str) -> Staff:
    with counted(*sign_in_doors(email, request.remote_addr)), work(write=False) as unit:
        # Checking lasts 50 to 90 ms on purpose, so it is done where nothing waits for it.
        return check_password(unit.session, email=email, password=password)
