"""Gathers what an authorisation letter tells of one patient; that it was read leaves a trace."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from config.scales import ITEMS, TICK
from diary.charts.scale import span_text
from diary.domain import letter
from diary.services.clinics import the_clinic
from diary.services.course_lines import CourseLine, course_lines
from diary.services.courses import present_course
from diary.services.patient_diary import diary_of
from diary.services.patients import read_identity
from diary.services.safety import safety_of
from diary.storage import courses as course_rows
from diary.storage.bookings import live_booking_of
from diary.storage.entries import items_of
from diary.storage.protocols import protocol_at
from diary.storage.tables.course import Administration, ClinicalEvent, Regimen
from diary.storage.tables.entry import ItemAnswer
from diary.storage.tables.patient import Patient, PatientIdentity

AGENTS: Final = {
    "racemic": "Racemic ketamine",
    "s_ketamine": "S-ketamine",
    "placebo": "Placebo, in a study,",
    "study_drug": "Study drug, ketamine or not,",
}
PLACES: Final = {"inpatient": "in a bed", "outpatient": "in a chair"}
FUNCTIONS: Final = ("activity", "pgic")


def letter_facts(session: Session, patient: Patient, *, now: datetime) -> letter.LetterFacts:
    """Everything the letter tells, as of now; in a writing unit, for the trace."""
    identity = read_identity(session, patient, now=now)
    diary = diary_of(session, patient, now=now)
    _, protocol = protocol_at(session, now)
    days = course_rows.packed_days(session, [course.id for course in diary.courses])
    lines = course_lines(session, diary, days, protocol)
    present = present_course(diary.courses)
    now_meant = next((line for line in lines if line.course is present), None)
    figures = now_meant.today.figures if now_meant and now_meant.today else None
    safety = safety_of(session, patient, today=diary.today, protocol=protocol)
    items = items_of(session, patient.id)
    began = max((row.first_day for row in diary.given), default=None)
    return letter.LetterFacts(
        clinic=the_clinic(session).name,
        today=diary.today,
        patient=tuple(_who(patient, identity)),
        treated_area=present.treated_area if present is not None else None,
        asked_for=_asked_for(session, patient, now_meant),
        courses=tuple(
            _course(line, diary.given) for line in lines if line.course.last_infusion_day is not None
        ),
        mean_7d=figures.mean_7d if figures else None,
        relief_7d=figures.relief_7d if figures else None,
        answered_14d=figures.answered_14d if figures else None,
        functions=tuple(_functions(items)),
        side_effects=tuple(_side_effects(items, since=began)),
        liver_tests=tuple(_liver_tests(diary.events)),
        days_since_infusion=safety.days_since_infusion,
        infusion_days_12_months=safety.infusion_days_12_months,
    )


def _who(patient: Patient, identity: PatientIdentity | None) -> list[str]:
    told = [] if identity is None or identity.name is None else [identity.name]
    if identity is not None and identity.birth_date is not None:
        told.append(f"born {identity.birth_date.day} {identity.birth_date:%B %Y}")
    if identity is not None and identity.hospital_number is not None:
        told.append(f"hospital number {identity.hospital_number}")
    return [*told, f"diary {patient.pseudonym}"]


def _asked_for(session: Session, patient: Patient, present: CourseLine | None) -> str | None:
    booking = live_booking_of(session, patient.id)
    regimen_id = booking.regimen_id if booking is not None else present.course.regimen_id if present else None
    return None if regimen_id is None else regimen_words(course_rows.regimen_by_id(session, regimen_id))


def regimen_words(regimen: Regimen) -> str:
    """A regimen in one line."""
    days = f"{regimen.infusion_days} infusion {'day' if regimen.infusion_days == 1 else 'days'}"
    return (
        f"{regimen.name}: {AGENTS[regimen.agent]} {PLACES[regimen.setting]}, {days}, "
        f"{regimen.hours_a_day:g} h a day, {regimen.dose_as_written}."
    )


def _course(line: CourseLine, given: Sequence[Administration]) -> letter.LetterCourse:
    course, figures = line.course, line.today.figures if line.today else None
    assert course.first_infusion_day is not None
    assert course.last_infusion_day is not None
    return letter.LetterCourse(
        number=course.number,
        first_day=course.first_infusion_day,
        last_day=course.last_infusion_day,
        given=tuple(_given(row) for row in given if row.course_id == course.id),
        baseline_nrs=line.baseline.nrs,
        baseline_kind=line.baseline.kind,
        best_14d=figures.best_14d if figures else None,
        weeks=line.weeks,
        lost_on_day=line.first_loss_day,
        followed_days=line.followed_days,
    )


def _given(row: Administration) -> str:
    hours = f", {row.hours:g} h in all" if row.hours is not None else ""
    along = f", with {', '.join(row.adjuncts)}" if row.adjuncts else ""
    booster = "; a booster" if row.classified_as == "booster" else ""
    stopped = f"; stopped early: {row.stop_reason}" if row.stopped_early else ""
    return (
        f"{span_text(row.first_day, row.last_day)}: {AGENTS[row.agent]} {PLACES[row.setting]}, "
        f"{row.dose_as_written}{hours}{along}{booster}{stopped}."
    )


def _functions(items: Sequence[ItemAnswer]) -> list[letter.Answered]:
    newest = {row.item: row for row in items if row.item in FUNCTIONS}
    found = []
    for code in FUNCTIONS:
        if code in newest:
            scale, row = ITEMS[code].scale, newest[code]
            words = f"{row.value} ({scale.low} {scale.low_anchor}, {scale.high} {scale.high_anchor})"
            found.append(letter.Answered(ITEMS[code].label, words, row.day))
    return found


def _side_effects(items: Sequence[ItemAnswer], *, since: date | None) -> list[letter.SideEffect]:
    """Ticks since the last infusion began, the most frequent first; a flare is pain, not an effect."""
    found: dict[str, list[date]] = {}
    for row in items:
        ticked = ITEMS[row.item].scale == TICK and row.value and row.item != "flare"
        if ticked and since is not None and row.day >= since:
            found.setdefault(row.item, []).append(row.day)
    effects = [letter.SideEffect(ITEMS[code].label, len(days), max(days)) for code, days in found.items()]
    return sorted(effects, key=lambda one: -one.days)


def _liver_tests(events: Sequence[ClinicalEvent]) -> list[letter.LiverTest]:
    return [
        letter.LiverTest(event.day, event.alt_u_l, event.ast_u_l)
        for event in reversed(events)
        if event.kind == "liver_test"
    ]
