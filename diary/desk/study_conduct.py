"""A study that runs, at the desk: its log, its visits, who was told an arm, what was frozen of it."""

from datetime import date
from typing import Any

from flask import Response, request
from flask.typing import ResponseReturnValue

from diary.desk import study_words
from diary.desk.door import at_desk, desk, done, show, staff_work
from diary.desk.forms import Form, sent_version
from diary.desk.stale import found
from diary.domain.errors import Refusal
from diary.domain.taking_part import PlannedVisit
from diary.services import studies, study_freezing, study_list, study_steps, unblinding
from diary.services.course_today import today_of
from diary.services.study_page import asked_of, study_page
from diary.services.study_record import pseudonyms_in, study_file_named
from diary.storage.audit import newest_id
from diary.storage.courses import courses_of
from diary.storage.patients import patient_by_pseudonym, patient_by_uid
from diary.storage.studies import (
    allotted_courses,
    freezes_of,
    step_by_uid,
    strata_of,
    study_by_uid,
    unblinding_by_uid,
)
from diary.storage.tables.patient import Patient
from diary.storage.tables.study import Study
from diary.web.work import Work
from schemas.study import ReasonIn, StudyIn, StudyStepIn, UnblindIn


@desk.route("/studies/new", methods=["GET", "POST"])
def new_study() -> ResponseReturnValue:
    """A study that begins; its list is made at the command line, where nobody who treats sees it."""
    form = Form({"masking": "masked", "follow_up_days": studies.FOLLOW_UP_DAYS})
    if form.sent:
        with form.refusals():
            given = form.read(StudyIn)
            visits = [PlannedVisit(**visit) for visit in given.pop("visits")]
            with staff_work(write=True) as unit:
                study = studies.found_study(unit.session, **given, visits=visits, now=unit.now)
            return done("study_founded", "desk.running_study", uid=study.uid)
    with at_desk() as (_, frame):
        return show("study_new.html", frame, form=form, said=study_words), form.status


@desk.get("/studies/<uid:uid>")
def running_study(uid: str) -> ResponseReturnValue:
    """Who takes part and stands where; with `check`, whether the newest freeze is still the same."""
    with at_desk(write=True) as (unit, frame):
        study = found(study_by_uid(unit.session, uid))
        page = study_page(unit.session, study, reader_id=unit.staff_id, today=frame.today, now=unit.now)
        verdicts = None
        if "check" in request.args and page.freezes and frame.role in ("admin", "coordinator"):
            verdicts = study_freezing.compare(unit.session, study, page.freezes[-1])
    return show("study.html", frame, page=page, study=study, said=study_words, verdicts=verdicts)


@desk.route("/studies/<uid:uid>/log", methods=["GET", "POST"])
def study_step(uid: str) -> ResponseReturnValue:
    """One more line of the log; an allotment takes the next place of the list."""
    form = Form({"pseudonym": request.args.get("pseudonym"), "day": request.args.get("day")})
    if form.sent:
        with form.refusals():
            given = form.read(StudyStepIn)
            with staff_work(write=True) as unit:
                study = found(study_by_uid(unit.session, uid, lock=True))
                notice = _write_step(unit, study, given)
            return done(notice, "desk.running_study", uid=uid)
    with at_desk() as (unit, frame):
        study = found(study_by_uid(unit.session, uid))
        strata = list(strata_of(unit.session, study))
    if not form.sent and not form.value("day"):
        form = Form({"pseudonym": form.value("pseudonym"), "day": frame.today})
    visits = [(visit.name, visit.name) for visit in studies.planned_visits(study)]
    facts = {"strata": [(name, name) for name in strata], "visits": visits, "said": study_words}
    return show("study_step.html", frame, form=form, study=study, **facts), form.status


@desk.post("/studies/<uid:uid>/log/<uid:step_uid>/take-back")
def take_back_step(uid: str, step_uid: str) -> ResponseReturnValue:
    """A line was a mistake: it stays readable, and counts no more."""
    with staff_work(write=True) as unit:
        study = found(study_by_uid(unit.session, uid, lock=True))
        step = found(step_by_uid(unit.session, study, step_uid))
        given = Form().read(ReasonIn)
        study_steps.take_back(unit.session, study, step, reason=given["reason"], now=unit.now)
    return done("study_taken_back", "desk.running_study", uid=uid)


@desk.route("/studies/<uid:uid>/unblinding", methods=["GET", "POST"])
def unblind(uid: str) -> ResponseReturnValue:
    """Who asked to be told an arm, and a new request."""
    form = Form({"pseudonym": request.args.get("pseudonym")})
    if form.sent:
        with form.refusals():
            given = form.read(UnblindIn)
            with staff_work(write=True) as unit:
                study = found(study_by_uid(unit.session, uid, lock=True))
                course_id = _course_in(unit, study, given.get("pseudonym"))
                unblinding.ask(
                    unit.session,
                    study,
                    course_id=course_id,
                    reason=given["reason"],
                    staff_id=unit.staff_id,
                    now=unit.now,
                )
            return done("unblinding_asked", "desk.unblind", uid=uid)
    with at_desk(write=True) as (unit, frame):
        study = found(study_by_uid(unit.session, uid))
        asked = asked_of(unit.session, study, reader_id=unit.staff_id, now=unit.now)
        frozen = study.closed_at is not None and bool(freezes_of(unit.session, study))
    facts = {"asked": asked, "frozen": frozen, "emergency": unblinding.IN_AN_EMERGENCY}
    return show("study_unblind.html", frame, form=form, study=study, **facts), form.status


@desk.post("/studies/<uid:uid>/unblinding/<uid:unblinding_uid>/<any(agree, end):step>")
def decide_unblinding(uid: str, unblinding_uid: str, step: str) -> ResponseReturnValue:
    """Another person agrees to a request; or it is asked for no more."""
    with staff_work(write=True) as unit:
        study = found(study_by_uid(unit.session, uid, lock=True))
        asked = found(unblinding_by_uid(unit.session, study, unblinding_uid))
        if step == "agree":
            unblinding.agree(unit.session, study, asked, staff_id=unit.staff_id, now=unit.now)
        else:
            unblinding.end(unit.session, study, asked, now=unit.now)
    return done(f"unblinding_{step}", "desk.unblind", uid=uid)


@desk.post("/studies/<uid:uid>/<any(close, freeze):step>")
def change_study(uid: str, step: str) -> ResponseReturnValue:
    """End the study's data collection; keep the checksum of its record."""
    with staff_work(write=True) as unit:
        study = found(study_by_uid(unit.session, uid, lock=True))
        if study.version != sent_version():
            raise Refusal("changed_meanwhile", "This study was changed meanwhile. Nothing was written.")
        if step == "close":
            studies.close_study(unit.session, study, now=unit.now)
        else:
            study_freezing.freeze(unit.session, study, now=unit.now)
    return done(f"study_{step}", "desk.running_study", uid=uid)


@desk.get(
    "/studies/<uid:uid>/<any(participants, entries, infusions, steps, audit, dictionary, arms):name>.csv"
)
def study_file(uid: str, name: str) -> ResponseReturnValue:
    """One file of the study's record, as it was frozen last or stands now; the arms once it is unblinded."""
    with staff_work(write=True) as unit:
        study = found(study_by_uid(unit.session, uid))
        frozen = freezes_of(unit.session, study)
        file = study_file_named(
            unit.session,
            study,
            f"{name}.csv",
            trail_id=frozen[-1].trail_id if frozen else newest_id(unit.session),
        )
        shown = pseudonyms_in(unit.session, study)
        studies.note(unit.session, study, "study.export", now=unit.now, what=name, patients=shown)
    return Response(
        file.content,
        mimetype="text/csv",
        headers={"Content-Disposition": f"attachment; filename={name}.csv"},
    )


def _write_step(unit: Work, study: Study, given: dict[str, Any]) -> str:
    patient = _patient(unit, given.pop("pseudonym"))
    stratum = given.pop("stratum", None)
    if given["kind"] == study_steps.BY_THE_LIST:
        if stratum is None:
            raise Refusal("study_wrong_state", "Choose the stratum.", pointer="/stratum")
        study_list.allot(unit.session, study, patient, stratum=stratum, now=unit.now)
        return "study_allotted"
    today: date = today_of(patient, unit.now)
    study_steps.record_step(unit.session, study, patient, **given, today=today, now=unit.now)
    return "study_step"


def _patient(unit: Work, pseudonym: str) -> Patient:
    """The patient of that name, held until the unit ends."""
    known = patient_by_pseudonym(unit.session, pseudonym)
    if known is None:
        raise Refusal("study_wrong_state", f"There is no patient {pseudonym} here.", pointer="/pseudonym")
    return found(patient_by_uid(unit.session, known.uid, lock=True))


def _course_in(unit: Work, study: Study, pseudonym: str | None) -> int | None:
    """The patient's course that takes part; None where the whole study is meant."""
    if pseudonym is None:
        return None
    taking_part = allotted_courses(unit.session, study)
    for course in courses_of(unit.session, _patient(unit, pseudonym).id):
        if course.id in taking_part:
            return course.id
    raise Refusal(
        "study_wrong_state", f"{pseudonym} was not allotted to an arm of this study.", pointer="/pseudonym"
    )
