"""The list of patients, found by how a pseudonym or hospital number begins, or by part of a name."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from config.words import ALERT_ENDED
from diary.services import audit
from diary.services.brought_in import patients_brought_in
from diary.storage.beside import identities_of
from diary.storage.erasing import GONE
from diary.storage.nights import assessments
from diary.storage.tables.alert import Alert
from diary.storage.tables.course import Course
from diary.storage.tables.night import Assessment
from diary.storage.tables.patient import Patient, PatientIdentity
from diary.storage.unit import clinic_of, own

PAGE_ROWS: Final = 50


@dataclass(frozen=True, slots=True)
class PatientRow:
    """A patient, the course under way, what the last night said of it, and how many alerts are live."""

    patient: Patient
    name: str | None
    course: Course | None
    finding: Assessment | None
    alerts: int


@dataclass(frozen=True, slots=True)
class PatientList:
    """One page of all that were found."""

    rows: tuple[PatientRow, ...]
    found: int
    page: int
    pages: int


def patient_list(
    session: Session, *, query: str, page: int, names: bool, now: datetime, brought_in: bool = False
) -> PatientList:
    """Patients by pseudonym; with `names` also found by name or hospital number, which is written down.

    With `brought_in` only those whose course came from older diaries and does not ring yet.
    """
    matching = _matching(session, query, names=names)
    if brought_in:
        matching = matching.where(Patient.id.in_(patients_brought_in(session, now)))
    count = session.scalar(matching.with_only_columns(func.count(), maintain_column_froms=True)) or 0
    pages = max(1, -(-count // PAGE_ROWS))
    page = min(max(1, page), pages)
    statement = matching.order_by(Patient.pseudonym).offset((page - 1) * PAGE_ROWS).limit(PAGE_ROWS)
    patients = [row[0] for row in session.execute(statement)]
    ids = [patient.id for patient in patients]
    identities = identities_of(session, ids) if names else {}
    pseudonyms = [patient.pseudonym for patient in patients]
    audit.note_list(session, "patients", pseudonyms, named=bool(identities), now=now)
    courses = _courses_under_way(session, ids)
    findings = assessments(session, [course.id for course in courses.values()])
    live = _live_alerts(session, ids)
    rows = []
    for patient in patients:
        course, identity = courses.get(patient.id), identities.get(patient.id)
        rows.append(
            PatientRow(
                patient=patient,
                name=identity.name if identity is not None else None,
                course=course,
                finding=findings.get(course.id) if course is not None else None,
                alerts=live.get(patient.id, 0),
            )
        )
    return PatientList(tuple(rows), count, page, pages)


def _matching(session: Session, query: str, *, names: bool) -> Select[Patient]:
    statement = select(Patient).where(Patient.clinic_id == clinic_of(session), Patient.id.not_in(GONE))
    if not query:
        return statement
    fits = [Patient.pseudonym.istartswith(query, autoescape=True)]
    if names:
        statement = statement.outerjoin(
            PatientIdentity,
            and_(PatientIdentity.clinic_id == Patient.clinic_id, PatientIdentity.patient_id == Patient.id),
        )
        fits += [
            PatientIdentity.name.icontains(query, autoescape=True),
            PatientIdentity.hospital_number.istartswith(query, autoescape=True),
        ]
    return statement.where(or_(*fits))


def _courses_under_way(session: Session, patient_ids: list[int]) -> dict[int, Course]:
    """The open course of each patient, else the planned one."""
    statement = own(session, Course).where(
        Course.patient_id.in_(patient_ids), Course.status.in_(("open", "planned"))
    )
    found: dict[int, Course] = {}
    for course in session.scalars(statement.order_by(Course.status.desc())):
        found[course.patient_id] = course  # descending, "open" comes after "planned" and stays
    return found


def _live_alerts(session: Session, patient_ids: list[int]) -> dict[int, int]:
    statement = (
        select(Alert.patient_id, func.count())
        .where(
            Alert.clinic_id == clinic_of(session),
            Alert.patient_id.in_(patient_ids),
            Alert.status.not_in(ALERT_ENDED),
        )
        .group_by(Alert.patient_id)
    )
    return {row[0]: row[1] for row in session.execute(statement)}
