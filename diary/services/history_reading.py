"""Reads a clinic's existing diaries and infusions from two CSV files, or says what is wrong with each row."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import BinaryIO, Final

from config.scales import NRS
from config.words import ADJUNCTS, AGENTS, INFUSION_CLASSES, SETTINGS_OF_CARE
from diary.domain.errors import Refusal
from diary.domain.infusions import check_block, overlaps
from diary.domain.packed import DAYS_BEFORE
from diary.services.csv_reading import BadCsv, CsvRow, Faults, read_rows
from diary.services.infusions import Given

DIARY_COLUMNS: Final = ("pseudonym", "course", "day", "nrs")
INFUSION_COLUMNS: Final = ("pseudonym", "course", "first_day", "last_day", "agent", "dose", "setting")
# Besides these there may be dose_mg_kg_h, hours, adjuncts, classified_as, stop_reason and treated_area.

ROWS_MAX: Final = 1_000_000
PSEUDONYM_CHARACTERS_MAX: Final = 40
COURSE_CHARACTERS_MAX: Final = 40
TEXT_CHARACTERS_MAX: Final = 300
AREA_CHARACTERS_MAX: Final = 200
FIRST_YEAR: Final = 1990
# As the API has it: beyond these a decimal point has slipped.
DOSE_MG_KG_H_MAX: Final = 10.0
HOURS_MAX: Final = 24.0 * 60


@dataclass(frozen=True, slots=True)
class PastAnswer:
    """One day's score, and where it stands."""

    nrs: int
    course: str
    line: int


@dataclass(frozen=True, slots=True)
class PastInfusion:
    """One block of infusion days, the clinic's own name of its course, and where it stands."""

    course: str
    given: Given
    treated_area: str | None
    line: int


@dataclass(slots=True)
class PastPatient:
    """What two files say of one patient."""

    answers: dict[date, PastAnswer] = field(default_factory=dict)
    infusions: list[PastInfusion] = field(default_factory=list)
    """First to last."""


@dataclass(frozen=True, slots=True)
class History:
    """Everything that two files say, by pseudonym."""

    patients: Mapping[str, PastPatient]
    diaries_name: str
    infusions_name: str


def read_history(diaries: Path, infusions: Path, *, today: date, source: BinaryIO | None = None) -> History:
    """Read and check both files whole.

    Args:
        diaries: a row an answered day.
        infusions: a row a block of infusion days.
        today: at the clinic; nothing may lie after it.
        source: the diaries, opened by the caller, who may watch how far they have been read.

    Raises:
        BadCsv: naming file and line of each bad row.
    """
    faults, patients = Faults(), dict[str, PastPatient]()
    for row in read_rows(infusions, faults, needed=INFUSION_COLUMNS):
        try:
            _take_infusion(patients, row, today)
        except ValueError as fault:
            faults.add(infusions.name, row.line, str(fault))
    for row in read_rows(diaries, faults, needed=DIARY_COLUMNS, source=source):
        try:
            _take_answer(patients, row, today)
        except ValueError as fault:
            faults.add(diaries.name, row.line, str(fault))
        if row.line > ROWS_MAX:
            faults.add(diaries.name, row.line, f"has over {ROWS_MAX} rows; bring them in by several files")
            break
    for patient in patients.values():
        _settle_courses(patient, diaries.name, infusions.name, faults)
    if faults.count:
        raise BadCsv(faults)
    return History(patients, diaries.name, infusions.name)


def _take_answer(patients: dict[str, PastPatient], row: CsvRow, today: date) -> None:
    patient = patients.setdefault(_pseudonym(row), PastPatient())
    course = _name(row, "course", COURSE_CHARACTERS_MAX)
    day, nrs = _day(row, "day", today), _nrs(row)
    earlier = patient.answers.get(day)
    if earlier is None:
        patient.answers[day] = PastAnswer(nrs, course, row.line)
    elif earlier.course == course or earlier.nrs != nrs:
        raise ValueError(f"{day} has an answer already, on line {earlier.line}; keep one")


def _take_infusion(patients: dict[str, PastPatient], row: CsvRow, today: date) -> None:
    patient = patients.setdefault(_pseudonym(row), PastPatient())
    course = _name(row, "course", COURSE_CHARACTERS_MAX)
    first_day, last_day = _day(row, "first_day", today), _day(row, "last_day", today)
    try:
        check_block(first_day, last_day)
    except Refusal as refusal:
        raise ValueError(refusal.message) from None
    for other in patient.infusions:
        block = (other.given.first_day, other.given.last_day)
        if overlaps(block, (first_day, last_day)):
            raise ValueError(f"overlaps the infusion on line {other.line}; correct one of them")
    stop_reason = row.cells.get("stop_reason") or None
    adjuncts = row.cells.get("adjuncts", "").split()
    given = Given(
        first_day=first_day,
        last_day=last_day,
        agent=_word(row, "agent", AGENTS),
        setting=_word(row, "setting", SETTINGS_OF_CARE),
        dose_as_written=_name(row, "dose", TEXT_CHARACTERS_MAX),
        classified_as=_word(row, "classified_as", ("", *INFUSION_CLASSES)),
        dose_mg_kg_h=_number(row, "dose_mg_kg_h", DOSE_MG_KG_H_MAX),
        hours=_number(row, "hours", HOURS_MAX),
        adjuncts=[_one_of(word, "adjuncts", ADJUNCTS) for word in adjuncts],
        stopped_early=stop_reason is not None,
        stop_reason=stop_reason,
    )
    area = _name(row, "treated_area", AREA_CHARACTERS_MAX) if row.cells.get("treated_area") else None
    patient.infusions.append(PastInfusion(course, given, area, row.line))


def _settle_courses(patient: PastPatient, diaries: str, infusions: str, faults: Faults) -> None:
    """Put the infusions in order and classify them; then see that each answer lies in its course.

    A course's first infusion opens it; later ones continue its series, unless they are called boosters. Its
    days run from 14 before its first infusion day to the day before the next course's.
    """
    begins: dict[str, date] = {}
    patient.infusions.sort(key=lambda infusion: infusion.given.first_day)
    for place, infusion in enumerate(patient.infusions):
        opens = infusion.course not in begins
        begins.setdefault(infusion.course, infusion.given.first_day)
        if infusion.course != list(begins)[-1]:
            faults.add(infusions, infusion.line, f"course {infusion.course} goes on after the next one began")
        class_ = infusion.given.classified_as or ("new_course" if opens else "same_series")
        if opens != (class_ == "new_course"):
            faults.add(
                infusions, infusion.line, f"only a course's first infusion is a new_course, not a {class_}"
            )
        patient.infusions[place] = replace(infusion, given=replace(infusion.given, classified_as=class_))
    ends = dict(zip(begins, [*list(begins.values())[1:], date.max]))
    for day, answer in patient.answers.items():
        if answer.course not in begins:
            faults.add(diaries, answer.line, f"course {answer.course} has no infusion in {infusions}")
        elif not (day - begins[answer.course]).days >= -DAYS_BEFORE or day >= ends[answer.course]:
            faults.add(diaries, answer.line, f"{day} lies outside course {answer.course}; check both")


def _pseudonym(row: CsvRow) -> str:
    return _name(row, "pseudonym", PSEUDONYM_CHARACTERS_MAX)


def _name(row: CsvRow, column: str, characters_max: int) -> str:
    text = row.cells[column]
    if not text or len(text) > characters_max or not text.isprintable():
        raise ValueError(f"{column} must be 1 to {characters_max} plain characters")
    return text


def _day(row: CsvRow, column: str, today: date) -> date:
    text = row.cells[column]
    try:
        day = date.fromisoformat(text) if len(text) == len("2026-06-01") else None
    except ValueError:
        day = None
    if day is None:
        raise ValueError(f"{column} {text[:20]!r} is no day; write it like 2026-06-01")
    if not day.year >= FIRST_YEAR or day > today:
        raise ValueError(f"{column} {day} lies before {FIRST_YEAR} or after today, {today}")
    return day


def _nrs(row: CsvRow) -> int:
    text = row.cells["nrs"].removesuffix(".0")
    if not (text.isascii() and text.isdigit() and NRS.low <= int(text[:4]) <= NRS.high):
        raise ValueError(f"nrs {text[:20]!r} is no whole number from {NRS.low} to {NRS.high}")
    return int(text)


def _number(row: CsvRow, column: str, most: float) -> float | None:
    text = row.cells.get(column, "")
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number <= most:
        raise ValueError(f"{column} {text[:20]!r} is no number from 0 to {most:g}, written with a point")
    return number


def _word(row: CsvRow, column: str, words: tuple[str, ...]) -> str:
    return _one_of(row.cells.get(column, ""), column, words)


def _one_of(word: str, column: str, words: tuple[str, ...]) -> str:
    if word not in words:
        raise ValueError(f"{column} {word[:20]!r} is none of {', '.join(filter(None, words))}")
    return word
