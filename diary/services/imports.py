"""Brings existing diaries and infusions into a clinic: all of two files, or nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import insert
from sqlalchemy.orm import Session

from diary.domain.errors import Refusal
from diary.services import audit
from diary.services.baselines import carry_baselines
from diary.services.csv_reading import BadCsv, Faults
from diary.services.history_reading import History, PastInfusion, PastPatient
from diary.services.infusions import record_infusion
from diary.services.packed_days import rebuild
from diary.services.patients import admit
from diary.storage.courses import administrations_of, course_by_id
from diary.storage.entries import days_answered, standing_between
from diary.storage.ids import new_uid
from diary.storage.protocols import instrument_at
from diary.storage.tables.entry import Entry
from diary.storage.tables.patient import Patient
from diary.storage.unit import clinic_of, own, scope_of

# An old diary says the day, not the hour: its answers are kept as given at noon of their day.
ANSWERED_AT_HOUR: Final = 12
ROWS_AT_ONCE: Final = 1_000


@dataclass(frozen=True, slots=True)
class BroughtIn:
    """What became of one patient's history."""

    patient: Patient
    admitted: bool
    answers: int
    known_answers: int
    infusions: int
    known_infusions: int


def bring_in(
    session: Session, history: History, *, zone: str, locale: str, today: date, now: datetime
) -> Iterator[BroughtIn]:
    """Write a history into the caller's transaction, a patient at a time.

    Patients whose pseudonym is known go on; others are admitted. A day that already has the same score and an
    infusion that is recorded alike are passed over, so a file that grew can come in again. The courses are
    marked as imported: they never ring for what is past.

    Args:
        history: what was read of the files.
        zone: where new patients live.
        locale: the language of new patients.
        today: the calendar day at the clinic.
        now: the moment that everything is recorded at.

    Raises:
        BadCsv: naming file and line of what cannot stand beside what is already here. The caller lets it end
            the transaction, so that nothing of the files stays.
    """
    instrument_id = instrument_at(session, now).id
    for pseudonym, past in sorted(history.patients.items()):
        known = own(session, Patient).where(Patient.pseudonym == pseudonym).with_for_update()
        patient = session.scalars(known).one_or_none()
        admitted = patient is None
        if patient is None:
            patient = admit(session, pseudonym=pseudonym, zone=zone, locale=locale, identity=None, now=now)
        fresh = _new_answers(session, patient, past, history.diaries_name)
        _write_answers(session, patient, fresh, instrument_id=instrument_id, now=now)
        blocks = _new_infusions(session, patient, past)
        _record_infusions(session, patient, blocks, history.infusions_name, today=today, now=now)
        if fresh and not blocks:
            rebuild(session, patient.id, now=now)
            carry_baselines(session, patient.id, now=now)
        yield BroughtIn(
            patient,
            admitted,
            answers=len(fresh),
            known_answers=len(past.answers) - len(fresh),
            infusions=len(blocks),
            known_infusions=len(past.infusions) - len(blocks),
        )


def _new_answers(session: Session, patient: Patient, past: PastPatient, file: str) -> dict[date, int]:
    """The answers that are not here yet; a day that has another, or one that does not count, is a fault."""
    if not past.answers:
        return {}
    first, last = min(past.answers), max(past.answers)
    here = standing_between(session, patient.id, first=first, last=last)
    answered = days_answered(session, patient.id, first=first, last=last)
    faults = Faults()
    for day, answer in past.answers.items():
        if here.get(day, answer.nrs) != answer.nrs:
            faults.add(file, answer.line, f"{day} already has another score here; leave the row out")
        elif day in answered and day not in here:
            what = "an answer here that was withdrawn, or whose clock is in doubt"
            faults.add(file, answer.line, f"{day} has {what}; leave the row out, or correct it at the desk")
    if faults.count:
        raise BadCsv(faults)
    return {day: answer.nrs for day, answer in past.answers.items() if day not in here}


def _write_answers(
    session: Session, patient: Patient, answers: dict[date, int], *, instrument_id: int, now: datetime
) -> None:
    rows = [_row(session, patient, day, nrs, instrument_id, now) for day, nrs in sorted(answers.items())]
    for first in range(0, len(rows), ROWS_AT_ONCE):
        session.execute(insert(Entry), rows[first : first + ROWS_AT_ONCE])
    audit.note_patient(session, "entry.import", patient, now=now, detail={"answers": len(rows)})


def _row(
    session: Session, patient: Patient, day: date, nrs: int, instrument_id: int, now: datetime
) -> dict[str, Any]:
    answered_at = datetime.combine(day, time(ANSWERED_AT_HOUR), ZoneInfo(patient.zone))
    offset = answered_at.utcoffset()
    assert offset is not None
    scope = scope_of(session)
    return {
        "clinic_id": clinic_of(session),
        "uid": new_uid(now),
        "patient_id": patient.id,
        "client_id": new_uid(now),
        "day": day,
        "version": 1,
        "kind": "answer",
        "nrs": nrs,
        "standing": True,
        "source": "import",
        "actor_kind": scope.actor_kind,
        "actor_id": scope.actor_id,
        "answered_at": answered_at.astimezone(UTC),
        "answered_offset_min": int(offset.total_seconds() // 60),
        "zone": patient.zone,
        "sent_at": now,
        "received_at": now,
        "skew_s": 0,
        "late": False,
        "clock_suspect": False,
        "instrument_version_id": instrument_id,
    }


def _new_infusions(session: Session, patient: Patient, past: PastPatient) -> list[PastInfusion]:
    """The infusions that are not here yet; one that is here otherwise is refused as it is recorded."""
    here = {
        (row.first_day, row.last_day, row.agent, row.setting, row.dose_as_written, row.classified_as)
        for row in administrations_of(session, patient.id)
    }
    return [
        infusion
        for infusion in past.infusions
        if (
            infusion.given.first_day,
            infusion.given.last_day,
            infusion.given.agent,
            infusion.given.setting,
            infusion.given.dose_as_written,
            infusion.given.classified_as,
        )
        not in here
    ]


def _record_infusions(
    session: Session,
    patient: Patient,
    blocks: Sequence[PastInfusion],
    file: str,
    *,
    today: date,
    now: datetime,
) -> None:
    for infusion in blocks:
        try:
            row = record_infusion(
                session,
                patient,
                infusion.given,
                regimen=None,
                booking=None,
                today=today,
                now=now,
                imported=True,
            )
        except Refusal as refusal:
            faults = Faults()
            faults.add(file, infusion.line, refusal.message)
            raise BadCsv(faults) from None
        if infusion.treated_area is not None:
            course_by_id(session, row.course_id).treated_area = infusion.treated_area
