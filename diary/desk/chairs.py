"""Chairs and beds: who holds which, what the coming weeks will ask for, new ones, closed days."""

from datetime import date, timedelta
from typing import Any

import marshmallow as ma
from flask import request
from flask.typing import ResponseReturnValue

from diary.desk.door import at_desk, desk, done, frame_alone, show, staff_work
from diary.desk.forms import Form
from diary.desk.stale import found
from diary.domain.demand_record import WEEKS_MIN
from diary.services.chair_board import WEEKS, chair_board
from diary.services.chairs import add_chair, close_days, open_days, retire_chair
from diary.services.demand import weeks_ahead
from diary.services.demand_record import demand_record
from diary.storage.chairs import chair_by_uid, chairs_in_use
from diary.storage.tables.booking import Chair
from diary.web.work import Work
from schemas.chair import ChairIn, ClosedDaysIn, ClosureIn
from schemas.fields import Day

_FROM = Day(description="A day of the board's first week.")
USUAL_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")


@desk.get("/chairs")
def chairs_page() -> ResponseReturnValue:
    """Four weeks of all chairs and beds, and what is closed."""
    with at_desk(write=True) as (unit, frame):
        first = _asked_day() or frame.today
        board = chair_board(unit.session, day=first, names=frame.treating, now=unit.now)
        ahead = weeks_ahead(unit.session, now=unit.now)
        record = demand_record(unit.session, now=unit.now)
    stride = timedelta(days=7 * WEEKS)
    return show(
        "chairs.html",
        frame,
        board=board,
        ahead=ahead,
        record=record,
        weeks_min=WEEKS_MIN,
        days=[board.first_day + timedelta(days=offset) for offset in range(7 * WEEKS)],
        before=board.first_day - stride,
        after=board.first_day + stride,
    )


@desk.route("/chairs/new", methods=["GET", "POST"])
def new_chair() -> ResponseReturnValue:
    """A new chair or bed."""
    form = Form({"weekdays": USUAL_WEEKDAYS})
    if form.sent:
        with form.refusals():
            given = form.read(ChairIn)
            with staff_work(write=True) as unit:
                add_chair(unit.session, **given, now=unit.now)
            return done("chair", "desk.chairs_page")
    return show("chair_new.html", frame_alone(), form=form), form.status


@desk.post("/chairs/<uid:uid>/retire")
def retire(uid: str) -> ResponseReturnValue:
    """Book nothing there any more."""
    with staff_work(write=True) as unit:
        retire_chair(unit.session, found(chair_by_uid(unit.session, uid, lock=True)), now=unit.now)
    return done("chair_retired", "desk.chairs_page")


@desk.route("/chairs/closed", methods=["GET", "POST"])
def close_chairs() -> ResponseReturnValue:
    """Close a chair, or the whole clinic, for some days."""
    form = Form()
    if form.sent:
        with form.refusals():
            given = form.read(ClosureIn)
            with staff_work(write=True) as unit:
                chair, reason = _chair(unit, given), given["reason"]
                close_days(unit.session, chair, **_days(given), reason=reason, now=unit.now)
            return done("closed_days", "desk.chairs_page")
    with at_desk() as (unit, frame):
        known = [(chair.uid, chair.name) for chair in chairs_in_use(unit.session)]
    return show("chair_close.html", frame, form=form, chairs=known), form.status


@desk.post("/chairs/open")
def open_chairs() -> ResponseReturnValue:
    """Take a closure back."""
    with staff_work(write=True) as unit:
        given = Form().read(ClosedDaysIn)
        open_days(unit.session, _chair(unit, given), **_days(given), now=unit.now)
    return done("opened_days", "desk.chairs_page")


def _chair(unit: Work, given: dict[str, Any]) -> Chair | None:
    """The chair that the form names; None stands for the whole clinic."""
    return found(chair_by_uid(unit.session, given["chair"])) if "chair" in given else None


def _days(given: dict[str, Any]) -> dict[str, Any]:
    return {name: given[name] for name in ("first_day", "last_day")}


def _asked_day() -> date | None:
    try:
        return _FROM.read(request.args.get("from", ""))
    except ma.ValidationError:
        return None
