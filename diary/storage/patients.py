"""Queries about patients, their phones and their codes."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final, NamedTuple

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from diary.storage.base import table_of
from diary.storage.erasing import GONE
from diary.storage.prepared import Prepared
from diary.storage.tables.patient import (
    Consent,
    Device,
    EnrolmentCode,
    Patient,
    PatientFollow,
    PatientIdentity,
    ShareLink,
)
from diary.storage.unit import clinic_of, held, own


class DiaristRow(NamedTuple):
    """Of a patient, what an answer needs to know."""

    id: int
    clinic_id: int
    uid: str
    owner_id: int | None
    zone: str
    follow_state: str


class DeviceRow(NamedTuple):
    """Of a phone, what signing in needs to know."""

    id: int
    clinic_id: int
    uid: str
    patient_id: int
    token_hash: str
    enrolled_at: datetime
    last_seen_at: datetime
    revoked_at: datetime | None
    renewed_at: datetime | None


# Whose diary it is, for whoever writes an answer down.
Diarist = Patient | DiaristRow

_PATIENT: Final = table_of(Patient)
_DIARIST: Final = select(*(_PATIENT.c[name] for name in DiaristRow._fields)).where(
    _PATIENT.c.clinic_id == bindparam("clinic_id"), _PATIENT.c.id == bindparam("patient_id")
)
_DIARIST_READ: Final = Prepared(_DIARIST)
_DIARIST_HELD: Final = Prepared(_DIARIST.with_for_update())
_ANY_PAUSED: Final = Prepared(
    select(_PATIENT.c.id)
    .where(_PATIENT.c.clinic_id == bindparam("clinic_id"), _PATIENT.c.follow_state == "paused")
    .limit(1)
)
_DEVICE: Final = table_of(Device)
_DEVICE_ROW: Final = select(*(_DEVICE.c[name] for name in DeviceRow._fields))
_DEVICE_PRESENTED: Final = Prepared(_DEVICE_ROW.where(_DEVICE.c.token_hash == bindparam("token_hash")))
_DEVICE_BEFORE: Final = Prepared(_DEVICE_ROW.where(_DEVICE.c.previous_hash == bindparam("token_hash")))
_SEEN: Final = Prepared(
    update(_DEVICE)
    .where(_DEVICE.c.clinic_id == bindparam("of_clinic"), _DEVICE.c.id == bindparam("device_id"))
    .values(last_seen_at=bindparam("now"))
)


def patient_by_uid(session: Session, uid: str, *, lock: bool = False) -> Patient | None:
    """A patient of this clinic; with `lock`, nobody else writes for this patient meanwhile."""
    statement = own(session, Patient).where(Patient.uid == uid)
    return session.scalars(held(statement) if lock else statement).one_or_none()


def patient_by_pseudonym(session: Session, pseudonym: str) -> Patient | None:
    """The patient that this clinic calls so."""
    return session.scalars(own(session, Patient).where(Patient.pseudonym == pseudonym)).one_or_none()


def patient_by_id(session: Session, patient_id: int, *, lock: bool = False) -> Patient:
    """A patient of this clinic whose id another row holds."""
    statement = own(session, Patient).where(Patient.id == patient_id)
    return session.scalars(held(statement) if lock else statement).one()


def patients_by_id(session: Session, patient_ids: Sequence[int]) -> dict[int, Patient]:
    """Those patients, by id."""
    found = session.scalars(own(session, Patient).where(Patient.id.in_(patient_ids)))
    return {patient.id: patient for patient in found}


def diarist_by_id(session: Session, patient_id: int, *, lock: bool) -> DiaristRow:
    """The patient whose phone this is; with `lock`, nobody else writes for this patient meanwhile."""
    asked = _DIARIST_HELD if lock else _DIARIST_READ
    (row,) = asked.rows(session, clinic_id=clinic_of(session), patient_id=patient_id)
    return DiaristRow(*row)


def identity_of(session: Session, patient_id: int) -> PatientIdentity | None:
    """Who the patient is; the caller writes the audit row of this read."""
    return session.scalars(
        own(session, PatientIdentity).where(PatientIdentity.patient_id == patient_id)
    ).one_or_none()


def pauses_over(session: Session, day: date) -> list[Patient]:
    """Whoever was paused until a day before this one, held until the unit ends."""
    if not _ANY_PAUSED.rows(session, clinic_id=clinic_of(session)):
        return []  # as on most nights of a small clinic
    paused = own(session, Patient).with_only_columns(Patient.id).where(Patient.follow_state == "paused")
    newest = (
        own(session, PatientFollow)
        .with_only_columns(func.max(PatientFollow.id))
        .where(PatientFollow.patient_id.in_(paused))
        .group_by(PatientFollow.patient_id)
    )
    over = (
        own(session, PatientFollow)
        .with_only_columns(PatientFollow.patient_id)
        .where(PatientFollow.id.in_(newest), PatientFollow.until_day < day)
    )
    return list(session.scalars(held(own(session, Patient).where(Patient.id.in_(over)).order_by(Patient.id))))


def hold_patients(session: Session, patient_ids: Sequence[int]) -> dict[int, int | None]:
    """Hold these patients until the unit ends; which of the staff each belongs to."""
    statement = own(session, Patient).with_only_columns(Patient.id, Patient.owner_id)
    held = statement.where(Patient.id.in_(patient_ids)).order_by(Patient.id).with_for_update()
    return {row.id: row.owner_id for row in session.execute(held)}


def device_presented(session: Session, token_hash: str) -> DeviceRow | None:
    """The phone whose token was presented, before any clinic is known."""
    found = _DEVICE_PRESENTED.rows(session, token_hash=token_hash)
    found = found or _DEVICE_BEFORE.rows(session, token_hash=token_hash)
    return DeviceRow(*found[0]) if found else None


def note_seen(session: Session, device_id: int, *, now: datetime) -> None:
    """The phone was here."""
    _SEEN.run(session, of_clinic=clinic_of(session), device_id=device_id, now=now)


def devices_of(session: Session, patient_id: int) -> list[Device]:
    """The patient's phones, newest first."""
    statement = own(session, Device).where(Device.patient_id == patient_id).order_by(Device.id.desc())
    return list(session.scalars(statement))


def code_presented(session: Session, code_hash: str) -> EnrolmentCode | None:
    """The enrolment code that was presented, before any clinic is known."""
    return session.scalars(select(EnrolmentCode).where(EnrolmentCode.code_hash == code_hash)).one_or_none()


def lock_code(session: Session, code_id: int) -> EnrolmentCode:
    """The code again, read afresh and held, so that two phones cannot both redeem it."""
    return session.scalars(held(own(session, EnrolmentCode).where(EnrolmentCode.id == code_id))).one()


def codes_of(session: Session, patient_id: int) -> list[EnrolmentCode]:
    """The patient's enrolment codes, newest first."""
    statement = own(session, EnrolmentCode).where(EnrolmentCode.patient_id == patient_id)
    return list(session.scalars(statement.order_by(EnrolmentCode.id.desc())))


def consents_of(session: Session, patient_id: int) -> list[Consent]:
    """What the patient agreed to, oldest first."""
    statement = own(session, Consent).where(Consent.patient_id == patient_id)
    return list(session.scalars(statement.order_by(Consent.id)))


def links_of(session: Session, patient_id: int) -> list[ShareLink]:
    """The links that the patient shared, newest first, ended ones too."""
    statement = own(session, ShareLink).where(ShareLink.patient_id == patient_id)
    return list(session.scalars(statement.order_by(ShareLink.id.desc())))


def link_presented(session: Session, code_hash: str) -> ShareLink | None:
    """The shared link whose code was presented, before any clinic is known."""
    return session.scalars(select(ShareLink).where(ShareLink.code_hash == code_hash)).one_or_none()


def patients_page(
    session: Session,
    *,
    begins: str | None,
    follow_state: str | None,
    after: str | None,
    limit: int,
) -> list[Patient]:
    """Patients by pseudonym, at most `limit`, beginning behind the pseudonym `after`.

    `begins` is the start of the pseudonym.
    """
    statement = own(session, Patient).where(Patient.id.not_in(GONE))
    if begins:
        statement = statement.where(Patient.pseudonym.istartswith(begins, autoescape=True))
    if follow_state is not None:
        statement = statement.where(Patient.follow_state == follow_state)
    if after is not None:
        statement = statement.where(Patient.pseudonym > after)
    return list(session.scalars(statement.order_by(Patient.pseudonym).limit(limit)))


def pseudonyms_of(session: Session, patient_ids: Sequence[int]) -> dict[int, str]:
    """What each of these patients is called here."""
    statement = own(session, Patient).where(Patient.id.in_(patient_ids))
    columns = statement.with_only_columns(Patient.id, Patient.pseudonym)
    return {row.id: row.pseudonym for row in session.execute(columns)}
