"""Health for machines: /healthz touches nothing; /readyz reads, writes and looks at the nights."""

from datetime import datetime, timedelta
from typing import Any, Final

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from config.duties import BEAT_EVERY, NIGHT_OVERDUE_AFTER
from diary.services.watch import watch
from diary.storage.revisions import current, head
from diary.storage.unit import SYSTEM, unit
from diary.storage.watch import beats, put_beat
from diary.web.database import db
from diary.web.rights import ANYONE, Right
from diary.web.storage_faults import meaning_of
from diary.web.work import roof

HOUR: Final = timedelta(hours=1)
# Under this name a web process writes down that it could write.
WEB: Final = "web"

health = Blueprint("health", __name__)

HEALTH: Final[dict[str, Right]] = {
    "GET health.alive": frozenset({ANYONE}),
    "GET health.ready": frozenset({ANYONE}),
}


@health.get("/healthz")
def alive() -> ResponseReturnValue:
    """This process answers."""
    return jsonify({"status": "ok"})


@health.get("/readyz")
def ready() -> ResponseReturnValue:
    """The database answers, stands at this version's revision, takes a row, and no night waits too long."""
    now = roof().clock()
    body: dict[str, Any] = {
        "database": "ok",
        "revision": "ok",
        "writes": "ok",
        "hours_overdue": None,
        "night_age_hours": None,
    }
    try:
        if current(db.engine) != head():
            body["revision"] = "Run: python -m diary migrate"
        else:
            with unit(db.engine, SYSTEM, write=False) as session:
                seen = watch(session, wall_now=now)
                written = beats(session).get(WEB)
            body["hours_overdue"], body["night_age_hours"] = seen.overdue_hours, seen.night_age_hours
            if written is None or written.ok_at is None or not _is_recent(written.ok_at, now=now):
                body["writes"] = _try_to_write(now)
    except SQLAlchemyError:
        body["database"] = "unreachable"
    late = (body["hours_overdue"] or 0) * HOUR > NIGHT_OVERDUE_AFTER
    well = body["database"] == body["revision"] == body["writes"] == "ok" and not late
    return jsonify({"status": "ok" if well else "failing", **body}), 200 if well else 503


def _is_recent(moment: datetime, *, now: datetime) -> bool:
    return timedelta(0) <= now - moment < BEAT_EVERY


def _try_to_write(now: datetime) -> str:
    """Only a committed row shows that a score could be stored: a full disk can still be read.

    Anybody may ask, so one that succeeded is good for a minute; one that failed is tried at each request.
    """
    try:
        with unit(db.engine, SYSTEM, write=True) as session:
            put_beat(session, WEB, at=now, failure=None)
    except SQLAlchemyError as error:
        return meaning_of(error) or "failing"
    return "ok"
