"""What staff write down about a patient: a call made, a note for colleagues, who looks after them."""

from typing import Any, Final

from flask import request, url_for
from flask.typing import ResponseReturnValue

from config.words import CALL_RESULTS
from diary.desk.about import identity_for
from diary.desk.door import at_desk, desk, done, done_at, own_path, show, staff_work
from diary.desk.forms import Form
from diary.desk.stale import found, patient_as_seen, patient_to_change
from diary.services import contacts, patients
from diary.storage.alerts import alert_by_uid
from diary.storage.patients import patient_by_uid
from diary.storage.rota import team_by_uid, teams
from diary.storage.staff import staff_by_uid, staff_of_clinic
from diary.storage.tables.alert import Alert
from diary.web.rights import TREATING
from diary.web.work import Work
from schemas.base import Incoming
from schemas.fields import Choice, Text, Uuid

NOTE_LENGTH_MAX: Final = 1000


class CalledIn(Incoming):
    """A call that was made."""

    result = Choice(CALL_RESULTS, required=True, description="Whether the patient was reached.")
    note = Text(NOTE_LENGTH_MAX, lines=True, description="For colleagues.")
    alert = Uuid(description="`uid` of the alert that it was about.")


class NoteIn(Incoming):
    """A note for colleagues."""

    body = Text(NOTE_LENGTH_MAX, lines=True, required=True, description="The note.")


class OwnerIn(Incoming):
    """Who looks after the patient."""

    owner = Uuid(description="`uid` of a colleague; left out: nobody in particular.")
    team = Uuid(description="`uid` of a team; left out: none.")


@desk.route("/patients/<uid:uid>/calls/new", methods=["GET", "POST"])
def call(uid: str) -> ResponseReturnValue:
    """Log a call: reached or not is one press."""
    form = Form({"alert": request.args.get("alert")})
    back = own_path(request.values.get("back"), otherwise=url_for("desk.patient", uid=uid))
    if form.sent:
        with form.refusals():
            given = form.read(CalledIn)
            with staff_work(write=True) as unit:
                patient = patient_to_change(unit, uid)
                contacts.log_call(
                    unit.session,
                    patient,
                    alert=_alert(unit, given, patient.id),
                    staff_id=unit.staff_id,
                    result=given["result"],
                    note=given.get("note"),
                    now=unit.now,
                )
            return done_at(back, "called")
    with at_desk(write=True) as (unit, frame):
        patient = found(patient_by_uid(unit.session, uid))
        identity = identity_for(unit, frame, patient)
    return show("call.html", frame, form=form, patient=patient, identity=identity, back=back), form.status


@desk.route("/patients/<uid:uid>/notes/new", methods=["GET", "POST"])
def note(uid: str) -> ResponseReturnValue:
    """Add a note; it stands for good."""
    form = Form()
    if form.sent:
        with form.refusals():
            given = form.read(NoteIn)
            with staff_work(write=True) as unit:
                patient = patient_to_change(unit, uid)
                contacts.add_note(
                    unit.session, patient, staff_id=unit.staff_id, body=given["body"], now=unit.now
                )
            return done("noted", "desk.patient", uid=uid)
    with at_desk(write=True) as (unit, frame):
        patient = found(patient_by_uid(unit.session, uid))
        identity = identity_for(unit, frame, patient)
    return show("note.html", frame, form=form, patient=patient, identity=identity), form.status


@desk.route("/patients/<uid:uid>/owner", methods=["GET", "POST"])
def owner(uid: str) -> ResponseReturnValue:
    """Say who looks after the patient: whose list the patient is on."""
    form = Form()
    if form.sent:
        with form.refusals():
            given = form.read(OwnerIn)
            with staff_work(write=True) as unit:
                patient = patient_as_seen(unit, uid)
                patients.change(unit.session, patient, _owners(unit, given), now=unit.now)
            return done("owner", "desk.patient", uid=uid)
    with at_desk(write=True) as (unit, frame):
        patient = found(patient_by_uid(unit.session, uid))
        identity = identity_for(unit, frame, patient)
        people = [
            person
            for person in staff_of_clinic(unit.session)
            if person.role in TREATING and (person.disabled_at is None or person.id == patient.owner_id)
        ]
        groups = teams(unit.session)
    if not form.sent:
        form = Form(
            {
                "owner": next((person.uid for person in people if person.id == patient.owner_id), None),
                "team": next((team.uid for team in groups if team.id == patient.team_id), None),
            }
        )
    return show(
        "owner.html", frame, form=form, patient=patient, identity=identity, people=people, teams=groups
    ), form.status


def _alert(unit: Work, given: dict[str, Any], patient_id: int) -> Alert | None:
    if "alert" not in given:
        return None
    alert = found(alert_by_uid(unit.session, given["alert"]))
    return found(alert if alert.patient_id == patient_id else None)


def _owners(unit: Work, given: dict[str, Any]) -> dict[str, int | None]:
    person = found(staff_by_uid(unit.session, given["owner"])) if "owner" in given else None
    team = found(team_by_uid(unit.session, given["team"])) if "team" in given else None
    return {
        "owner_id": None if person is None else person.id,
        "team_id": None if team is None else team.id,
    }
