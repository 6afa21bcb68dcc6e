"""Courses: plan one, read them with their baseline and state, set a baseline with a reason."""

from typing import Any

from diary.api.door import api_work, leave_trace, traced_reading
from diary.api.finding import found
from diary.api.frame import ETAG, NEXT_PAGE, Routes
from diary.services.baselines import set_baseline
from diary.services.courses import plan_course
from diary.services.readings import CourseReading, read_courses
from diary.storage.courses import course_by_uid, courses_of, regimen_by_uid
from diary.storage.patients import patient_by_uid
from diary.storage.tables.course import Course
from diary.web.pages import Place, page, place_of
from diary.web.versions import etag_of, require_version
from diary.web.work import Work
from schemas.course import BaselineIn, CourseIn, CourseOut, CoursesIn, CoursesOut

routes = Routes("courses", __name__, url_prefix="/v1", description="Infusion days and what follows.")

PLAIN = (
    "uid",
    "number",
    "status",
    "treated_area",
    "planned_first_day",
    "first_infusion_day",
    "last_infusion_day",
    "closing",
    "closed_at",
    "version",
)


@routes.route("/patients/<uid:patient_uid>/courses", methods=["GET"])
@routes.arguments(CoursesIn, location="query")
@routes.response(200, CoursesOut, headers=NEXT_PAGE)
def list_courses(query: dict[str, Any], patient_uid: str) -> Any:
    """A patient's courses, the newest first."""
    with traced_reading() as unit:
        patient = found(patient_by_uid(unit.session, patient_uid))
        leave_trace(unit, "courses", [patient])
        place = place_of(query.get("cursor"), int)
        rows = [
            course
            for course in reversed(courses_of(unit.session, patient.id))
            if place is None or course.number < int(str(place.key))
        ][: query["limit"] + 1]
        listed = page(rows, limit=query["limit"], place=lambda course: Place(course.number, course.id))
        items = [_shown(reading) for reading in read_courses(unit.session, listed.items, now=unit.now)]
    return {"items": items, "next_cursor": listed.next_cursor}, 200, listed.headers


@routes.route("/patients/<uid:patient_uid>/courses", methods=["POST"])
@routes.arguments(CourseIn)
@routes.response(201, CourseOut, headers=ETAG)
def plan(body: dict[str, Any], patient_uid: str) -> Any:
    """A course whose infusion is expected; the diary begins to collect its baseline."""
    with api_work(write=True) as unit:
        patient = found(patient_by_uid(unit.session, patient_uid, lock=True))
        regimen = found(regimen_by_uid(unit.session, body["regimen"]))
        course = plan_course(
            unit.session,
            patient,
            regimen=regimen,
            planned_first_day=body["planned_first_day"],
            treated_area=body.get("treated_area"),
            now=unit.now,
        )
        answer = _after(unit, course)
    return answer, 201, etag_of(answer["version"])


@routes.route("/courses/<uid:course_uid>", methods=["GET"])
@routes.response(200, CourseOut, headers=ETAG)
def get_course(course_uid: str) -> Any:
    """One course with the baseline in force and what the last night found."""
    with traced_reading() as unit:
        course = found(course_by_uid(unit.session, course_uid))
        [reading] = read_courses(unit.session, [course], now=unit.now)
        leave_trace(unit, "courses", [reading.patient])
        answer = _shown(reading)
    return answer, 200, etag_of(answer["version"])


@routes.route("/courses/<uid:course_uid>/baseline", methods=["POST"])
@routes.names_version
@routes.arguments(BaselineIn)
@routes.response(200, CourseOut, headers=ETAG)
def change_baseline(body: dict[str, Any], course_uid: str) -> Any:
    """A clinician's baseline, with a reason."""
    with api_work(write=True) as unit:
        course = found(course_by_uid(unit.session, course_uid, lock=True))
        require_version(course.version)
        set_baseline(
            unit.session,
            course,
            kind=body["kind"],
            nrs=body.get("nrs"),
            stated_on=body.get("stated_on"),
            source=body.get("source"),
            reason=body["reason"],
            now=unit.now,
        )
        answer = _after(unit, course)
    return answer, 200, etag_of(answer["version"])


def _after(unit: Work, course: Course) -> dict[str, Any]:
    """The course as it stands after what was done."""
    [reading] = read_courses(unit.session, [course], now=unit.now)
    return _shown(reading)


def _shown(reading: CourseReading) -> dict[str, Any]:
    finding = reading.finding
    return {name: getattr(reading.course, name) for name in PLAIN} | {
        "patient": reading.patient.uid,
        "regimen": reading.regimen_uid,
        "baseline": reading.baseline,
        "state": finding.state if finding else None,
        "night": finding.night if finding else None,
        "day_number": finding.day_number if finding else None,
    }
