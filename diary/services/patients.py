"""Admits patients, and follows, pauses or stops following them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from diary.domain.errors import Refusal
from diary.services import alerts, audit, bookings, enrolment, outbox, sharing
from diary.services.courses import close_course, resume_courses
from diary.services.visit_notes import tell_again
from diary.storage.alerts import live_of_patient
from diary.storage.courses import courses_of
from diary.storage.ids import new_uid
from diary.storage.patients import consents_of, identity_of, pauses_over
from diary.storage.tables.patient import Patient, PatientFollow, PatientIdentity, PatientZone
from diary.storage.unit import clinic_of, own, scope_of


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a patient is; kept apart from the diary."""

    name: str | None = None
    birth_date: date | None = None
    hospital_number: str | None = None
    phone: str | None = None


def admit(
    session: Session,
    *,
    pseudonym: str,
    zone: str,
    locale: str,
    identity: Identity | None,
    now: datetime,
    owner_id: int | None = None,
    team_id: int | None = None,
) -> Patient:
    """A new patient of this clinic, followed from now on.

    Raises:
        Refusal: pseudonym_taken.
    """
    _check_free(session, pseudonym)
    patient = Patient(
        clinic_id=clinic_of(session),
        uid=new_uid(now),
        pseudonym=pseudonym,
        owner_id=owner_id,
        team_id=team_id,
        zone=zone,
        locale=locale,
        follow_state="followed",
        version=1,
        created_at=now,
    )
    session.add(patient)
    session.flush()
    session.add(PatientZone(clinic_id=patient.clinic_id, patient_id=patient.id, zone=zone, since_at=now))
    _follow_row(session, patient, "followed", now=now)
    if identity is not None:
        set_identity(session, patient, identity, now=now)
    audit.note_patient(session, "patient.admit", patient, now=now)
    return patient


def change(session: Session, patient: Patient, values: Mapping[str, Any], *, now: datetime) -> None:
    """Change what is known of a patient: pseudonym, zone, locale, owner.

    Raises:
        Refusal: pseudonym_taken.
    """
    pseudonym = values.get("pseudonym", patient.pseudonym)
    if pseudonym != patient.pseudonym:
        _check_free(session, pseudonym)
    if values.get("zone", patient.zone) != patient.zone:
        _moved(session, patient, values["zone"], now=now)
    for name, value in values.items():
        setattr(patient, name, value)
    patient.version += 1
    session.flush()
    audit.note_patient(session, "patient.change", patient, now=now, detail={"changed": sorted(values)})


def set_identity(session: Session, patient: Patient, identity: Identity, *, now: datetime) -> None:
    """Write who the patient is."""
    row = identity_of(session, patient.id)
    if row is None:
        row = PatientIdentity(clinic_id=patient.clinic_id, patient_id=patient.id)
        session.add(row)
    row.name, row.birth_date = identity.name, identity.birth_date
    row.hospital_number, row.phone = identity.hospital_number, identity.phone
    patient.version += 1
    session.flush()
    audit.note_patient(session, "patient.identity", patient, now=now)


def read_identity(session: Session, patient: Patient, *, now: datetime) -> PatientIdentity | None:
    """Read who the patient is, and leave a trace that it was read."""
    audit.note_patient(session, "patient.read", patient, now=now)
    return identity_of(session, patient.id)


def follow(session: Session, patient: Patient, *, now: datetime) -> None:
    """Follow (again): courses that the stop ended go on, so that what is answered from now on is judged."""
    stopped = patient.follow_state == "stopped"
    _change(session, patient, "followed", now=now)
    tell_again(session, patient.id, now=now)
    if stopped:
        resume_courses(session, patient.id, now=now)


def follow_after_pauses(session: Session, *, day: date, now: datetime) -> int:
    """Follow again whoever was paused until a day before `day`; how many."""
    over = pauses_over(session, day)
    for patient in over:
        follow(session, patient, now=now)
    return len(over)


def pause(session: Session, patient: Patient, *, until: date | None, note: str | None, now: datetime) -> None:
    """Ask nothing until a day: waiting reminders and offers are cancelled in this transaction."""
    _change(session, patient, "paused", until=until, note=note, now=now)
    outbox.cancel_for_patient(session, patient.id, now=now)
    bookings.withdraw_offer(session, patient.id, now=now)


def stop(session: Session, patient: Patient, *, reason: str, note: str | None, now: datetime) -> None:
    """No longer followed (died, withdrew, moved ...): messages, offers, courses and alerts end here and now.

    So do codes not used yet, shared links, and the consent of whoever withdrew. Red flags stay: only a named
    person closes one.
    """
    _change(session, patient, "stopped", stop_reason=reason, note=note, now=now)
    outbox.cancel_for_patient(session, patient.id, now=now)
    enrolment.end_codes(session, patient.id, now=now)
    sharing.end_links(session, patient, now=now)
    if reason == "withdrew":
        for consent in consents_of(session, patient.id):
            consent.withdrawn_at = consent.withdrawn_at or now
    bookings.cancel_for_patient(session, patient.id, now=now)
    closing = reason if reason in ("withdrew", "died", "moved") else "other"
    for course in courses_of(session, patient.id):
        if course.status != "closed":
            close_course(session, course, closing=closing, now=now)
    outcome = (
        reason if reason in ("withdrew", "died") else "well_and_stopped" if reason == "well" else "handled"
    )
    for alert in live_of_patient(session, patient.id, lock=True):
        if alert.kind != "red_flag":
            alerts.close(session, alert, outcome=outcome, reason=note, now=now)


def _check_free(session: Session, pseudonym: str) -> None:
    if session.scalars(own(session, Patient).where(Patient.pseudonym == pseudonym)).first() is not None:
        raise Refusal(
            "pseudonym_taken", "Another patient has this pseudonym. Choose another.", pointer="/pseudonym"
        )


def _moved(session: Session, patient: Patient, zone: str, *, now: datetime) -> None:
    """From now on the patient is there. Told twice while a sandbox's clock stands, the last one counts."""
    known = session.scalars(
        own(session, PatientZone).where(PatientZone.patient_id == patient.id, PatientZone.since_at == now)
    ).one_or_none()
    if known is not None:
        known.zone = zone
    else:
        session.add(PatientZone(clinic_id=patient.clinic_id, patient_id=patient.id, zone=zone, since_at=now))


def _change(
    session: Session,
    patient: Patient,
    state: str,
    *,
    now: datetime,
    until: date | None = None,
    stop_reason: str | None = None,
    note: str | None = None,
) -> None:
    before = patient.follow_state
    patient.follow_state = state
    patient.version += 1
    _follow_row(session, patient, state, now=now, until=until, stop_reason=stop_reason, note=note)
    audit.note_patient(
        session,
        "patient.follow",
        patient,
        now=now,
        detail={"before": before, "after": state, "reason": stop_reason},
    )


def _follow_row(
    session: Session,
    patient: Patient,
    state: str,
    *,
    now: datetime,
    until: date | None = None,
    stop_reason: str | None = None,
    note: str | None = None,
) -> None:
    scope = scope_of(session)
    session.add(
        PatientFollow(
            clinic_id=patient.clinic_id,
            patient_id=patient.id,
            state=state,
            since_at=now,
            until_day=until,
            stop_reason=stop_reason,
            note=note,
            actor_kind=scope.actor_kind,
            actor_id=scope.actor_id,
        )
    )
    session.flush()
