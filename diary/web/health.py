"""Health for machines: /healthz touches nothing; /readyz asks the database and looks at the nights."""

from datetime import timedelta
from typing import Any, Final

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from config.duties import NIGHT_OVERDUE_AFTER
from diary.services.watch import watch
from diary.storage.migrate import current, head
from diary.storage.unit import SYSTEM, unit
from diary.web.database import db
from diary.web.rights import ANYONE, Right
from diary.web.work import roof

HOUR: Final = timedelta(hours=1)

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
    """The database answers, stands at this version's revision, and no clinic waits too long for a night."""
    body: dict[str, Any] = {
        "database": "ok",
        "revision": "ok",
        "hours_overdue": None,
        "night_age_hours": None,
    }
    try:
        if current(db.engine) != head():
            body["revision"] = "Run: python -m diary migrate"
        else:
            with unit(db.engine, SYSTEM, write=False) as session:
                seen = watch(session, wall_now=roof().clock())
            body["hours_overdue"], body["night_age_hours"] = seen.overdue_hours, seen.night_age_hours
    except SQLAlchemyError:
        body["database"] = "unreachable"
    late = (body["hours_overdue"] or 0) * HOUR > NIGHT_OVERDUE_AFTER
    well = body["database"] == body["revision"] == "ok" and not late
    return jsonify({"status": "ok" if well else "failing", **body}), 200 if well else 503
