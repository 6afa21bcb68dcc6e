"""One request, one unit of work: signed in, in scope, allowed, committed before the response is built."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Flask, current_app, g, request
from sqlalchemy.orm import Session

from config import logging
from config.settings import Settings
from config.words import STRONG_WAYS
from diary.domain.errors import Refusal
from diary.services.phone_tokens import settle
from diary.services.sandbox import installation
from diary.storage.patients import note_seen
from diary.storage.tables.patient import Patient
from diary.storage.unit import begin, come_from, enter
from diary.web.asking import (
    DEVICE_COOKIE,
    NOBODY,
    STAFF_COOKIE,
    Caller,
    check_csrf,
    presented_token,
    who_is_asking,
)
from diary.web.database import db
from diary.web.rights import ADMIN, ANYONE, RIGHTS, SCOPES, WITHOUT_FACTOR, refusal_text

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
# "Phone last seen" is told in days; a write at each request would be a write for nothing.
SEEN_EVERY = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Roof:
    """What the app was built with: read here by every door, and nowhere below."""

    settings: Settings
    clock: Callable[[], datetime]

    @property
    def secret_keys(self) -> tuple[str, ...]:
        """The service's secrets that are accepted now, the one that signs first."""
        return self.settings.secret_keys_on(self.clock().date())


@dataclass(frozen=True, slots=True)
class Work:
    """The unit of work of this request.

    `now` is the time that counts for the diary (a sandbox has its own); `wall_now` is the real one, for
    sessions and limits.
    """

    session: Session
    caller: Caller
    now: datetime
    wall_now: datetime
    sandbox: bool
    clock_target: datetime | None
    """Where a sandbox's clock is on its way to."""

    @property
    def patient(self) -> Patient:
        """The patient whose phone is asking."""
        assert self.caller.patient is not None
        found = self.session.get(Patient, self.caller.patient.id)
        assert found is not None
        return found

    @property
    def staff_id(self) -> int:
        """The person who is asking."""
        assert self.caller.staff is not None
        return self.caller.staff.id


def put_roof(app: Flask, roof: Roof) -> None:
    """Hand the app what the doors need."""
    app.extensions["diary.roof"] = roof


def roof() -> Roof:
    """What the app was built with."""
    found: Roof = current_app.extensions["diary.roof"]
    return found


def request_id() -> str:
    """The id of this request, in answers, problems, logs and the audit trail."""
    if "request_id" not in g:
        g.request_id = uuid.uuid4().hex
        logging.request_id.set(g.request_id)
    found: str = g.request_id
    return found


@contextmanager
def work(*, write: bool, cookie: str | None = None) -> Iterator[Work]:
    """The unit of work of this request: committed when the block ends, rolled back by any exception.

    Args:
        write: SQLite takes its write lock at the start only when the request says that it will write.
        cookie: the door's cookie, when it takes one.

    Raises:
        Refusal: not_signed_in, not_allowed, csrf_failed, and whatever the block raises.
    """
    wall_now = roof().clock()
    token, by_cookie = presented_token(request, cookie)
    if by_cookie and request.method not in SAFE_METHODS:
        assert token is not None
        check_csrf(request, secret_keys=roof().secret_keys, token=token)
    session = db.session()
    try:
        begin(session, write=write)
        found = installation(session)
        caller = who_is_asking(session, token, wall_now=wall_now, request_id=request_id(), lock=write)
        enter(session, caller.scope)
        come_from(session, _origin(caller))
        check_right(caller)
        if found.kind == "live":
            check_way(caller, roof().settings)
        now = found.clock_at if found.clock_at is not None else wall_now
        if write and caller.device is not None and now - caller.device.last_seen_at >= SEEN_EVERY:
            assert token is not None
            note_seen(session, caller.device.id, now=now)
            settle(session, caller.device, token)
        yield Work(session, caller, now, wall_now, found.kind == "sandbox", found.target_at)
        session.commit()
    except BaseException:
        # A refusal may show a row, such as the answer that stands: it keeps what was read of it.
        session.expunge_all()
        session.rollback()
        raise
    finally:
        db.session.remove()


def check_way(caller: Caller, settings: Settings) -> None:
    """Whether this session, by how it was opened, may go further than to the set-up of a better way in.

    An admin is let in without the identity provider, or a clinic would stand outside on the day it is away.

    Raises:
        Refusal: provider_missing; second_factor_missing.
    """
    if caller.session is None or _route() in WITHOUT_FACTOR:
        return
    way = caller.session.way
    if settings.provider_required and way != "provider" and caller.role != ADMIN:
        raise Refusal(
            "provider_missing", "Here staff sign in by their organisation: link it at the desk first."
        )
    if settings.second_factor and way not in STRONG_WAYS:
        raise Refusal("second_factor_missing", "Set up a second factor first, at the desk under My account.")


def refuse_strangers() -> None:
    """Before a body is read: a route that is not for everybody wants a token, valid or not.

    Raises:
        Refusal: not_signed_in.
    """
    if request.endpoint is None or ANYONE in RIGHTS.get(_route(), frozenset()):
        return
    if all(presented_token(request, cookie)[0] is None for cookie in (STAFF_COOKIE, DEVICE_COOKIE)):
        raise Refusal("not_signed_in", "Sign in first.")


def _origin(caller: Caller) -> str:
    """The route, and the address of whom the clinic answers for: where a patient was is no one's business."""
    known = caller.staff is not None or caller.key is not None
    return f"{request.endpoint} {request.remote_addr}" if known else str(request.endpoint)


def _route() -> str:
    return f"{'GET' if request.method == 'HEAD' else request.method} {request.endpoint}"


def check_right(caller: Caller) -> None:
    """Whether this caller may use this route at all.

    Raises:
        Refusal: not_signed_in for nobody, not_allowed for somebody.
    """
    route = _route()
    allowed = RIGHTS.get(route, frozenset())
    if ANYONE in allowed:
        return
    if caller.role in allowed:
        if caller.key is not None and SCOPES.get(route) not in caller.key.scopes:
            raise Refusal("not_allowed", f"This key is not scoped for {SCOPES.get(route, 'this')}.")
        return
    if caller.role == NOBODY:
        raise Refusal("not_signed_in", "Sign in first.")
    raise Refusal("not_allowed", refusal_text(caller.role, allowed))
