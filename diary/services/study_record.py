"""A study's record as files: who took part, every answer with its versions and times, the log, the trail.

Nothing here names an arm, so that the record can be frozen while the study is masked; `arm_rows` does, apart.
What belongs to the study is its courses' days from 14 before the first infusion day to its last course day.
"""

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from diary.domain.errors import Refusal
from diary.domain.packed import DAYS_BEFORE
from diary.domain.taking_part import standing
from diary.services.exports import (
    ENTRY_COLUMNS,
    INFUSION_COLUMNS,
    ExportRow,
    Stretch,
    cell,
    entry_rows_of,
    given_row,
)
from diary.services.study_dictionary import (
    ARM_COLUMNS,
    DICTIONARY_COLUMNS,
    PARTICIPANT_COLUMNS,
    STEP_COLUMNS,
    TRAIL_COLUMNS,
    study_dictionary_rows,
)
from diary.storage.audit import trail_until
from diary.storage.courses import administrations_of_course, courses_by_id
from diary.storage.patients import patients_by_id
from diary.storage.studies import allotted_courses, arms_of, numbers_of, steps_of
from diary.storage.tables.course import Course
from diary.storage.tables.patient import Patient
from diary.storage.tables.study import Study, StudyStep

SUMS: Final = "SHA256SUMS"


@dataclass(frozen=True, slots=True)
class RecordFile:
    """One file: its name, its bytes, and how many rows stand under its header."""

    name: str
    content: bytes
    rows: int

    @property
    def sha256(self) -> str:
        """What it can be known by."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class _Part:
    """Somebody who was screened, and the course that takes part, if any."""

    patient: Patient
    steps: Sequence[StudyStep]
    course: Course | None


def study_files(session: Session, study: Study, *, trail_id: int) -> Iterator[RecordFile]:
    """The record, a file after the other; the audit trail up to a row of it."""
    parts = _parts(session, study)
    numbers = numbers_of(session, study)
    yield _file("participants.csv", PARTICIPANT_COLUMNS, (_participant(part, numbers) for part in parts))
    stretches = [one for part in parts for one in _stretch(part, study.follow_up_days)]
    yield _file("entries.csv", ENTRY_COLUMNS, entry_rows_of(session, stretches))
    yield _file("infusions.csv", INFUSION_COLUMNS, _infusions(session, parts))
    yield _file("steps.csv", STEP_COLUMNS, (_step(part, step) for part in parts for step in part.steps))
    yield _file("audit.csv", TRAIL_COLUMNS, _trail(session, study, parts, trail_id))
    yield _file("dictionary.csv", DICTIONARY_COLUMNS, study_dictionary_rows())


def arms_file(session: Session, study: Study) -> RecordFile:
    """Who was in which arm.

    Raises:
        Refusal: study_masked, while it is.
    """
    if study.unblinded_at is None:
        raise Refusal("study_masked", f"{study.name} is masked: its arms stand in no file.")
    names = {arm.id: arm.name for arm in arms_of(session, study)}
    allotted, numbers = allotted_courses(session, study), numbers_of(session, study)
    courses = courses_by_id(session, list(allotted))
    patients = patients_by_id(session, [course.patient_id for course in courses.values()])
    rows = sorted(
        [patients[courses[course_id].patient_id].pseudonym, numbers.get(course_id, ("", ""))[1], names[arm]]
        for course_id, arm in allotted.items()
    )
    return _file("arms.csv", ARM_COLUMNS, ([cell(value) for value in row] for row in rows))


def study_file_named(session: Session, study: Study, name: str, *, trail_id: int) -> RecordFile:
    """One file of the record.

    Raises:
        Refusal: study_masked, for the arms of a study that is.
    """
    if name == "arms.csv":
        return arms_file(session, study)
    return next(file for file in study_files(session, study, trail_id=trail_id) if file.name == name)


def pseudonyms_in(session: Session, study: Study) -> list[str]:
    """Of whom the record tells."""
    return [part.patient.pseudonym for part in _parts(session, study)]


def sums_of(files: Iterable[RecordFile]) -> RecordFile:
    """The file that names every other by its checksum, as `sha256sum -c` reads it."""
    lines = [f"{file.sha256}  {file.name}\n" for file in files]
    return RecordFile(SUMS, "".join(lines).encode(), len(lines))


def _parts(session: Session, study: Study) -> list[_Part]:
    by_patient: dict[int, list[StudyStep]] = {}
    for step in steps_of(session, study):
        by_patient.setdefault(step.patient_id, []).append(step)
    courses = courses_by_id(session, list(allotted_courses(session, study)))
    course_of = {course.patient_id: course for course in courses.values()}
    patients = patients_by_id(session, sorted({*by_patient, *course_of}))
    return [
        _Part(patient, by_patient.get(patient.id, ()), course_of.get(patient.id))
        for patient in sorted(patients.values(), key=lambda patient: patient.pseudonym)
    ]


def _participant(part: _Part, numbers: Mapping[int, tuple[str, str]]) -> list[Any]:
    counting = [step for step in part.steps if step.taken_back_at is None]
    day_of = {step.kind: step.day for step in counting}
    stratum, number = numbers.get(part.course.id, (None, None)) if part.course else (None, None)
    stands = standing(step.kind for step in counting) or ("allotted" if part.course else None)
    course = part.course
    return [
        part.patient.pseudonym,
        stands,
        day_of.get("screened"),
        day_of.get("consented"),
        day_of.get("allotted"),
        day_of.get("withdrew") or day_of.get("completed"),
        stratum,
        number,
        course.number if course else None,
        course.first_infusion_day if course else None,
        course.last_infusion_day if course else None,
        course.baseline_kind or "own" if course else None,
        course.baseline_nrs if course else None,
        course.treated_area if course else None,
        part.patient.uid,
    ]


def _stretch(part: _Part, follow_up_days: int) -> Iterator[Stretch]:
    """The days of a participant that belong to the study; none before an infusion."""
    course = part.course
    if course and course.first_infusion_day and course.last_infusion_day:
        first = course.first_infusion_day - timedelta(days=DAYS_BEFORE)
        last = course.last_infusion_day + timedelta(days=follow_up_days)
        yield Stretch(part.patient, course, first, last)


def _infusions(session: Session, parts: Sequence[_Part]) -> Iterator[ExportRow]:
    for part in parts:
        if part.course:
            for given in administrations_of_course(session, part.course.id):
                yield given_row(given, part.patient.pseudonym, part.course.number)


def _step(part: _Part, step: StudyStep) -> list[Any]:
    return [
        part.patient.pseudonym,
        step.kind,
        step.day,
        step.visit,
        step.detail,
        step.actor_kind,
        step.actor_id,
        step.recorded_at,
        step.taken_back_at,
        step.taken_back_reason,
        step.uid,
    ]


def _trail(session: Session, study: Study, parts: Sequence[_Part], trail_id: int) -> Iterator[list[Any]]:
    pseudonyms = {part.patient.id: part.patient.pseudonym for part in parts}
    for row in trail_until(session, trail_id, patient_ids=pseudonyms.keys(), object_uid=study.uid):
        detail = " ".join(f"{name}={value}" for name, value in sorted(row.detail.items()))
        yield [
            row.at,
            row.actor_kind,
            row.actor_id,
            row.action,
            row.object,
            row.object_uid,
            pseudonyms.get(row.patient_id or 0),
            detail,
            row.origin,
            row.id,
        ]


def _file(name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> RecordFile:
    text, count = io.StringIO(newline=""), 0
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([cell(value) for value in row])
        count += 1
    return RecordFile(name, text.getvalue().encode(), count)
