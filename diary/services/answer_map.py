"""Who answered on which day, and how: patients by pseudonym, and what of the record changed since a day."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import func
from sqlalchemy.orm import Session

from diary.charts.scale import day_text
from diary.domain.telling import zone_at
from diary.services.packed_days import spans
from diary.storage.protocols import zones_of
from diary.storage.tables.course import Course
from diary.storage.tables.entry import Entry
from diary.storage.tables.patient import Device, Patient
from diary.storage.unit import clinic_of, own

DAYS: Final = 84
LATELY_DAYS: Final = 14
PATIENTS_MOST: Final = 500
PAGE_PATIENTS: Final = 40
CHANGES_SHOWN: Final = 200
ANSWERED, LATE, CHANGED, STAFF, NONE, NOT_ASKED = "a", "l", "c", "s", "n", " "
CAME: Final = (ANSWERED, LATE, CHANGED, STAFF)
BY_STAFF: Final = ("clinic_phone", "clinic_paper")
NO_PHONE: Final = "no phone"


@dataclass(frozen=True, slots=True)
class PatientDays:
    """One patient: a letter a day, oldest first."""

    pseudonym: str
    phone: str
    days: str


@dataclass(frozen=True, slots=True)
class Tally:
    """Some days that were asked about: how many came, and of those how many late, changed, by staff."""

    name: str
    patients: int
    asked: int
    came: int
    late: int
    changed: int
    staff: int


@dataclass(frozen=True, slots=True)
class AnswerMap:
    """Some weeks of a clinic's patients."""

    first_day: date
    last_day: date
    rows: tuple[PatientDays, ...]
    patients: int
    left_out: int
    """So many more had a course in these weeks, and are in no row and no count."""
    weeks: tuple[Tally, ...]
    phones: tuple[Tally, ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """One later version of an answer."""

    pseudonym: str
    day: date
    version: int
    kind: str
    source: str
    received_at: datetime
    reason: str | None


def answer_map(session: Session, *, last_day: date, page: int) -> AnswerMap:
    """The 12 weeks up to a day, of at most 500 patients with a course in them; a page of 40 row by row."""
    first_day = last_day - timedelta(days=DAYS - 1)
    asked = _asked(session, first_day, last_day)
    names = _names(session, asked)
    came = _came(session, list(names), first_day, last_day)
    phones = _phones(session, list(names))
    rows = [
        PatientDays(
            names[patient_id], phones.get(patient_id, NO_PHONE), _letters(came, patient_id, asked, first_day)
        )
        for patient_id in names
    ]
    start = (page - 1) * PAGE_PATIENTS
    return AnswerMap(
        first_day,
        last_day,
        tuple(rows[start : start + PAGE_PATIENTS]),
        len(rows),
        len(asked) - len(rows),
        tuple(_weeks(rows, first_day)),
        tuple(_by_phone(rows)),
    )


def answered_lately(session: Session, patient_ids: Collection[int], *, last_day: date) -> Tally:
    """How some patients answered in the last two weeks up to a day, all together."""
    first_day = last_day - timedelta(days=LATELY_DAYS - 1)
    asked = {one: days for one, days in _asked(session, first_day, last_day).items() if one in patient_ids}
    came = _came(session, list(asked), first_day, last_day)
    rows = [_letters(came, one, asked, first_day, LATELY_DAYS) for one in asked]
    return _tally(f"{LATELY_DAYS} days", rows)


def changes_since(session: Session, since: date, zone: ZoneInfo) -> list[Changed]:
    """Later versions of answers received from a day of the clinic's on, newest first, at most 200."""
    statement = (
        own(session, Entry)
        .join(Patient, Patient.id == Entry.patient_id)
        .with_only_columns(
            Patient.pseudonym,
            Entry.day,
            Entry.version,
            Entry.kind,
            Entry.source,
            Entry.received_at,
            Entry.reason,
        )
        .where(Entry.version > 1, Entry.received_at >= datetime.combine(since, time(), zone))
        .order_by(Entry.received_at.desc(), Entry.id.desc())
        .limit(CHANGES_SHOWN)
    )
    return [Changed(*row) for row in session.execute(statement)]


def letter(*, version: int, late: bool, source: str) -> str:
    """How one day's standing answer came: changed before by staff before late.

    >>> letter(version=2, late=True, source="phone"), letter(version=1, late=False, source="clinic_phone")
    ('c', 's')
    """
    if version > 1:
        return CHANGED
    if source in BY_STAFF:
        return STAFF
    return LATE if late else ANSWERED


def _asked(session: Session, first_day: date, last_day: date) -> dict[int, list[tuple[date, date]]]:
    """By patient the stretches of the days that a course asks about; infusion days are not judged."""
    by_patient: dict[int, list[Course]] = {}
    zones = zones_of(session, clinic_of(session))
    for course in session.scalars(own(session, Course).order_by(Course.patient_id, Course.number)):
        by_patient.setdefault(course.patient_id, []).append(course)
    found = {}
    for patient_id, courses in by_patient.items():
        stretches = []
        for course, (begins, ends) in spans(courses):
            closed = date.max
            if course.closed_at is not None:
                closed = course.closed_at.astimezone(zone_at(course.closed_at, zones)).date()
            stretches.append((max(begins, first_day), min(ends, closed, last_day)))
        if any(begins <= ends for begins, ends in stretches):
            found[patient_id] = stretches
    return found


def _names(session: Session, asked: Mapping[int, object]) -> dict[int, str]:
    statement = own(session, Patient).with_only_columns(Patient.id, Patient.pseudonym)
    rows = session.execute(statement.order_by(Patient.pseudonym))
    return dict([(row.id, row.pseudonym) for row in rows if row.id in asked][:PATIENTS_MOST])


def _came(
    session: Session, patient_ids: Sequence[int], first_day: date, last_day: date
) -> dict[tuple[int, date], str]:
    statement = (
        own(session, Entry)
        .with_only_columns(Entry.patient_id, Entry.day, Entry.version, Entry.late, Entry.source)
        .where(
            Entry.patient_id.in_(patient_ids),
            Entry.standing,
            Entry.nrs.is_not(None),
            Entry.day.between(first_day, last_day),
        )
    )
    return {
        (row.patient_id, row.day): letter(version=row.version, late=row.late, source=row.source)
        for row in session.execute(statement)
    }


def _phones(session: Session, patient_ids: Sequence[int]) -> dict[int, str]:
    """By patient the kind of phone seen last."""
    statement = (
        own(session, Device)
        .with_only_columns(Device.patient_id, func.coalesce(Device.platform, "unknown"), Device.last_seen_at)
        .where(Device.patient_id.in_(patient_ids))
        .order_by(Device.last_seen_at)
    )
    return {row[0]: row[1] for row in session.execute(statement)}


def _letters(
    came: Mapping[tuple[int, date], str],
    patient_id: int,
    asked: Mapping[int, Sequence[tuple[date, date]]],
    first_day: date,
    days: int = DAYS,
) -> str:
    letters = []
    for offset in range(days):
        day = first_day + timedelta(days=offset)
        is_asked = any(begins <= day <= ends for begins, ends in asked[patient_id])
        letters.append(came.get((patient_id, day), NONE if is_asked else NOT_ASKED))
    return "".join(letters)


def _weeks(rows: Sequence[PatientDays], first_day: date) -> list[Tally]:
    return [
        _tally(day_text(first_day + timedelta(days=start)), [row.days[start : start + 7] for row in rows])
        for start in range(0, DAYS, 7)
    ]


def _by_phone(rows: Sequence[PatientDays]) -> list[Tally]:
    phones = sorted({row.phone for row in rows})
    return [_tally(phone, [row.days for row in rows if row.phone == phone]) for phone in phones]


def _tally(name: str, days: Sequence[str]) -> Tally:
    counts = Counter("".join(days))
    came = sum(counts[one] for one in CAME)
    return Tally(
        name,
        sum(bool(one.strip()) for one in days),
        came + counts[NONE],
        came,
        counts[LATE],
        counts[CHANGED],
        counts[STAFF],
    )
