"""A patient of another clinic at the desk, in an emergency: a form with a reason, then an hour to read."""

from flask.typing import ResponseReturnValue

from diary.desk.account import me
from diary.desk.door import at_desk, desk, done, show, staff_work
from diary.desk.forms import Form
from diary.domain.errors import Refusal
from diary.services.attempts import emergency_doors
from diary.services.emergencies import look, note_asked, open_record
from diary.services.patient_page import patient_page
from diary.storage.emergencies import other_clinics
from diary.web.signing_in import counted
from schemas.emergency import EmergencyIn

# No label of an alert is anybody's of elsewhere.
NO_READER = 0


@desk.route("/emergency", methods=["GET", "POST"])
def emergency() -> ResponseReturnValue:
    """Who it is, where, and why."""
    form = Form()
    if form.sent:
        with form.refusals():
            given = form.read(EmergencyIn)
            with staff_work(write=True) as unit:
                # Stays, also where nobody is found.
                note_asked(unit.session, given["clinic"], now=unit.now)
                guest_uid = me(unit)[0].uid
            with counted(*emergency_doors(guest_uid)), staff_work(write=True) as unit:
                access = open_record(unit.session, me(unit)[0], **given, now=unit.now, wall_now=unit.wall_now)
            return done("emergency", "desk.emergency_page", uid=access.uid)
    with at_desk() as (unit, frame):
        clinics = [(clinic.uid, clinic.name) for clinic in other_clinics(unit.session)]
    return show("emergency.html", frame, form=form, clinics=clinics), form.status


@desk.get("/emergency/<uid:uid>")
def emergency_page(uid: str) -> ResponseReturnValue:
    """All that the other clinic's page of the patient shows, to read; each look leaves a trace there."""
    try:
        with at_desk(write=True) as (unit, frame):
            opened = look(unit.session, me(unit)[0], uid, wall_now=unit.wall_now)
            page = patient_page(
                unit.session, opened.patient, reader_id=NO_READER, names=True, whole=False, now=unit.now
            )
    except Refusal as refusal:
        if refusal.code != "emergency_over":
            raise
        return done(refusal.code, "desk.emergency")
    minutes_left = int((opened.access.ends_at - frame.wall_now).total_seconds() // 60)
    return show("emergency_patient.html", frame, page=page, clinic=opened.clinic, minutes_left=minutes_left)
