"""The demo's people: names that nobody bears, numbers that ring nowhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from diary.services.demo_door import DEMO_EMAILS
from diary.services.patients import Identity

FIRST_NAMES: Final = (
    "Anna", "Bram", "Carla", "Dora", "Elif", "Femke", "Greta", "Hanna", "Ida", "Jasper", "Karin", "Lotte",
    "Mila", "Nina", "Olga", "Pia", "Rosa", "Sanne", "Tess", "Vera",
)  # fmt: skip
# Trees: nobody takes Vera Hornbeam for a neighbour.
LAST_NAMES: Final = (
    "Alder", "Aspen", "Beech", "Cedar", "Elm", "Hazel", "Hornbeam", "Juniper", "Larch", "Linden", "Maple",
    "Poplar", "Rowan",
)  # fmt: skip
AREAS: Final = (
    "in your right hand and arm",
    "in your left hand and arm",
    "in your right foot and leg",
    "in your left foot and leg",
)


@dataclass(frozen=True, slots=True)
class Person:
    """One of the staff."""

    email: str
    name: str
    role: str


CLINIC_STAFF: Final = (
    Person(DEMO_EMAILS["nurse"], "Noor Birch (simulated)", "nurse"),
    Person(DEMO_EMAILS["physician"], "Dr Pieter Oak (simulated)", "physician"),
    Person("admin@clinic.example", "Ada Willow (simulated)", "admin"),
)
TRIAL_STAFF: Final = (
    Person(DEMO_EMAILS["coordinator"], "Cato Ash (simulated)", "coordinator"),
    Person("admin@trial.example", "Tom Yew (simulated)", "admin"),
)


def identity_of(number: int) -> Identity:
    """Who the patient of that number is; every number up to 260 another name.

    >>> identity_of(7).name, identity_of(7).phone
    ('Hanna Juniper', '000 555 0007')
    """
    born = date(1951, 3, 9) + timedelta(days=(number * 4_733) % 16_000)
    return Identity(
        name=f"{_turn(FIRST_NAMES, number)} {_turn(LAST_NAMES, number)}",
        birth_date=born,
        hospital_number=f"SIM-{number:05}",
        phone=f"000 555 {number:04}",
    )


def area_of(number: int) -> str:
    """Where this patient's pain is."""
    return _turn(AREAS, number)


def _turn(words: Sequence[str], number: int) -> str:
    return words[number % len(words)]
