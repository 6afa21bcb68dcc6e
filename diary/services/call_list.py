"""Whom to call when days fall free: who waits with an authorisation, those who lose most by waiting first."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from config.protocol import Protocol
from diary.domain import chairs
from diary.domain.chairs import Slot
from diary.domain.infusions import Block, free_again_on, overlaps
from diary.domain.waiting import days_lost
from diary.services import audit
from diary.services.chairs import HORIZON, KIND_OF_SETTING, need_of, seats_from
from diary.services.clinics import local_day
from diary.storage.beside import Given, given_to, identities_of
from diary.storage.bookings import waiting_for_days
from diary.storage.nights import assessments
from diary.storage.protocols import foresight_at, protocol_at
from diary.storage.tables.booking import Booking, Chair
from diary.storage.tables.course import Regimen
from diary.storage.tables.night import Assessment
from diary.storage.tables.patient import Patient, PatientIdentity

# Whoever is called for days that begin so soon must have said that this is possible.
SHORT_NOTICE: Final = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A booking that is authorised and has no days, and whose it is."""

    booking: Booking
    patient: Patient
    regimen: Regimen
    identity: PatientIdentity | None
    days_lost: float | None
    """Days without relief to expect within the lead time; None where nothing is known."""


@dataclass(frozen=True, slots=True)
class ToCall:
    """Somebody whom free days suit, and which of them."""

    waiting: Waiting
    slot: Slot


def waiting_list(session: Session, *, names: bool, now: datetime) -> list[Waiting]:
    """Everybody who waits for days with an authorisation, those who lose most by waiting first."""
    found = waiting_for_days(session)
    _, protocol = protocol_at(session, now)
    shown = foresight_at(session, now).shown
    course_ids = [booking.course_id for booking, _, _ in found if booking.course_id is not None]
    findings = assessments(session, course_ids)
    identities = _identities(session, [patient for _, patient, _ in found], now=now) if names else {}
    waiting = [
        Waiting(
            booking,
            patient,
            regimen,
            identities.get(patient.id),
            _days_lost(findings.get(booking.course_id or 0), protocol, shown=shown),
        )
        for booking, patient, regimen in found
    ]
    return sorted(waiting, key=lambda one: (-(one.days_lost or 0.0), one.booking.id))


def call_list(
    session: Session, waiting: Sequence[Waiting], chair: Chair, *, days: Block, now: datetime
) -> list[ToCall]:
    """Of those who wait, whom days in a chair suit: within the authorisation and past the minimum interval.

    Args:
        session: of the clinic.
        waiting: as `waiting_list` gives them, in that order.
        chair: where.
        days: the first and the last day that are free.
        now: the moment; for days that begin within two days only those who can come so soon are named.
    """
    _, protocol = protocol_at(session, now)
    today = local_day(session, now)
    first_day = max(days[0], today)
    last_day = min(days[1], first_day + HORIZON)
    (seat,) = seats_from(session, [chair], first_day)
    given = given_to(session, [one.patient.id for one in waiting])
    soon = first_day - today <= SHORT_NOTICE
    return [
        ToCall(one, slot)
        for one in waiting
        if KIND_OF_SETTING[one.regimen.setting] == chair.kind
        and (one.booking.can_come_at_short_notice or not soon)
        and not _said_no(one.booking, (first_day, last_day))
        and one.patient.follow_state == "followed"
        for slot in _first_slot(one, seat, given.get(one.patient.id, ()), (first_day, last_day), protocol)
    ]


def _said_no(booking: Booking, days: Block) -> bool:
    """Whoever has just declined these days is not called about them."""
    if booking.state != "declined" or booking.offered_first_day is None or booking.offered_last_day is None:
        return False
    return overlaps((booking.offered_first_day, booking.offered_last_day), days)


def _first_slot(
    one: Waiting,
    seat: chairs.Chair,
    given: Sequence[Given],
    days: Block,
    protocol: Protocol,
) -> Iterator[Slot]:
    """The first days on which the whole treatment fits, if any."""
    minimum = protocol.minimum_interval_days
    free = [free_again_on(row.last_day, row.agent, minimum_interval_days=minimum) for row in given]
    first_day = max([days[0], *free])
    last_day = min(days[1], one.booking.authorisation_expires_on or days[1])
    slots = chairs.slots_of(seat, need_of(one.regimen), first_day=first_day, last_day=last_day)
    slot = next(slots, None)
    if slot is not None:
        yield slot


def _days_lost(finding: Assessment | None, protocol: Protocol, *, shown: bool) -> float | None:
    if finding is None:
        return None
    if finding.state == "loss":
        return float(protocol.lead_days)
    if not shown:
        return None
    chances = (finding.p_lost, finding.p_lost_14d, finding.p_lost_28d, finding.p_lost_lead)
    known = [chance for chance in chances if chance is not None]
    return days_lost(*known, lead_days=protocol.lead_days) if len(known) == len(chances) else None


def _identities(
    session: Session, patients: Sequence[Patient], *, now: datetime
) -> Mapping[int, PatientIdentity]:
    found = identities_of(session, [patient.id for patient in patients])
    if found:
        pseudonyms = sorted(patient.pseudonym for patient in patients)
        audit.note(session, "identity.list", now=now, object="waiting", detail={"patients": pseudonyms})
    return found
