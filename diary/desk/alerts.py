"""What staff do with an alert: take it, snooze it, close it, say whether it was right."""

from dataclasses import dataclass
from datetime import timedelta

from flask import request, url_for
from flask.typing import ResponseReturnValue

from diary.desk.about import identity_for
from diary.desk.door import at_desk, desk, done_at, own_path, show, staff_work
from diary.desk.forms import Form
from diary.desk.frame import Frame
from diary.desk.quick_answers import ANSWERS, SNOOZE_DAYS, SNOOZE_REASONS
from diary.desk.stale import alert_as_seen, found
from diary.desk.words import OUTCOMES, OUTCOMES_OF_A_PERSON
from diary.services import alert_undo, alerts, audit
from diary.services.alert_check import check_elsewhere
from diary.services.alert_lines import AlertLine, alert_line, staff_names
from diary.services.clinics import the_clinic
from diary.services.course_today import today_of
from diary.services.safety import Safety, safety_of
from diary.storage.alerts import alert_by_uid
from diary.storage.bookings import live_booking_of
from diary.storage.patients import patient_by_id
from diary.storage.protocols import protocol_at
from diary.storage.tables.alert import Alert
from diary.storage.tables.patient import Patient, PatientIdentity
from diary.web.database import db
from diary.web.work import Work, roof
from schemas.alert import LabelIn, OutcomeIn, SnoozeIn


@dataclass(frozen=True, slots=True)
class AlertView:
    """An alert with its patient and what to weigh before treating again."""

    alert: AlertLine
    patient: Patient
    identity: PatientIdentity | None
    safety: Safety


def alert_view(unit: Work, frame: Frame, uid: str) -> AlertView:
    """What the pages about one alert show; the unit writes, because a name is read."""
    alert = found(alert_by_uid(unit.session, uid))
    patient = patient_by_id(unit.session, alert.patient_id)
    _, protocol = protocol_at(unit.session, unit.now)
    return AlertView(
        alert=alert_line(alert, staff_names(unit.session), booking=live_booking_of(unit.session, patient.id)),
        patient=patient,
        identity=identity_for(unit, frame, patient),
        safety=safety_of(unit.session, patient, today=today_of(patient, unit.now), protocol=protocol),
    )


@desk.post("/alerts/<uid:uid>/acknowledge")
def acknowledge(uid: str) -> ResponseReturnValue:
    """Take the alert."""
    with staff_work(write=True) as unit:
        alert = alert_as_seen(unit, uid)
        alerts.acknowledge(unit.session, alert, staff_id=unit.staff_id, now=unit.now)
        patient = patient_by_id(unit.session, alert.patient_id)
    return done_at(_back(patient), "acknowledged", undo=_undo(alert))


@desk.post("/alerts/<uid:uid>/undo")
def undo(uid: str) -> ResponseReturnValue:
    """Take back what one has just done with the alert."""
    with staff_work(write=True) as unit:
        alert = alert_as_seen(unit, uid)
        alert_undo.undo(unit.session, alert, staff_id=unit.staff_id, now=unit.now)
        patient = patient_by_id(unit.session, alert.patient_id)
    return done_at(_back(patient), "undone")


@desk.route("/alerts/<uid:uid>/snooze", methods=["GET", "POST"])
def snooze(uid: str) -> ResponseReturnValue:
    """Put the alert aside for some days, for a reason."""
    form = Form()
    if form.sent:
        with form.refusals():
            given = form.read(SnoozeIn)
            with staff_work(write=True) as unit:
                alert = alert_as_seen(unit, uid)
                alerts.snooze(unit.session, alert, staff_id=unit.staff_id, now=unit.now, **given)
                patient = patient_by_id(unit.session, alert.patient_id)
            return done_at(_back(patient), "snoozed", undo=_undo(alert))
    with at_desk(write=True) as (unit, frame):
        view = alert_view(unit, frame, uid)
    days = [(days, frame.today + timedelta(days=days)) for days in SNOOZE_DAYS]
    return show(
        "snooze.html",
        frame,
        form=form,
        view=view,
        days=days,
        reasons=SNOOZE_REASONS,
        back=_back(view.patient),
    ), form.status


@desk.route("/alerts/<uid:uid>/close", methods=["GET", "POST"])
def close(uid: str) -> ResponseReturnValue:
    """End the alert with what came of it."""
    form = Form()
    if form.sent:
        with form.refusals():
            given = form.read(OutcomeIn)
            with staff_work(write=True) as unit:
                alert = alert_as_seen(unit, uid)
                alerts.close(
                    unit.session, alert, outcome=given["outcome"], reason=given.get("reason"), now=unit.now
                )
                patient = patient_by_id(unit.session, alert.patient_id)
            return done_at(_back(patient), "closed", undo=_undo(alert))
    with at_desk(write=True) as (unit, frame):
        view = alert_view(unit, frame, uid)
    outcomes = [(word, OUTCOMES[word]) for word in OUTCOMES_OF_A_PERSON]
    return show(
        "close.html",
        frame,
        form=form,
        view=view,
        outcomes=outcomes,
        answers=ANSWERS[view.alert.kind],
        back=_back(view.patient),
    ), form.status


@desk.post("/alerts/<uid:uid>/label")
def label(uid: str) -> ResponseReturnValue:
    """Was this alert right? Apart from what was done about it; it changes nothing else."""
    given = Form().read(LabelIn)
    with staff_work(write=True) as unit:
        alert = found(alert_by_uid(unit.session, uid))
        alerts.label(unit.session, alert, staff_id=unit.staff_id, verdict=given["label"], now=unit.now)
        patient = patient_by_id(unit.session, alert.patient_id)
    return done_at(_back(patient), "labelled")


@desk.post("/alerts/<uid:uid>/check")
def check_alert(uid: str) -> ResponseReturnValue:
    """Work the alert's verdicts out again from its own copy; that it was looked at leaves a trace."""
    with at_desk(write=True) as (unit, frame):
        view = alert_view(unit, frame, uid)
        clinic_uid = the_clinic(unit.session).uid
        audit.note(
            unit.session,
            "alert_copy.read",
            now=unit.now,
            object="alert",
            object_uid=uid,
            patient_id=view.patient.id,
        )
    verdicts = check_elsewhere(
        uid,
        clinic_uid=clinic_uid,
        database_url=db.engine.url.render_as_string(hide_password=False),
        secret_key=roof().settings.secret_key,
    )
    return show("alert_check.html", frame, view=view, verdicts=verdicts)


def _undo(alert: Alert) -> str:
    return f"{alert.uid}.{alert.version}"


def _back(patient: Patient) -> str:
    """Where the asker came from: the worklist's tab, or the patient."""
    return own_path(request.values.get("back"), otherwise=url_for("desk.patient", uid=patient.uid))
