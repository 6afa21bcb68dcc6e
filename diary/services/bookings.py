"""Books re-treatment, step by step. A booking parks the patient's alert; a failed one brings it back."""

from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from config.protocol import Protocol
from diary.charts.scale import count_text
from diary.domain import alert_states, booking_states, infusions
from diary.domain.errors import Refusal
from diary.services import alerts, audit, webhooks
from diary.services.chairs import FreeSlot, check_free, free_slots
from diary.services.clinics import local_day
from diary.services.regimens import check_in_use
from diary.services.visit_notes import tell_patient
from diary.storage.alerts import live_of_patient
from diary.storage.bookings import live_booking_of
from diary.storage.courses import administrations_of, courses_of, regimen_by_id
from diary.storage.ids import new_uid
from diary.storage.protocols import protocol_at
from diary.storage.tables.alert import Alert
from diary.storage.tables.booking import Booking, BookingEvent, Chair
from diary.storage.tables.course import Regimen
from diary.storage.tables.patient import Patient
from diary.storage.unit import clinic_of, scope_of

# Enough to choose from on one screen.
SLOTS_MOST: Final = 6


def request_booking(
    session: Session,
    patient: Patient,
    *,
    regimen: Regimen,
    alert: Alert | None,
    note: str | None,
    now: datetime,
) -> Booking:
    """Ask for re-treatment; the alert that led to it is parked.

    Raises:
        Refusal: booking_already_open; alert_wrong_state; patient_not_followed; regimen_retired.
    """
    check_in_use(regimen)
    if patient.follow_state == "stopped":
        raise Refusal(
            "patient_not_followed", "This patient is no longer followed. Follow again before booking."
        )
    if live_booking_of(session, patient.id) is not None:
        raise Refusal(
            "booking_already_open", "A booking for this patient is already under way. Go on with that one."
        )
    courses = [course for course in courses_of(session, patient.id) if course.status == "open"]
    booking = Booking(
        clinic_id=clinic_of(session),
        uid=new_uid(now),
        patient_id=patient.id,
        course_id=courses[0].id if courses else None,
        alert_id=alert.id if alert else None,
        regimen_id=regimen.id,
        state="requested",
        can_come_at_short_notice=False,
        note=note,
        created_at=now,
        changed_at=now,
        version=1,
    )
    session.add(booking)
    session.flush()
    _park(session, patient.id, alert, now=now)
    _event(session, booking, "request", before=None, note=note, now=now)
    return booking


def authorise(
    session: Session, booking: Booking, *, reference: str, expires_on: date | None, now: datetime
) -> None:
    """A physician authorises; the payer's reference and its last day are kept.

    Raises:
        Refusal: authorisation_expires_first, where it has ended already; booking_wrong_state.
    """
    if expires_on is not None and expires_on < local_day(session, now):
        raise Refusal(
            "authorisation_expires_first",
            f"The authorisation ended on {expires_on}. Check the day, or ask for a new one.",
            pointer="/expires_on",
        )
    before = _move(booking, "authorise", now=now)
    booking.authorisation_reference, booking.authorisation_expires_on = reference, expires_on
    _event(session, booking, "authorise", before=before, note=None, now=now)


def offer(
    session: Session,
    booking: Booking,
    *,
    first_day: date,
    last_day: date,
    chair: Chair | None = None,
    override_reason: str | None,
    now: datetime,
) -> None:
    """Offer the patient infusion days, in a chair or bed that is theirs until they decline.

    The caller holds the chair's row: of sixteen people who offer it at once, one has it. Below the clinic's
    minimum interval only a physician goes on, with a reason. The interval has no default: until a physician
    sets it, every booking carries a warning instead (see `interval_warning`).

    Raises:
        Refusal: infusion_ends_before_start, offer_in_past, infusion_overlaps, minimum_interval,
            authorisation_expires_first, chair_retired, chair_taken, chair_closed, booking_wrong_state.
    """
    infusions.check_block(first_day, last_day)
    if first_day < local_day(session, now):
        raise Refusal("offer_in_past", "These days have gone by. Offer later ones.", pointer="/first_day")
    expires_on = booking.authorisation_expires_on
    if expires_on is not None and last_day > expires_on:
        raise Refusal(
            "authorisation_expires_first",
            f"The authorisation ends on {expires_on}. Offer days up to then. "
            f"{_nearest_words(session, booking, now=now)}",
        )
    _check_interval(session, booking, first_day, override_reason, now=now)
    if chair is not None:
        regimen = regimen_by_id(session, booking.regimen_id)
        check_free(session, chair, regimen, days=(first_day, last_day), booking=booking, now=now)
    before = _move(booking, "offer", now=now)
    booking.chair_id = None if chair is None else chair.id
    booking.offered_first_day, booking.offered_last_day = first_day, last_day
    booking.override_reason = override_reason
    _event(session, booking, "offer", before=before, note=override_reason, now=now)
    tell_patient(session, booking, before=before, now=now)


def slots_to_offer(session: Session, booking: Booking, *, now: datetime) -> list[FreeSlot]:
    """The nearest free days from tomorrow on: past the minimum interval, within the authorisation."""
    regimen = regimen_by_id(session, booking.regimen_id)
    found = slots_for(session, booking.patient_id, regimen, but=booking, now=now)
    expires_on = booking.authorisation_expires_on or date.max
    return [slot for slot in found if slot.last_day <= expires_on]


def slots_for(
    session: Session, patient_id: int, regimen: Regimen, *, but: Booking | None = None, now: datetime
) -> list[FreeSlot]:
    """The nearest free days of a regimen from tomorrow on, past the minimum interval."""
    _, protocol = protocol_at(session, now)
    tomorrow = local_day(session, now) + timedelta(days=1)
    first_day = _past_interval(session, patient_id, tomorrow, protocol)
    return free_slots(session, regimen, first_day=first_day, but=but, most=SLOTS_MOST)


def slot_after_lead(
    session: Session, patient_id: int, regimen_id: int, *, today: date, protocol: Protocol
) -> FreeSlot | None:
    """The nearest free days for one who is asked for today: past the lead time and the minimum interval."""
    first_day = _past_interval(session, patient_id, today + timedelta(days=protocol.lead_days), protocol)
    found = free_slots(session, regimen_by_id(session, regimen_id), first_day=first_day, most=1)
    return next(iter(found), None)


def _past_interval(session: Session, patient_id: int, day: date, protocol: Protocol) -> date:
    """This day, or the first on which the clinic's minimum interval since the last infusion has gone by."""
    minimum = protocol.minimum_interval_days
    given = administrations_of(session, patient_id)
    free = [infusions.free_again_on(row.last_day, row.agent, minimum_interval_days=minimum) for row in given]
    return max([day, *free])


def step(
    session: Session,
    booking: Booking,
    action: str,
    *,
    note: str | None,
    now: datetime,
    short_notice: bool = True,
) -> None:
    """A step that needs nothing but itself: accept, decline, confirm, wait, refuse, cancel, no_show.

    Whoever waits is taken to be able to come within 48 hours, unless `short_notice` says otherwise.

    Raises:
        Refusal: booking_wrong_state.
    """
    before = _move(booking, action, now=now)
    if action == "wait":
        booking.can_come_at_short_notice = short_notice
    _event(session, booking, action, before=before, note=note, now=now)
    tell_patient(session, booking, before=before, now=now)
    if booking.state in booking_states.FAILED:
        reason = f"the booking was {booking.state.replace('_', ' ')}"
        for alert in live_of_patient(session, booking.patient_id, lock=True):
            if alert_states.may(alert.status, "reopen", kind=alert.kind):
                alerts.reopen(session, alert, reason=reason, now=now)


def complete_booking(session: Session, booking: Booking, *, now: datetime) -> None:
    """The infusion was recorded."""
    before = _move(booking, "complete", now=now)
    _event(session, booking, "complete", before=before, note=None, now=now)


def cancel_for_patient(session: Session, patient_id: int, *, now: datetime) -> None:
    """The patient is no longer followed: the booking under way ends, and no alert comes back for it."""
    booking = live_booking_of(session, patient_id)
    if booking is not None:
        before = _move(booking, "cancel", now=now)
        _event(session, booking, "cancel", before=before, note="patient no longer followed", now=now)


def withdraw_offer(session: Session, patient_id: int, *, now: datetime) -> None:
    """The patient is paused: days that were offered are no longer asked about; the booking goes on."""
    booking = live_booking_of(session, patient_id)
    if booking is not None and booking.state == "offered":
        before = _move(booking, "decline", now=now)
        _event(session, booking, "decline", before=before, note="patient paused", now=now)


def interval_warning(session: Session, patient_id: int, *, first_day: date, protocol: Protocol) -> str | None:
    """What a booker must know about the time since the last infusion; None when the interval is kept."""
    return interval_words(_days_since_infusion(session, patient_id, first_day), protocol)


def interval_words(since: int | None, protocol: Protocol) -> str | None:
    """The same, `since` that many days; None: never infused."""
    if since is None:
        return None
    minimum_days = protocol.minimum_interval_days
    if minimum_days is None:
        return f"{_after_infusion(since)}. No minimum interval is set here: check liver tests."
    if since < minimum_days:
        return f"{_after_infusion(since)}; this clinic's minimum is {minimum_days}."
    return None


def park_target(session: Session, patient_id: int) -> Alert | None:
    """The live alert that a booking of this patient answers: a loss before a step before a review."""
    rank = {"loss": 0, "step": 1, "review": 2, "call_me": 3, "no_response": 4}
    able = [
        alert
        for alert in live_of_patient(session, patient_id)
        if alert.kind in rank and alert_states.may(alert.status, "park", kind=alert.kind)
    ]
    return min(able, key=lambda alert: rank[alert.kind], default=None)


def _park(session: Session, patient_id: int, asked: Alert | None, *, now: datetime) -> None:
    """Park the alert that led here, and every other one of the patient that re-treatment answers."""
    scope = scope_of(session)
    staff_id = scope.actor_id if scope.actor_kind == "staff" else None
    if asked is not None:
        alerts.park(session, asked, staff_id=staff_id, now=now)
    for alert in live_of_patient(session, patient_id, lock=True):
        if alert_states.answered_by_booking(alert.status, kind=alert.kind):
            alerts.park(session, alert, staff_id=staff_id, now=now)


def _check_interval(
    session: Session, booking: Booking, first_day: date, override_reason: str | None, *, now: datetime
) -> None:
    last_day = max(
        (given.last_day for given in administrations_of(session, booking.patient_id)), default=date.min
    )
    if first_day <= last_day:
        raise Refusal(
            "infusion_overlaps",
            f"An infusion is recorded up to {last_day}. Offer later days, or correct it.",
            pointer="/first_day",
        )
    _, protocol = protocol_at(session, now)
    minimum_days = protocol.minimum_interval_days
    since = _days_since_infusion(session, booking.patient_id, first_day)
    if minimum_days is None or since is None or since >= minimum_days:
        return
    if scope_of(session).role != "physician" or not override_reason:
        raise Refusal(
            "minimum_interval",
            f"{_after_infusion(since)}; this clinic's minimum is {minimum_days}. "
            f"Only a physician can go on, with a reason. {_nearest_words(session, booking, now=now)}",
            pointer="/first_day",
        )


def _nearest_words(session: Session, booking: Booking, *, now: datetime) -> str:
    """Where it fits within the rules."""
    slots = slots_to_offer(session, booking, now=now)
    if not slots:
        return "No free days within the rules are known."
    slot = slots[0]
    return f"The nearest that fits: {slot.chair.name}, {slot.first_day} to {slot.last_day}."


def _after_infusion(days: int) -> str:
    return f"{count_text(days, 'day')} after the last infusion"


def _days_since_infusion(session: Session, patient_id: int, first_day: date) -> int | None:
    given = [row for row in administrations_of(session, patient_id) if infusions.may_be_ketamine(row.agent)]
    return infusions.days_since_last([(row.first_day, row.last_day) for row in given], first_day)


def _move(booking: Booking, action: str, *, now: datetime) -> str:
    before = booking.state
    booking.state = booking_states.after(before, action)
    booking.changed_at = now
    booking.version += 1
    return before


def _event(
    session: Session, booking: Booking, action: str, *, before: str | None, note: str | None, now: datetime
) -> None:
    scope = scope_of(session)
    session.add(
        BookingEvent(
            clinic_id=booking.clinic_id,
            booking_id=booking.id,
            at=now,
            actor_kind=scope.actor_kind,
            actor_id=scope.actor_id,
            action=action,
            state_before=before,
            state_after=booking.state,
            note=note,
        )
    )
    session.flush()
    webhooks.tell_programs(session, "booking.changed", [booking.uid], now=now)
    audit.note(
        session,
        f"booking.{action}",
        now=now,
        object="booking",
        object_uid=booking.uid,
        patient_id=booking.patient_id,
        detail={"before": before, "after": booking.state},
    )
