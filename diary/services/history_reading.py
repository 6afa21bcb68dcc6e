"""Reads a clinic's existing diaries and infusions from two CSV files, or says what is wrong with each row."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO, Final

from diary.domain.errors import Refusal
from diary.domain.infusions import check_block, overlaps
from diary.domain.packed import DAYS_BEFORE
from diary.services.csv_reading import BadCsv, CsvRow, Faults, read_rows
from diary.services.history_cells import DIARY_CELLS, INFUSION_CELLS, read_cells
from diary.services.infusions import Given

DIARY_COLUMNS: Final = ("pseudonym", "course", "day", "nrs")
INFUSION_COLUMNS: Final = ("pseudonym", "course", "first_day", "last_day", "agent", "dose", "setting")
# Besides these there may be dose_mg_kg_h, hours, adjuncts, classified_as, stop_reason and treated_area.

ROWS_MAX: Final = 1_000_000


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
        BadCsv: naming file, line and all faults of each bad row.
    """
    faults, patients = Faults(), dict[str, PastPatient]()
    for row in read_rows(infusions, faults, needed=INFUSION_COLUMNS):
        for fault in _take_infusion(patients, row, today):
            faults.add(infusions.name, row.line, fault)
    for row in read_rows(diaries, faults, needed=DIARY_COLUMNS, source=source):
        for fault in _take_answer(patients, row, today):
            faults.add(diaries.name, row.line, fault)
        if row.line > ROWS_MAX:
            faults.add(diaries.name, row.line, f"has over {ROWS_MAX} rows; bring them in by several files")
            break
    for patient in patients.values():
        _settle_courses(patient, diaries.name, infusions.name, faults)
    if faults.count:
        raise BadCsv(faults)
    return History(patients, diaries.name, infusions.name)


def _take_answer(patients: dict[str, PastPatient], row: CsvRow, today: date) -> list[str]:
    """Take the row to its patient, unless something is wrong with it: all of that."""
    said, faults = read_cells(row, DIARY_CELLS, today=today)
    if not faults:
        patient = patients.setdefault(said["pseudonym"], PastPatient())
        day, answer = said["day"], PastAnswer(said["nrs"], said["course"], row.line)
        earlier = patient.answers.setdefault(day, answer)
        if earlier is not answer and (earlier.course == answer.course or earlier.nrs != answer.nrs):
            faults.append(f"{day} has an answer already, on line {earlier.line}; keep one")
    return faults


def _take_infusion(patients: dict[str, PastPatient], row: CsvRow, today: date) -> list[str]:
    """The same for an infusion, which must fit those of its patient on earlier lines."""
    said, faults = read_cells(row, INFUSION_CELLS, today=today)
    if {"first_day", "last_day"} <= said.keys():
        known = patients.get(said.get("pseudonym", ""), PastPatient())
        faults += _misfits((said["first_day"], said["last_day"]), known)
    if not faults:
        infusion = PastInfusion(said["course"], _given(said), said["treated_area"], row.line)
        patients.setdefault(said["pseudonym"], PastPatient()).infusions.append(infusion)
    return faults


def _misfits(block: tuple[date, date], known: PastPatient) -> Iterator[str]:
    try:
        check_block(*block)
    except Refusal as refusal:
        yield refusal.message
        return
    for other in known.infusions:
        if overlaps((other.given.first_day, other.given.last_day), block):
            yield f"overlaps the infusion on line {other.line}; correct one of them"


def _given(said: Mapping[str, Any]) -> Given:
    return Given(
        first_day=said["first_day"],
        last_day=said["last_day"],
        agent=said["agent"],
        setting=said["setting"],
        dose_as_written=said["dose"],
        classified_as=said["classified_as"],
        dose_mg_kg_h=said["dose_mg_kg_h"],
        hours=said["hours"],
        adjuncts=said["adjuncts"],
        stopped_early=said["stop_reason"] is not None,
        stop_reason=said["stop_reason"],
    )


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
