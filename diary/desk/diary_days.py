"""The diary at the desk: what a patient said by phone, a correction beside an answer, what else happened."""

from datetime import date
from typing import Any, Final

from flask import request
from flask.typing import ResponseReturnValue

from config.words import EVENT_KINDS
from diary.desk.about import identity_for
from diary.desk.door import at_desk, desk, done, show, staff_work
from diary.desk.forms import Form
from diary.desk.stale import found, patient_to_change
from diary.domain.errors import Refusal
from diary.services import entries
from diary.services.clinical_events import record_event
from diary.services.course_today import today_of
from diary.services.own_diary import question_of
from diary.storage.entries import entry_by_uid
from diary.storage.ids import new_uid
from diary.storage.patients import patient_by_id, patient_by_uid
from diary.storage.tables.patient import Patient
from diary.web.work import Work
from schemas.base import Incoming
from schemas.entry import CorrectionIn
from schemas.fields import Choice, Day, Nrs, Number, Text, Uuid

SAID_BY: Final = ("clinic_phone", "clinic_paper")
# Units per litre. Beyond this the decimal point has slipped; acute liver failure reaches about 20,000.
LIVER_U_L_MAX: Final = 100_000


class SaidIn(Incoming):
    """An answer that staff take down: what the patient said by phone or wrote on paper."""

    id = Uuid(required=True, description="Made with the form, so that sending it twice is one answer.")
    day = Day(required=True, description="The day that the answer is for.")
    nrs = Nrs(required=True, description="Average pain over 24 hours, NRS points.")
    source = Choice(SAID_BY, required=True, description="Said or written.")


class EventIn(Incoming):
    """What else happened."""

    kind = Choice(EVENT_KINDS, required=True, description="What kind of event.")
    day = Day(required=True, description="When.")
    detail = Text(300, description="In words.")
    alt_u_l = Number(0, LIVER_U_L_MAX, description="Alanine aminotransferase, U/L.")
    ast_u_l = Number(0, LIVER_U_L_MAX, description="Aspartate aminotransferase, U/L.")


@desk.route("/patients/<uid:uid>/answers/new", methods=["GET", "POST"])
def take_down(uid: str) -> ResponseReturnValue:
    """Record what the patient said; marked so, with who took it."""
    form = Form({"day": request.args.get("day"), "source": SAID_BY[0]})
    if form.sent:
        with form.refusals():
            given = form.read(SaidIn)
            with staff_work(write=True) as unit:
                _take_down(unit, patient_to_change(unit, uid), given)
            return done("recorded", "desk.patient", uid=uid)
    with at_desk(write=True) as (unit, frame):
        patient = found(patient_by_uid(unit.session, uid))
        identity = identity_for(unit, frame, patient)
        question = question_of(unit.session, patient, locale=patient.locale, now=unit.now)
        today = today_of(patient, unit.now)
    return show(
        "answer.html",
        frame,
        form=form,
        patient=patient,
        identity=identity,
        today=today,
        question=question,
        client_id=form.value("id") or new_uid(unit.now),
    ), form.status


@desk.route("/entries/<uid:uid>/correction", methods=["GET", "POST"])
def correct_entry(uid: str) -> ResponseReturnValue:
    """File a correction beside a patient's answer: theirs stays, and they see both."""
    form = Form()
    if form.sent:
        with form.refusals():
            given = form.read(CorrectionIn)
            with staff_work(write=True) as unit:
                shown = found(entry_by_uid(unit.session, uid))
                patient = patient_by_id(unit.session, shown.patient_id, lock=True)
                standing = found(entry_by_uid(unit.session, given["of"]))
                found(standing if standing.patient_id == patient.id else None)
                entries.correct(
                    unit.session,
                    patient,
                    standing,
                    nrs=given["nrs"],
                    reason=given["reason"],
                    now=unit.now,
                )
            return done("corrected", "desk.patient", uid=patient.uid)
    with at_desk(write=True) as (unit, frame):
        entry = found(entry_by_uid(unit.session, uid))
        patient = patient_by_id(unit.session, entry.patient_id)
        identity = identity_for(unit, frame, patient)
    return show(
        "correction.html", frame, form=form, patient=patient, identity=identity, entry=entry
    ), form.status


@desk.route("/patients/<uid:uid>/events/new", methods=["GET", "POST"])
def happening(uid: str) -> ResponseReturnValue:
    """Record a dated event, such as a liver test."""
    form = Form({"kind": request.args.get("kind")})
    if form.sent:
        with form.refusals():
            given = form.read(EventIn)
            with staff_work(write=True) as unit:
                patient = patient_to_change(unit, uid)
                record_event(
                    unit.session,
                    patient,
                    kind=given["kind"],
                    day=given["day"],
                    detail=given.get("detail"),
                    alt_u_l=given.get("alt_u_l"),
                    ast_u_l=given.get("ast_u_l"),
                    today=today_of(patient, unit.now),
                    now=unit.now,
                )
            return done("event", "desk.patient", uid=uid)
    with at_desk(write=True) as (unit, frame):
        patient = found(patient_by_uid(unit.session, uid))
        identity = identity_for(unit, frame, patient)
    return show("event.html", frame, form=form, patient=patient, identity=identity), form.status


def _take_down(unit: Work, patient: Patient, given: dict[str, Any]) -> None:
    _check_past(given["day"], today_of(patient, unit.now))
    answer = entries.Answer(
        client_id=given["id"],
        day=given["day"],
        nrs=given["nrs"],
        answered_at=unit.now,
        sent_at=unit.now,
        zone=patient.zone,
        source=given["source"],
    )
    try:
        entries.record(unit.session, patient, answer, now=unit.now)
    except Refusal as refusal:
        if refusal.code != "day_already_answered":
            raise
        raise Refusal(
            refusal.code,
            f"{given['day']} has another answer already. File a correction beside it, on the patient's page.",
            pointer="/day",
        ) from None


def _check_past(day: date, today: date) -> None:
    if day > today:
        raise Refusal("day_in_future", f"{day} has not come yet. Use {today} or earlier.", pointer="/day")
