"""Every page of the desk by its address, and what a clinic needs so that each has something to show."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from diary.domain.taking_part import PlannedVisit
from diary.services import (
    covers,
    staff,
    studies,
    study_list,
    study_steps,
    teams,
    unblinding,
    working_days,
)
from diary.storage.courses import administrations_of, courses_of
from diary.storage.entries import versions_of
from diary.storage.patients import patient_by_id
from diary.storage.tables.booking import Booking, Chair
from diary.storage.tables.staff import Staff
from diary.storage.tables.study import Study
from diary.storage.unit import own
from tests.desk.house import MORNING, PASSWORD, Desk
from tests.little_clinic import rename_drug

DAY = MORNING.date()
SETTINGS = (
    "checklist",
    "cover",
    "days",
    "messages",
    "teams",
    "clinic",
    "thresholds",
    "thresholds/change",
    "forecast",
)


def furnish_rota(session: Session) -> None:
    """A cover, a holiday, and a team of one."""
    nurse = session.scalars(own(session, Staff).where(Staff.role == "nurse")).one()
    physician = staff.add_staff(
        session, email="b@clinic.example", name="B. de Wit", role="physician", password=PASSWORD, now=MORNING
    )
    days = {"first_day": MORNING.date(), "last_day": MORNING.date()}
    covers.arrange_cover(session, absent=nurse, cover=physician, **days, reason="leave", now=MORNING)
    working_days.add_holiday(session, **days, name="Easter", now=MORNING)
    teams.join_team(session, teams.add_team(session, name="Hand", now=MORNING), nurse, now=MORNING)


def furnish_study(session: Session) -> None:
    """A study in which the patient is allotted, with a visit to come and a request to be told the arm."""
    study = studies.found_study(
        session,
        name="Second trial",
        arms=("ketamine", "placebo"),
        masking="masked",
        estimand="hypothetical",
        visits=[PlannedVisit("Week 12", 84, 3)],
        now=MORNING,
    )
    places = [study_list.Place("all", "001", "placebo"), study_list.Place("all", "002", "ketamine")]
    study_list.keep_list(session, study, places, made={"source": "made"}, now=MORNING)
    patient = patient_by_id(session, 1)
    for kind in ("screened", "consented"):
        study_steps.record_step(session, study, patient, kind=kind, day=DAY, today=DAY, now=MORNING)
    rename_drug(session, patient)
    course = study_list.allot(session, study, patient, stratum="all", now=MORNING)
    said = {"kind": "minor_deviation", "detail": "One day late", "day": DAY}
    study_steps.record_step(session, study, patient, **said, today=DAY, now=MORNING)
    nurse = session.scalars(own(session, Staff).where(Staff.role == "nurse")).one()
    facts = {"course_id": course.course_id, "reason": "Liver values", "staff_id": nurse.id}
    unblinding.ask(session, study, **facts, now=MORNING)


def addresses(desk: Desk) -> Iterator[str]:
    """Every page that a physician can open."""
    with desk.reading() as session:
        course = courses_of(session, 1)[-1].uid
        infusion = administrations_of(session, 1)[-1].uid
        entry = versions_of(session, 1)[-1].uid
        booking = session.scalars(own(session, Booking)).one().uid
        bed = session.scalars(own(session, Chair)).one().uid
        study = session.scalars(own(session, Study)).one().uid
    patient, alert = desk.uid(1), next(a.uid for a in desk.clinic.alerts(1) if a.kind == "loss")
    yield from ("/desk/", "/desk/?tab=all", "/desk/?tab=snoozed", "/desk/bookings", "/desk/nothing")
    yield from (
        "/desk/account",
        "/desk/account/authenticator",
        "/desk/account/password",
        "/desk/account/mails",
        "/desk/account/week",
    )
    yield from ("/desk/patients", "/desk/patients/new", "/desk/emergency")
    yield from ("/desk/regimens", "/desk/regimens/new")
    yield from ("/desk/chairs", "/desk/chairs/new", "/desk/chairs/closed")
    yield from ("/desk/settings", "/desk/alerts/quality")
    yield from (f"/desk/settings/{page}" for page in SETTINGS)
    yield "/desk/results?by=agent"
    yield f"/desk/chairs/{bed}/free?first={DAY}&last={DAY}"
    yield "/desk/results/answers"
    yield "/desk/results/studies"
    yield from (f"/desk/studies/{study}{page}" for page in ("", "/log", "/unblinding"))
    yield f"/desk/patients/{patient}"
    for page in ("identity", "follow", "booking", "courses/new", "infusions/new", "answers/new"):
        yield f"/desk/patients/{patient}/{page}"
    for page in ("events/new", "calls/new", "notes/new", "owner", "letter", "print"):
        yield f"/desk/patients/{patient}/{page}"
    yield f"/desk/courses/{course}/baseline"
    yield f"/desk/infusions/{infusion}/correct"
    yield f"/desk/entries/{entry}/correction"
    for page in ("snooze", "close", "booking"):
        yield f"/desk/alerts/{alert}/{page}"
    for page in ("authorise", "offer", "cancel", "refuse", "decline", "no_show"):
        yield f"/desk/bookings/{booking}/{page}"


def admin_addresses(desk: Desk) -> Iterator[str]:
    """Every page that only an admin can open."""
    desk.admit_person("admin")
    with desk.reading() as session:
        admin = session.scalars(own(session, Staff).where(Staff.role == "admin")).one().uid
    yield from ("/desk/staff", "/desk/staff/new", f"/desk/staff/{admin}", "/desk/keys", "/desk/keys/new")
    yield "/desk/audit"
    yield "/desk/studies/new"
