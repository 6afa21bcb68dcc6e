"""What to weigh before treating again: repeated early, infusions have injured livers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from config.protocol import Protocol
from diary.domain import infusions
from diary.services.bookings import interval_words
from diary.storage.beside import Given, given_to
from diary.storage.courses import last_liver_tests
from diary.storage.tables.course import ClinicalEvent
from diary.storage.tables.patient import Patient


@dataclass(frozen=True, slots=True)
class Safety:
    """For a person to weigh; nothing is decided from it."""

    days_since_infusion: int | None
    infusion_days_12_months: int
    liver_test: ClinicalEvent | None
    minimum_interval_days: int | None
    warning: str | None


def safety_of(session: Session, patient: Patient, *, today: date, protocol: Protocol) -> Safety:
    """Days since the last infusion, infusion days in 12 months, the last liver test, the clinic's minimum."""
    return safeties_of(session, [patient.id], today=today, protocol=protocol)[patient.id]


def safeties_of(
    session: Session, patient_ids: Sequence[int], *, today: date, protocol: Protocol
) -> Mapping[int, Safety]:
    """The same for several patients, by id, in two queries."""
    given = given_to(session, patient_ids)
    tests = last_liver_tests(session, patient_ids)
    return {
        patient_id: _safety(given.get(patient_id, ()), tests.get(patient_id), today=today, protocol=protocol)
        for patient_id in patient_ids
    }


def _safety(given: Sequence[Given], test: ClinicalEvent | None, *, today: date, protocol: Protocol) -> Safety:
    blocks = [(row.first_day, row.last_day) for row in given if infusions.may_be_ketamine(row.agent)]
    since = infusions.days_since_last(blocks, today)
    return Safety(
        days_since_infusion=since,
        infusion_days_12_months=infusions.infusion_days_in_12_months(blocks, today),
        liver_test=test,
        minimum_interval_days=protocol.minimum_interval_days,
        warning=interval_words(since, protocol),
    )
