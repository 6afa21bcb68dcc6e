"""What a course was given, as groups that can be compared: agent, dose, hours, adjuncts, setting, number."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

MIXED: Final = "mixed"
UNKNOWN: Final = "not recorded"
# Upper ends of the classes. The published course: 0.07 to 0.29 mg/kg/h over 100 h (Sigtermans 2009, by
# doi 10.1007/s00228-021-03104-1, table 2); outpatient days: 0.35 mg/kg/h, 40 h in all (Schwartzman 2009).
DOSES_MG_KG_H: Final = (0.1, 0.2, 0.3)
HOURS: Final = (24.0, 72.0)
COURSE_NUMBERS_APART: Final = 3


@dataclass(frozen=True, slots=True)
class Block:
    """One block of infusion days of a course's series; boosters are no part of it."""

    agent: str
    setting: str
    dose_mg_kg_h: float | None
    hours: float | None
    adjuncts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CourseGiven:
    """One course: its number within the patient, and its blocks."""

    number: int
    blocks: tuple[Block, ...]


def agent(given: CourseGiven) -> str:
    """By its word in the record.

    >>> agent(CourseGiven(1, (Block("racemic", "inpatient", None, None, ()),)))
    'racemic'
    """
    return _only({block.agent for block in given.blocks})


def setting(given: CourseGiven) -> str:
    """Inpatient, outpatient or mixed."""
    return _only({block.setting for block in given.blocks})


def dose(given: CourseGiven) -> str:
    """The class of the largest dose.

    >>> dose(CourseGiven(1, (Block("racemic", "inpatient", 0.29, 100, ()),)))
    '0.2 to 0.3 mg/kg/h'
    """
    known = [block.dose_mg_kg_h for block in given.blocks if block.dose_mg_kg_h is not None]
    if len(known) < len(given.blocks) or not known:
        return UNKNOWN
    return _class(max(known), DOSES_MG_KG_H, "mg/kg/h")


def hours(given: CourseGiven) -> str:
    """The class of the hours in all.

    >>> hours(CourseGiven(1, (Block("racemic", "inpatient", None, 100, ()),)))
    'over 72 h'
    """
    known = [block.hours for block in given.blocks if block.hours is not None]
    if len(known) < len(given.blocks) or not known:
        return UNKNOWN
    return _class(sum(known), HOURS, "h")


def adjunct(given: CourseGiven) -> str:
    """All that were given beside, in the order of the alphabet."""
    return " + ".join(sorted({name for block in given.blocks for name in block.adjuncts})) or "none"


def course_number(given: CourseGiven) -> str:
    """First, second, or a later one.

    >>> course_number(CourseGiven(5, ()))
    'third or later'
    """
    names = ("first", "second", "third or later")
    return names[min(given.number, COURSE_NUMBERS_APART) - 1]


FACTORS: Final[Mapping[str, Callable[[CourseGiven], str]]] = MappingProxyType(
    {
        "agent": agent,
        "dose": dose,
        "hours": hours,
        "adjunct": adjunct,
        "setting": setting,
        "course": course_number,
    }
)


def _only(words: set[str]) -> str:
    if not words:
        return UNKNOWN
    return words.pop() if len(words) == 1 else MIXED


def _class(value: float, ends: Sequence[float], unit: str) -> str:
    lower = 0.0
    for end in ends:
        if value <= end:
            return f"up to {end:g} {unit}" if lower == 0 else f"{lower:g} to {end:g} {unit}"
        lower = end
    return f"over {lower:g} {unit}"
