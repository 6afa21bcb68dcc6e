"""Shares a diary: a patient makes a link that shows it to whoever holds it, for a week at most."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from diary.domain.errors import Refusal
from diary.services import audit
from diary.services.own_limits import check_often
from diary.services.secrets import new_share_code, share_digest
from diary.storage.ids import new_uid
from diary.storage.patients import link_presented, links_of, patient_by_id
from diary.storage.tables.patient import Patient, ShareLink
from diary.storage.unit import Scope, clinic_of, enter, present, scope_of

LINK_LIFE: Final = timedelta(days=7)
# A doctor, a second one, the general practitioner; more at once is more than a patient can keep in mind.
LINKS_MAX: Final = 3
OPENED_MAX: Final = 100


@dataclass(frozen=True, slots=True)
class Shared:
    """The diary that a link opens, and how long it does."""

    patient: Patient
    expires_at: datetime


def make_link(session: Session, patient: Patient, *, secret_key: str, now: datetime) -> tuple[str, ShareLink]:
    """A new link, and its code, which is shown this once. The oldest of too many ends.

    Raises:
        Refusal: asked_too_often.
    """
    known = links_of(session, patient.id)
    check_often((link.created_at for link in known), now=now)
    for link in open_links(known, now=now)[LINKS_MAX - 1 :]:
        _end(session, patient, link, now=now)
    code = new_share_code()
    link = ShareLink(
        clinic_id=clinic_of(session),
        uid=new_uid(now),
        patient_id=patient.id,
        code_hash=share_digest(code, secret_key),
        created_at=now,
        expires_at=now + LINK_LIFE,
        opened=0,
    )
    session.add(link)
    session.flush()
    audit.note_patient(session, "share.make", patient, now=now)
    return code, link


def end_link(session: Session, patient: Patient, uid: str, *, now: datetime) -> None:
    """The link opens nothing any more; one that is not this patient's, or has ended, changes nothing."""
    for link in open_links(links_of(session, patient.id), now=now):
        if link.uid == uid:
            _end(session, patient, link, now=now)


def end_links(session: Session, patient: Patient, *, now: datetime) -> None:
    """None of the patient's links opens anything any more."""
    for link in open_links(links_of(session, patient.id), now=now):
        _end(session, patient, link, now=now)


def open_links(links: Sequence[ShareLink], *, now: datetime) -> list[ShareLink]:
    """Those that open the diary now."""
    return [
        link for link in links if link.ended_at is None and now < link.expires_at and link.opened < OPENED_MAX
    ]


def open_link(session: Session, code: str, *, secret_keys: Sequence[str], now: datetime) -> Shared:
    """The diary that a code opens; that it was opened is counted, and the patient can see it.

    Runs in a unit that has entered no clinic yet: the code says which one.

    Raises:
        Refusal: link_closed, whatever is the matter with the code.
    """
    for secret_key in secret_keys:
        digest = share_digest(code, secret_key)
        present(session, digest)
        found = link_presented(session, digest)
        if found is not None and open_links([found], now=now):
            break
    else:
        raise Refusal("link_closed", "This link opens nothing. Ask the patient for a new one.")
    enter(session, Scope(found.clinic_id, "system", request_id=scope_of(session).request_id))
    patient = patient_by_id(session, found.patient_id, lock=True)
    found.opened = ShareLink.opened + 1  # two at once are two
    found.last_opened_at = now
    audit.note_patient(session, "share.open", patient, now=now)
    return Shared(patient, found.expires_at)


def _end(session: Session, patient: Patient, link: ShareLink, *, now: datetime) -> None:
    link.ended_at = now
    audit.note_patient(session, "share.end", patient, now=now)
