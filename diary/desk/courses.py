"""Courses at the desk: plan one, set its baseline, record what was given and correct it."""

from datetime import date
from typing import Any, Final

from flask.typing import ResponseReturnValue

from config.words import ADJUNCTS
from diary.charts.scale import count_text
from diary.desk.about import identity_for
from diary.desk.door import at_desk, desk, done, show, staff_work
from diary.desk.forms import Form
from diary.desk.frame import Frame
from diary.desk.stale import booking_as_seen, course_as_seen, found, patient_to_change
from diary.desk.words import INFUSION_CLASSES
from diary.domain import infusions as infusion_rules
from diary.services import baselines, courses, infusions
from diary.services.alert_lines import staff_names
from diary.services.checklists import checklist_for
from diary.services.course_today import today_of
from diary.storage.bookings import live_booking_of
from diary.storage.courses import (
    administration_by_uid,
    course_by_uid,
    courses_of,
    regimen_by_uid,
    regimens,
)
from diary.storage.patients import patient_by_id, patient_by_uid
from diary.storage.tables.booking import Booking
from diary.storage.tables.course import Course, Regimen
from diary.storage.tables.patient import Patient
from diary.web.work import Work
from schemas.administration import AdministrationIn
from schemas.course import BaselineIn, CourseIn
from schemas.fields import Text

# What a form of an infusion is filled with when it corrects one.
CORRECTED: Final = (
    "first_day",
    "last_day",
    "agent",
    "setting",
    "dose_as_written",
    "dose_mg_kg_h",
    "hours",
    "adjuncts",
    "stopped_early",
    "stop_reason",
    "classified_as",
)


class AdministrationCorrectionIn(AdministrationIn):
    """A recorded infusion as it should have been."""

    reason = Text(300, required=True, description="Why it is corrected.")


@desk.route("/patients/<uid:uid>/courses/new", methods=["GET", "POST"])
def plan(uid: str) -> ResponseReturnValue:
    """Plan a course: from here on the diary collects its baseline."""
    form = Form()
    if form.sent:
        with form.refusals():
            given = form.read(CourseIn)
            with staff_work(write=True) as unit:
                courses.plan_course(
                    unit.session,
                    patient_to_change(unit, uid),
                    regimen=found(regimen_by_uid(unit.session, given["regimen"])),
                    planned_first_day=given["planned_first_day"],
                    treated_area=given.get("treated_area"),
                    now=unit.now,
                )
            return done("planned", "desk.patient", uid=uid)
    with at_desk(write=True) as (unit, frame):
        patient = found(patient_by_uid(unit.session, uid))
        identity = identity_for(unit, frame, patient)
        earlier = courses_of(unit.session, patient.id)
        known = regimens(unit.session)
    if not form.sent and earlier:
        form = Form({"treated_area": earlier[-1].treated_area})
    return show(
        "course_plan.html", frame, form=form, patient=patient, identity=identity, regimens=known
    ), form.status


@desk.route("/courses/<uid:uid>/baseline", methods=["GET", "POST"])
def baseline(uid: str) -> ResponseReturnValue:
    """A clinician's baseline, with a reason."""
    form = Form()
    if form.sent:
        with form.refusals():
            given = form.read(BaselineIn)
            with staff_work(write=True) as unit:
                course = course_as_seen(unit, uid)
                baselines.set_baseline(
                    unit.session,
                    course,
                    kind=given["kind"],
                    nrs=given.get("nrs"),
                    stated_on=given.get("stated_on"),
                    source=given.get("source"),
                    reason=given["reason"],
                    now=unit.now,
                )
                patient = patient_by_id(unit.session, course.patient_id)
            return done("baseline", "desk.patient", uid=patient.uid)
    with at_desk(write=True) as (unit, frame):
        course = found(course_by_uid(unit.session, uid))
        patient = patient_by_id(unit.session, course.patient_id)
        identity = identity_for(unit, frame, patient)
    return show(
        "baseline.html", frame, form=form, course=course, patient=patient, identity=identity
    ), form.status


@desk.route("/patients/<uid:uid>/infusions/new", methods=["GET", "POST"])
def infuse(uid: str) -> ResponseReturnValue:
    """Record what was given; with a booking under way it is done by this."""
    form = Form()
    if form.sent:
        with form.refusals():
            given = form.read(AdministrationIn)
            with staff_work(write=True) as unit:
                patient = patient_to_change(unit, uid)
                infusions.record_infusion(
                    unit.session,
                    patient,
                    _given(given),
                    regimen=_regimen(unit, given),
                    booking=_booking(unit, patient, given),
                    today=today_of(patient, unit.now),
                    now=unit.now,
                )
            return done("infused", "desk.patient", uid=uid)
    with at_desk(write=True) as (unit, frame):
        patient = found(patient_by_uid(unit.session, uid))
        facts = _infusion_facts(unit, frame, patient, day=frame.today)
    if not form.sent:
        form = Form(_first_values(facts["booking"], facts["regimen"], facts["suggested"], today=frame.today))
    return show("infusion.html", frame, form=form, patient=patient, old=None, **facts), form.status


@desk.route("/infusions/<uid:uid>/correct", methods=["GET", "POST"])
def correct_infusion(uid: str) -> ResponseReturnValue:
    """Correct what was recorded: the old record is kept, and no longer counts."""
    form = Form()
    if form.sent:
        with form.refusals():
            given = form.read(AdministrationCorrectionIn)
            with staff_work(write=True) as unit:
                old = found(administration_by_uid(unit.session, uid))
                patient = patient_by_id(unit.session, old.patient_id, lock=True)
                today = today_of(patient, unit.now)
                infusions.correct_infusion(
                    unit.session, patient, old, _given(given), today=today, now=unit.now
                )
            return done("infused", "desk.patient", uid=patient.uid)
    with at_desk(write=True) as (unit, frame):
        old = found(administration_by_uid(unit.session, uid))
        patient = patient_by_id(unit.session, old.patient_id)
        facts = _infusion_facts(unit, frame, patient, day=old.first_day)
    if not form.sent:
        form = Form({name: getattr(old, name) for name in CORRECTED})
    return show("infusion.html", frame, form=form, patient=patient, old=old, **facts), form.status


def _given(values: dict[str, Any]) -> infusions.Given:
    return infusions.Given(
        **{name: value for name, value in values.items() if name in infusions.Given.__slots__}
    )


def _booking(unit: Work, patient: Patient, given: dict[str, Any]) -> Booking | None:
    """The patient's booking that this infusion completes, in the version that the form was made from."""
    if "booking" not in given:
        return None
    booking = booking_as_seen(unit, given["booking"])
    return found(booking if booking.patient_id == patient.id else None)


def _regimen(unit: Work, given: dict[str, Any]) -> Regimen | None:
    return found(regimen_by_uid(unit.session, given["regimen"])) if "regimen" in given else None


def _infusion_facts(unit: Work, frame: Frame, patient: Patient, *, day: date) -> dict[str, Any]:
    """Whom the form of an infusion is about, regimens, the booking, and what the days may be called."""
    known = regimens(unit.session)
    open_course = next((c for c in courses_of(unit.session, patient.id) if c.status == "open"), None)
    booking = live_booking_of(unit.session, patient.id)
    regimen_id = booking.regimen_id if booking is not None else _regimen_of(open_course)
    regimen = next((regimen for regimen in known if regimen.id == regimen_id), None)
    first = (booking.offered_first_day if booking is not None else None) or day
    last = (booking.offered_last_day if booking is not None else None) or first
    suggested = infusion_rules.suggest_class(
        (first, last),
        last_infusion_day=open_course.last_infusion_day if open_course is not None else None,
        series_gap_max_days=regimen.series_gap_max_days if regimen is not None else 0,
        regimen_days=regimen.infusion_days if regimen is not None else 1,
    )
    return {
        "identity": identity_for(unit, frame, patient),
        "regimens": known,
        "regimen": regimen,
        "booking": booking,
        "open_course": open_course,
        "suggested": suggested,
        "suggestion": _suggestion(frame, suggested, first, open_course),
        "adjuncts": ADJUNCTS,
        "checklist": checklist_for(unit.session, booking, staff_names(unit.session)),
    }


def _suggestion(frame: Frame, suggested: str, first: date, open_course: Course | None) -> str:
    """What the days may be called and why; staff decide."""
    if open_course is None or open_course.last_infusion_day is None:
        return "No course is open, so this opens one."
    days = (first - open_course.last_infusion_day).days
    word = INFUSION_CLASSES[suggested].lower()
    return f"Suggested for {frame.day(first)}, {count_text(days, 'day')} after the last infusion day: {word}."


def _regimen_of(course: Course | None) -> int | None:
    return course.regimen_id if course is not None else None


def _first_values(
    booking: Booking | None, regimen: Regimen | None, suggested: str, *, today: date
) -> dict[str, object]:
    """Booked days that have come, and the regimen's plan; what was given is for staff to say."""
    values: dict[str, object] = {"classified_as": suggested}
    if booking is not None:
        values["booking"] = booking.uid
        if booking.offered_first_day is not None and booking.offered_first_day <= today:
            assert booking.offered_last_day is not None
            values |= {
                "first_day": booking.offered_first_day,
                "last_day": min(booking.offered_last_day, today),
            }
    if regimen is not None:
        values |= {
            "regimen": regimen.uid,
            "agent": regimen.agent,
            "setting": regimen.setting,
            "dose_as_written": regimen.dose_as_written,
            "dose_mg_kg_h": regimen.dose_mg_kg_h,
            "adjuncts": regimen.adjuncts,
        }
    return values
