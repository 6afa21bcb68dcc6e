"""Signing in, the same at every door: tries are counted first, and given back when they were right."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import request

from diary.services.attempts import Door, count_tries, forgive_try, sign_in_doors
from diary.services.staff import SignedIn, check_password, open_session
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


def sign_in(*, email: str, password: str) -> SignedIn:
    """A session for whoever knows the password.

    Raises:
        Refusal: too_many_attempts; sign_in_failed.
    """
    with counted(*sign_in_doors(email, request.remote_addr)):
        # Checking lasts 50 to 90 ms on purpose, so it is done where nothing waits for it.
        with work(write=False) as unit:
            person = check_password(unit.session, email=email, password=password)
        with work(write=True) as unit:
            return open_session(unit.session, person, now=unit.wall_now)
