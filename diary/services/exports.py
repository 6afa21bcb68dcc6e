"""Hands out a clinic's record as rows: every version of every answer with its four times, every infusion."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from diary.domain.days import day_number
from diary.services import audit
from diary.services.packed_days import spans
from diary.storage.courses import courses_of
from diary.storage.entries import versions_of
from diary.storage.tables.clinic import InstrumentVersion
from diary.storage.tables.course import Administration, Course
from diary.storage.tables.entry import Entry
from diary.storage.tables.patient import Patient
from diary.storage.unit import own

# What a spreadsheet takes for a formula: text that begins so gets a ' before it.
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")

ENTRY_COLUMNS: Final = (
    "pseudonym",
    "course",
    "day_number",
    "day",
    "nrs",
    "version",
    "kind",
    "standing",
    "source",
    "late",
    "clock_suspect",
    "answered_at",
    "answered_offset_min",
    "zone",
    "sent_at",
    "received_at",
    "skew_s",
    "reason",
    "supersedes",
    "uid",
    "id",
    "instrument_version",
    "layout",
    "locale",
    "client_version",
)
INFUSION_COLUMNS: Final = (
    "pseudonym",
    "course",
    "first_day",
    "last_day",
    "agent",
    "setting",
    "dose",
    "dose_mg_kg_h",
    "hours",
    "adjuncts",
    "classified_as",
    "stopped_early",
    "stop_reason",
    "reason",
    "standing",
    "recorded_at",
    "uid",
)

ExportRow = list[str | int | float]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some days of a patient that belong to one course."""

    patient: Patient
    course: Course
    first: date
    last: date


def note_export(session: Session, what: str, *, now: datetime) -> None:
    """Leave a trace that the record was taken out; written before the first row is."""
    audit.note(session, "export", now=now, object="clinic", detail={"what": what})


def entry_rows(session: Session) -> Iterator[ExportRow]:
    """Every version of every answer, by patient, day and version; pseudonyms only.

    `course` and `day_number` are those of the course whose follow-up the day belongs to, else of the one
    whose baseline it is; empty outside any course.
    """
    courses, wordings = _courses(session), _wordings(session)
    for patient_id, pseudonym in _pseudonyms(session).items():
        for entry in versions_of(session, patient_id):
            yield _entry_row(entry, pseudonym, courses.get(patient_id, ()), wordings)
            session.expunge(entry)  # or all that was handed out stays in memory


def entry_rows_of(session: Session, stretches: Iterable[Stretch]) -> Iterator[ExportRow]:
    """Every version of every answer for these days alone, stretch by stretch."""
    wordings = _wordings(session)
    for one in stretches:
        for entry in versions_of(session, one.patient.id):
            if one.first <= entry.day <= one.last:
                yield _entry_row(entry, one.patient.pseudonym, [one.course], wordings)
            session.expunge(entry)


def rows_of_patient(session: Session, patient: Patient, *, now: datetime) -> list[ExportRow]:
    """The same of one patient, with a trace that it was taken out."""
    audit.note_patient(session, "patient.export", patient, now=now)
    courses, wordings = courses_of(session, patient.id), _wordings(session)
    return [
        _entry_row(entry, patient.pseudonym, courses, wordings) for entry in versions_of(session, patient.id)
    ]


def infusion_rows(session: Session) -> Iterator[ExportRow]:
    """Every recorded block of infusion days, corrected ones too, by patient and day."""
    pseudonyms = _pseudonyms(session)
    numbers = {course.id: course.number for of_one in _courses(session).values() for course in of_one}
    statement = own(session, Administration).order_by(Administration.patient_id, Administration.first_day)
    for given in session.scalars(statement):
        yield given_row(given, pseudonyms[given.patient_id], numbers[given.course_id])


def given_row(given: Administration, pseudonym: str, course: int) -> ExportRow:
    """One recorded block of infusion days."""
    facts = {
        "pseudonym": pseudonym,
        "course": course,
        "dose": given.dose_as_written,
        "adjuncts": " ".join(given.adjuncts),
    }
    return _row(INFUSION_COLUMNS, facts, given)


def cell(value: Any) -> str | int | float:
    """A value as a CSV cell: moments in UTC, nothing for None, text that no spreadsheet runs.

    >>> cell("=1+1"), cell(-3), cell(None), cell(True)
    ("'=1+1", -3, '', 'yes')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds")
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _entry_row(
    entry: Entry, pseudonym: str, courses: Sequence[Course], wordings: Mapping[int, int]
) -> ExportRow:
    course, number = _place(courses, entry.day)
    facts = {
        "pseudonym": pseudonym,
        "course": course,
        "day_number": number,
        "id": entry.client_id,
        "instrument_version": wordings[entry.instrument_version_id],
    }
    return _row(ENTRY_COLUMNS, facts, entry)


def _row(columns: Sequence[str], facts: Mapping[str, Any], row: Entry | Administration) -> ExportRow:
    return [cell(facts[name] if name in facts else getattr(row, name)) for name in columns]


def _place(courses: Sequence[Course], day: date) -> tuple[int | None, int | None]:
    for course, (first, last) in spans(courses):
        begins, ends = course.first_infusion_day, course.last_infusion_day
        if begins is not None and ends is not None and first <= day <= last:
            return course.number, day_number(day, begins, ends)
    return None, None


def _pseudonyms(session: Session) -> dict[int, str]:
    statement = own(session, Patient).with_only_columns(Patient.id, Patient.pseudonym)
    return {row.id: row.pseudonym for row in session.execute(statement.order_by(Patient.pseudonym))}


def _courses(session: Session) -> dict[int, list[Course]]:
    found: dict[int, list[Course]] = {}
    for course in session.scalars(own(session, Course).order_by(Course.patient_id, Course.number)):
        found.setdefault(course.patient_id, []).append(course)
    return found


def _wordings(session: Session) -> dict[int, int]:
    statement = own(session, InstrumentVersion).with_only_columns(InstrumentVersion.id, InstrumentVersion.n)
    return {row.id: row.n for row in session.execute(statement)}
