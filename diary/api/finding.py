"""Finds what an address names, inside the asker's clinic; anything else is as if it had never existed."""

from typing import TypeVar

from diary.domain.errors import Refusal
from diary.storage.patients import patient_by_uid
from diary.storage.tables.patient import Patient
from diary.web.body import Invalid
from diary.web.work import Work

Row = TypeVar("Row")


def found(row: Row | None) -> Row:
    """The row.

    Raises:
        Refusal: not_found, the same for another clinic's object and for a made-up one.
    """
    if row is None:
        raise Refusal("not_found", "There is no such object here.")
    return row


def patient_named(unit: Work, uid: str | None, *, lock: bool, location: str = "json") -> Patient:
    """The patient that a request is about: a phone's own, else the one it names.

    Raises:
        Refusal: not_found.
        Invalid: nobody is named, and the asker is no phone.
    """
    if unit.caller.patient is not None:
        if uid is not None and uid != unit.caller.patient.uid:
            raise Refusal("not_found", "There is no such object here.", pointer="/patient")
        return unit.caller.patient
    if uid is None:
        raise Invalid({"patient": ["Say which patient, by uid."]}, location=location)
    return found(patient_by_uid(unit.session, uid, lock=lock))
