"""Patients at the desk: the list, the page, who they are, their phones, and whether they are followed."""

from datetime import timedelta
from typing import Any, Final

from flask import request
from flask.typing import ResponseReturnValue

from config.words import FOLLOW_STATES
from diary.charts.course_words import course_table
from diary.charts.qr import qr_code
from diary.desk.about import identity_for
from diary.desk.door import at_desk, desk, done, frame_alone, page_number, show, staff_work
from diary.desk.forms import Form
from diary.desk.stale import found, patient_as_seen, patient_to_change
from diary.services import enrolment, patients
from diary.services.patient_list import patient_list
from diary.services.patient_page import patient_page
from diary.storage.patients import devices_of, patient_by_uid
from diary.web.work import roof
from schemas.patient import FollowIn, IdentityIn, PatientIn

QUERY_LENGTH_MAX: Final = 60
PAUSE_DAYS: Final = (3, 7, 14, 28)
assert FOLLOW_STATES == ("followed", "paused", "stopped"), "each has its button on the patient's page"


@desk.get("/patients")
def patients_page() -> ResponseReturnValue:
    """Everybody, by pseudonym; or those who were brought in of late."""
    brought_in = "brought_in" in request.args
    with at_desk(write=True) as (unit, frame):
        listed = patient_list(
            unit.session,
            query="",
            page=page_number(),
            names=frame.treating,
            now=unit.now,
            brought_in=brought_in,
        )
    return show("patients.html", frame, listed=listed, query="", brought_in=brought_in)


@desk.post("/patients/search")
def search() -> ResponseReturnValue:
    """Those who fit; sent as a form, because a name must not stand in an address."""
    query = request.form.get("q", "").strip()[:QUERY_LENGTH_MAX].replace("\0", "")
    with at_desk(write=True) as (unit, frame):
        listed = patient_list(unit.session, query=query, page=1, names=frame.treating, now=unit.now)
    return show("patients.html", frame, listed=listed, query=query, brought_in=False)


@desk.get("/patients/<uid:uid>")
def patient(uid: str) -> ResponseReturnValue:
    """All that is known of one patient; reading it leaves a trace."""
    with at_desk(write=True) as (unit, frame):
        page = patient_page(
            unit.session,
            found(patient_by_uid(unit.session, uid)),
            reader_id=unit.staff_id,
            names=frame.treating,
            whole=request.args.get("chart") == "whole",
            now=unit.now,
        )
    return show("patient.html", frame, page=page, table=list(reversed(course_table(page.chart))))


@desk.route("/patients/new", methods=["GET", "POST"])
def admit() -> ResponseReturnValue:
    """A new patient: a pseudonym, who it is, and where."""
    frame = frame_alone()
    form = Form({"zone": frame.zone.key, "locale": "en"})
    if form.sent:
        with form.refusals():
            given = form.read(PatientIn)
            with staff_work(write=True) as unit:
                admitted = patients.admit(
                    unit.session,
                    pseudonym=given["pseudonym"],
                    zone=given["zone"],
                    locale=given["locale"],
                    identity=patients.Identity(**given["identity"]) if "identity" in given else None,
                    owner_id=unit.staff_id,
                    now=unit.now,
                )
            return done("admitted", "desk.patient", uid=admitted.uid)
    return show("patient_new.html", frame, form=form), form.status


@desk.route("/patients/<uid:uid>/identity", methods=["GET", "POST"])
def identity(uid: str) -> ResponseReturnValue:
    """Who the patient is; reading and writing it both leave a trace."""
    form = Form()
    if form.sent:
        with form.refusals():
            given = form.read(IdentityIn)
            with staff_work(write=True) as unit:
                known = patient_as_seen(unit, uid)
                patients.set_identity(unit.session, known, patients.Identity(**given), now=unit.now)
            return done("identity", "desk.patient", uid=uid)
    with at_desk(write=True) as (unit, frame):
        known = found(patient_by_uid(unit.session, uid))
        row = patients.read_identity(unit.session, known, now=unit.now)
    if not form.sent and row is not None:
        names = ("name", "birth_date", "hospital_number", "phone")
        form = Form({name: getattr(row, name) for name in names})
    return show("identity.html", frame, form=form, patient=known, identity=row), form.status


@desk.post("/patients/<uid:uid>/code")
def code(uid: str) -> ResponseReturnValue:
    """A code for the patient's phone, shown this once: reloading makes another and ends this one."""
    with at_desk(write=True) as (unit, frame):
        known = patient_to_change(unit, uid)
        made, ends_at = enrolment.make_code(
            unit.session, known, secret_key=roof().settings.secret_key, now=unit.now
        )
        row = identity_for(unit, frame, known)
    address = f"{roof().settings.public_url}/app/join"
    # Behind the # the code is in no log of any server.
    picture = qr_code(f"{address}#{made}")
    facts = {"code": made, "ends_at": ends_at, "address": address, "picture": picture}
    return show("code.html", frame, patient=known, identity=row, **facts)


@desk.post("/patients/<uid:uid>/phones/<uid:device_uid>/remove")
def remove_phone(uid: str, device_uid: str) -> ResponseReturnValue:
    """The phone can no longer sign in: lost, sold, replaced."""
    with staff_work(write=True) as unit:
        known = patient_to_change(unit, uid)
        devices = {device.uid: device for device in devices_of(unit.session, known.id)}
        enrolment.revoke_device(unit.session, found(devices.get(device_uid)).id, now=unit.now)
    return done("removed", "desk.patient", uid=uid)


@desk.route("/patients/<uid:uid>/follow", methods=["GET", "POST"])
def follow(uid: str) -> ResponseReturnValue:
    """Follow, pause, or stop following: one press on this page."""
    form = Form()
    if form.sent:
        with form.refusals():
            given = form.read(FollowIn)
            with staff_work(write=True) as unit:
                _change_following(unit.session, patient_as_seen(unit, uid), given, now=unit.now)
            return done(given["state"], "desk.patient", uid=uid)
    with at_desk(write=True) as (unit, frame):
        known = found(patient_by_uid(unit.session, uid))
        row = identity_for(unit, frame, known)
    pauses = [(days, frame.today + timedelta(days=days)) for days in PAUSE_DAYS]
    return show("follow.html", frame, form=form, patient=known, identity=row, pauses=pauses), form.status


def _change_following(session: Any, known: Any, given: dict[str, Any], *, now: Any) -> None:
    note = given.get("note")
    if given["state"] == "stopped":
        patients.stop(session, known, reason=given["reason"], note=note, now=now)
    elif given["state"] == "paused":
        patients.pause(session, known, until=given.get("until"), note=note, now=now)
    else:
        patients.follow(session, known, now=now)
