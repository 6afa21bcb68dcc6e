"""Finds what an address names, inside the asker's clinic; anything else is as if it had never existed."""

from collections.abc import Mapping
from typing import TypeVar

from diary.domain.errors import Refusal
from diary.storage.patients import Diarist, patient_by_uid
from diary.storage.tables.patient import Patient
from diary.web.body import Invalid
from diary.web.work import Work
from schemas.fields import Fault

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
    if unit.caller.patient is not None or uid is None:
        return patient_among(unit, uid, {}, location=location)
    return found(patient_by_uid(unit.session, uid, lock=lock))


def diarist_named(unit: Work, uid: str | None) -> Diarist:
    """Whose diary an answer belongs in, held until the unit ends; of a phone's own, just what that needs.

    Raises:
        Refusal: not_found.
        Invalid: nobody is named, and the asker is no phone.
    """
    own = unit.caller.patient
    if own is not None and uid in (None, own.uid):
        return own
    return patient_named(unit, uid, lock=True)


def patient_among(
    unit: Work, uid: str | None, patients: Mapping[str, Patient], *, location: str = "json"
) -> Patient:
    """The same, among patients already read.

    Raises:
        Refusal: not_found.
        Invalid: nobody is named, and the asker is no phone.
    """
    if unit.caller.patient is not None:
        return found(unit.patient if uid in (None, unit.caller.patient.uid) else None)
    if uid is None:
        raise Invalid({"patient": [Fault("Say which patient, by uid.", "required")]}, location=location)
    return found(patients.get(uid))
