"""The worklist, and in a sandbox the clock that plays the nights."""

from dataclasses import fields
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from diary.desk.door import at_desk, desk, frame_alone, own_path, page_address, page_number, show
from diary.desk.frame import Frame
from diary.services.sandbox import ask_to_advance
from diary.services.worklist import View
from diary.services.worklist import worklist as read_worklist

# The demo's morning: staff come in, the night has run.
MORNING: Final = time(9)
FIRST_VIEW: Final = View()
WORDS: Final = tuple(one.name for one in fields(View) if one.name != "page")
STRIDES: Final = {"night": 1, "week": 7}


@desk.get("/")
def worklist() -> ResponseReturnValue:
    """One tab of the worklist; all that one looks at stands in the address, to send it to a colleague."""
    asked = {name: request.args[name] for name in WORDS if name in request.args}
    view = View(**asked, page=page_number())
    with at_desk(write=True) as (unit, frame):
        found = read_worklist(unit.session, view, names=frame.treating, now=unit.now)
    at = partial(_address, found.view)
    return show("worklist.html", frame, found=found, at=at, first_view=FIRST_VIEW)


@desk.post("/clock")
def advance() -> ResponseReturnValue:
    """Ask the sandbox clock to go to 09:00 of the next day, or of a week on."""
    days = STRIDES.get(request.form.get("stride", ""), 1)
    with at_desk(write=True) as (unit, frame):
        ask_to_advance(unit.session, to=_morning(frame, days))
    return redirect(url_for("desk.clock", back=_back()), 303)


@desk.get("/clock")
def clock() -> ResponseReturnValue:
    """Says that nights are being run, looks again each second, and goes back once the clock stands."""
    frame = frame_alone()
    if frame.clock_target is None:
        return redirect(_back(), 303)
    nights = (frame.local(frame.clock_target).date() - frame.today).days
    return show("clock.html", frame, nights=nights)


def _address(view: View, **changes: Any) -> str:
    """Where the same list is seen otherwise; another tab, order or choice begins with its first page."""
    asked = {name: getattr(view, name) for name in WORDS} | {"page": 1} | changes
    others = {name: word for name, word in asked.items() if word != getattr(FIRST_VIEW, name)}
    return f"{page_address('desk.worklist')}?{urlencode({'tab': asked['tab'], **others})}"


def _morning(frame: Frame, days: int) -> datetime:
    """Nine o'clock at the clinic, so many days on from where the clock stands or is on its way to."""
    start = frame.local(frame.clock_target or frame.now)
    return datetime.combine(start.date() + timedelta(days=days), MORNING, frame.zone)


def _back() -> str:
    return own_path(request.values.get("back"), otherwise=url_for("desk.worklist"))
