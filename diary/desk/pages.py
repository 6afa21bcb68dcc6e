"""The desk as a whole: every page on its blueprint, and the door that the app opens."""

from flask import Flask, redirect, url_for
from flask.typing import ResponseReturnValue

from diary.desk import (  # noqa: F401 - each puts its pages on the blueprint
    account,
    alerts,
    bookings,
    chairs,
    checklists,
    colleagues,
    contacts,
    courses,
    diary_days,
    emergencies,
    founding,
    free_days,
    keys,
    messages,
    paper,
    passkeys,
    patients,
    provider,
    quality,
    regimens,
    results,
    rota,
    settings,
    signing,
    studies,
    study_conduct,
    trail,
    worklist,
)
from diary.desk.door import DOOR, desk
from diary.web.doors import add_door


def open_desk(app: Flask) -> None:
    """Put the desk's pages and its door on the app."""
    add_door(app, DOOR)
    app.register_blueprint(desk)
    add_door(app, founding.DOOR)
    app.register_blueprint(founding.founding)
    app.add_url_rule("/", "front", _front)


def _front() -> ResponseReturnValue:
    """Whoever types just the host is staff: a patient's link leads to the phone's pages."""
    return redirect(url_for("desk.worklist"), 303)
