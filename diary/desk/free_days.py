"""Days that fell free in a chair or bed: whom to call, and an offer to them in one press."""

from datetime import date

import marshmallow as ma
from flask import request
from flask.typing import ResponseReturnValue

from diary.desk.door import at_desk, desk, show
from diary.desk.stale import found
from diary.domain.errors import Refusal
from diary.services.call_list import call_list, waiting_list
from diary.storage.chairs import chair_by_uid
from schemas.fields import Day

_DAY = Day(description="A day.")


@desk.get("/chairs/<uid:uid>/free")
def free_days(uid: str) -> ResponseReturnValue:
    """Who could come on these days, those who lose most by waiting first."""
    with at_desk(write=True) as (unit, frame):
        days = _day("first"), _day("last")
        chair = found(chair_by_uid(unit.session, uid))
        waiting = waiting_list(unit.session, names=frame.treating, now=unit.now)
        to_call = call_list(unit.session, waiting, chair, days=days, now=unit.now)
    return show("free_days.html", frame, chair=chair, days=days, waiting=waiting, to_call=to_call)


def _day(name: str) -> date:
    """A day of the address.

    Raises:
        Refusal: not_found, where it is none.
    """
    try:
        return _DAY.read(request.args.get(name, ""))
    except ma.ValidationError:
        raise Refusal("not_found", "This address names no days.") from None
