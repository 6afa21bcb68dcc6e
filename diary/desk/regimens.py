"""Regimens at the desk: the list, and a new one."""

from flask.typing import ResponseReturnValue

from config.words import ADJUNCTS
from diary.desk.door import at_desk, desk, done, frame_alone, show, staff_work
from diary.desk.forms import Form
from diary.services.regimens import add_regimen
from diary.storage.courses import regimens
from schemas.regimen import RegimenIn


@desk.get("/regimens")
def regimens_page() -> ResponseReturnValue:
    """The regimens that the clinic plans with."""
    with at_desk() as (unit, frame):
        known = regimens(unit.session)
    return show("regimens.html", frame, regimens=known)


@desk.route("/regimens/new", methods=["GET", "POST"])
def new_regimen() -> ResponseReturnValue:
    """A new regimen."""
    form = Form({"series_gap_max_days": 0})
    if form.sent:
        with form.refusals():
            given = form.read(RegimenIn)
            with staff_work(write=True) as unit:
                add_regimen(unit.session, **{"dose_mg_kg_h": None, **given}, now=unit.now)
            return done("regimen", "desk.regimens_page")
    return show("regimen_new.html", frame_alone(), form=form, adjuncts=ADJUNCTS), form.status
