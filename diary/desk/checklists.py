"""The clinic's checklist before an infusion: its lines among the settings, its ticks at a booking."""

from flask.typing import ResponseReturnValue

from diary.desk.door import at_desk, desk, done, show, staff_work
from diary.desk.forms import Form, sent_version
from diary.desk.stale import found
from diary.domain.errors import Refusal
from diary.services.checklists import keep_checklist, tick
from diary.storage.bookings import booking_by_uid
from diary.storage.checklists import checklist_versions
from diary.storage.patients import patient_by_id
from schemas.checklist import LINE_LENGTH_MAX, LINES_MAX, ChecklistIn, TickIn


@desk.route("/settings/checklist", methods=["GET", "POST"])
def checklist_page() -> ResponseReturnValue:
    """The lines in force, the versions before, and other lines from now on."""
    with at_desk() as (unit, frame):
        versions = checklist_versions(unit.session)
    n = versions[-1].n if versions else 0
    form = Form({"lines": "\n".join(versions[-1].lines) if versions else ""})
    if form.sent:
        with form.refusals():
            given = form.read(ChecklistIn)
            with staff_work(write=True) as unit:
                # A form makes the version after those that its page showed; no version is 0.
                if len(checklist_versions(unit.session)) + 1 != sent_version():
                    raise Refusal("changed_meanwhile", "The checklist was changed. Nothing was written.")
                keep_checklist(unit.session, given["lines"], now=unit.now)
            return done("checklist", "desk.checklist_page")
    limits = {"lines_max": LINES_MAX, "length_max": LINE_LENGTH_MAX}
    return show("checklist.html", frame, form=form, versions=versions[::-1], n=n, **limits), form.status


@desk.post("/bookings/<uid:uid>/checklist/<int:place>")
def tick_line(uid: str, place: int) -> ResponseReturnValue:
    """Tick a line for a booking, or take the tick back."""
    with staff_work(write=True) as unit:
        booking = found(booking_by_uid(unit.session, uid, lock=True))
        ticked = Form().read(TickIn)["ticked"] == "yes"
        tick(
            unit.session,
            booking,
            n=sent_version(),
            place=place,
            ticked=ticked,
            staff_id=unit.staff_id,
            now=unit.now,
        )
        patient = patient_by_id(unit.session, booking.patient_id)
    return done("ticked" if ticked else "unticked", "desk.patient", uid=patient.uid, _anchor="checks")
