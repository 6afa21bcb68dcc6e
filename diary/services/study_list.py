"""Keeps a study's allocation list, made here or brought in, and allots the next who takes part by it.

The list is made where nobody who treats is looking: at the command line, by whoever hands it to the pharmacy.
No page, no trail and no export of the desk shows it; a masked place tells its number and nothing else.
"""

import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from sqlalchemy.orm import Session

from diary.domain.errors import Refusal
from diary.domain.randomisation import LIST_MAX, Plan, allocation
from diary.services import blinding
from diary.services.course_today import today_of
from diary.services.csv_reading import BadCsv, Faults, read_rows
from diary.services.studies import note
from diary.services.study_steps import add_step, standing_of
from diary.storage.courses import administrations_of, courses_of
from diary.storage.studies import (
    allotted_courses,
    arms_of,
    next_place,
    places_of,
    strata_of,
)
from diary.storage.tables.course import Course
from diary.storage.tables.patient import Patient
from diary.storage.tables.study import Allocation, Study, StudyCourse
from diary.storage.unit import clinic_of

COLUMNS: Final = ("stratum", "number", "arm")
NUMBER_LENGTH_MAX: Final = 40
SALT_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Place:
    """One place of a list, in the order in which its stratum is allotted."""

    stratum: str
    number: str
    arm: str


def made_list(plan: Plan, per_stratum: int) -> list[Place]:
    """A whole list; numbers run through each stratum and say nothing of an arm.

    Raises:
        Refusal: study_wrong_state, for a plan that cannot be.

    >>> [place.number for place in made_list(Plan({"a": 1, "b": 1}, (2,), ("left", "right"), 1), 2)]
    ['1-001', '1-002', '2-001', '2-002']
    """
    try:
        return [
            Place(stratum, f"{which}-{place:03}" if len(plan.strata) > 1 else f"{place:03}", arm)
            for which, stratum in enumerate(plan.strata, start=1)
            for place, arm in enumerate(allocation(plan, stratum, per_stratum), start=1)
        ]
    except ValueError as error:
        raise Refusal("study_wrong_state", f"This list cannot be made: {error}.") from None


def read_list(path: Path, arms: Sequence[str]) -> list[Place]:
    """A list from a file with the columns stratum, number and arm; its rows stand in the order of allotting.

    Raises:
        BadCsv: naming file and line of each fault.
    """
    faults, places, numbers = Faults(), [], set[str]()
    for row in read_rows(path, faults, needed=COLUMNS):
        place = Place(**{column: row.cells[column] for column in COLUMNS})
        places.append(place)
        if place.arm not in arms:
            faults.add(path.name, row.line, f"{place.arm!r} is no arm of this study ({', '.join(arms)})")
        if not 0 < len(place.number) <= NUMBER_LENGTH_MAX:
            faults.add(path.name, row.line, f"give a number of 1 to {NUMBER_LENGTH_MAX} characters")
        if place.number in numbers:
            faults.add(path.name, row.line, f"number {place.number} stands twice")
        numbers.add(place.number)
    if not 0 < len(places) <= LIST_MAX:
        faults.add(path.name, 1, f"holds {len(places)} places; a list has 1 to {LIST_MAX}")
    if faults.count:
        raise BadCsv(faults)
    return places


def keep_list(
    session: Session, study: Study, places: Sequence[Place], *, made: Mapping[str, Any], now: datetime
) -> None:
    """Store the list, and the SHA-256 that it is known by from now on.

    Args:
        session: of the clinic.
        study: held by the caller.
        places: in the order of allotting.
        made: how it came about; kept with the study, never shown at the desk.
        now: when.

    Raises:
        Refusal: study_wrong_state, when the study has a list, or is closed.
    """
    if study.list_made is not None:
        raise Refusal("study_wrong_state", f"{study.name} has its list; another would undo what it allotted.")
    if study.closed_at is not None:
        raise Refusal("study_wrong_state", f"{study.name} is closed.")
    arms = {arm.name: arm.id for arm in arms_of(session, study)}
    reached: dict[str, int] = {}
    for place in places:
        reached[place.stratum] = reached.get(place.stratum, 0) + 1
        session.add(
            Allocation(
                clinic_id=clinic_of(session),
                study_id=study.id,
                stratum=place.stratum,
                place=reached[place.stratum],
                number=place.number,
                arm_id=arms[place.arm],
            )
        )
    salt = secrets.token_hex(SALT_BYTES)
    digest = list_digest(places, salt)
    study.list_made = {**made, "salt": salt, "sha256": digest}
    study.version += 1
    session.flush()
    told = {"source": made["source"], "places": len(places), "strata": len(reached), "sha256": digest}
    note(session, study, "study.list", now=now, **told)


def list_digest(places: Iterable[Place], salt: str) -> str:
    """What a list can be known by later, without showing it: SHA-256 over its rows, stratum by stratum.

    Args:
        places: in the order of allotting.
        salt: kept with the list. Lists are few: 24 places in blocks of four are 46,656, and a seed that was
            named is one. Whoever reads the trail would try them all.
    """
    ordered = sorted(places, key=lambda place: place.stratum)
    lines = [
        f"{stratum}\t{place}\t{one.number}\t{one.arm}\n"
        for stratum, group in groupby(ordered, key=lambda place: place.stratum)
        for place, one in enumerate(group, start=1)
    ]
    return hashlib.sha256("".join([salt, *lines]).encode()).hexdigest()


def list_stands(session: Session, study: Study) -> bool:
    """Whether the list in the database is the one that was made or brought in."""
    arms = {arm.id: arm.name for arm in arms_of(session, study)}
    places = [Place(row.stratum, row.number, arms[row.arm_id]) for row in places_of(session, study)]
    made = study.list_made
    return made is not None and made["sha256"] == list_digest(places, made.get("salt", ""))


def allot(session: Session, study: Study, patient: Patient, *, stratum: str, now: datetime) -> StudyCourse:
    """Give the patient's course the next free place of its stratum; a masked study masks it from now on.

    Args:
        session: of the clinic.
        study: held by the caller, so that no two get one place.
        patient: held, too; who has consented.
        stratum: which list.
        now: when.

    Raises:
        Refusal: study_wrong_state: closed, without a list, without a course to allot, not consented, or full;
            or it is masked, and what was given is recorded already, by another name than the study drug's.
    """
    if study.closed_at is not None:
        raise Refusal("study_wrong_state", f"{study.name} is closed; nobody is allotted any more.")
    if standing_of(session, study, patient.id) != "consented":
        raise Refusal("study_wrong_state", f"{patient.pseudonym} has not consented, or is allotted already.")
    if stratum not in strata_of(session, study):
        raise Refusal("study_wrong_state", "The list has no such stratum.", pointer="/stratum")
    taking_part = allotted_courses(session, study)
    courses = [course for course in courses_of(session, patient.id) if course.status != "closed"]
    if not courses or courses[-1].id in taking_part:
        raise Refusal("study_wrong_state", f"Plan a course for {patient.pseudonym} first.")
    if study.unblinded_at is None and _agent_is_told(session, courses[-1]):
        raise Refusal(
            "study_wrong_state",
            f"What {patient.pseudonym} was given in this course is recorded by its name. Correct that "
            "infusion to the study drug first.",
        )
    place = next_place(session, study, stratum)
    if place is None:
        raise Refusal("study_wrong_state", "Every place of this stratum is taken.", pointer="/stratum")
    course = StudyCourse(
        clinic_id=clinic_of(session),
        study_id=study.id,
        arm_id=place.arm_id,
        course_id=courses[-1].id,
        allocation_id=place.id,
        allotted_at=now,
    )
    session.add(course)
    place.taken_at = now
    session.flush()
    today = today_of(patient, now)
    add_step(session, study, patient, kind="allotted", day=today, detail=place.number, now=now)
    if study.unblinded_at is None:
        blinding.mask(session, [course.course_id], now=now)
    return course


def _agent_is_told(session: Session, course: Course) -> bool:
    given = administrations_of(session, course.patient_id)
    return any(row.course_id == course.id and row.agent != "study_drug" for row in given)
