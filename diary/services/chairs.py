"""Chairs and beds of a clinic: declared, closed for days, and held by the booking that was offered them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from config.words import WEEKDAYS
from diary.domain import chairs, infusions
from diary.domain.chairs import Need, Slot
from diary.domain.errors import Refusal
from diary.domain.infusions import Block
from diary.services import audit
from diary.services.clinics import local_day
from diary.storage.chairs import chairs_in_use, closed_blocks, closures_from, closures_of, holding
from diary.storage.ids import new_uid
from diary.storage.tables.booking import Booking, Chair, ChairClosure
from diary.storage.tables.course import Regimen
from diary.storage.unit import clinic_of, own

# How far ahead a free place is looked for.
HORIZON: Final = timedelta(days=182)
KIND_OF_SETTING: Final = {"inpatient": "bed", "outpatient": "chair"}


@dataclass(frozen=True, slots=True)
class FreeSlot:
    """Days on which a treatment fits, and where."""

    chair: Chair
    first_day: date
    last_day: date


def add_chair(session: Session, *, name: str, kind: str, weekdays: Sequence[str], now: datetime) -> Chair:
    """A chair or bed that can hold one infusion at a time, on these weekdays.

    Raises:
        Refusal: chair_name_taken, also by one that is retired.
    """
    if session.scalars(own(session, Chair).where(Chair.name == name)).first() is not None:
        raise Refusal(
            "chair_name_taken", "Another chair or bed has this name. Choose another.", pointer="/name"
        )
    chair = Chair(
        clinic_id=clinic_of(session),
        uid=new_uid(now),
        name=name,
        kind=kind,
        weekdays=[day for day in WEEKDAYS if day in weekdays],
    )
    session.add(chair)
    session.flush()
    audit.note(session, "chair.add", now=now, object="chair", object_uid=chair.uid)
    return chair


def retire_chair(session: Session, chair: Chair, *, now: datetime) -> None:
    """Nothing new is booked there.

    Raises:
        Refusal: chair_taken, while a booking holds it today or later.
    """
    if chair.retired_at is not None:
        return
    held = holding(session, local_day(session, now), chair_ids=[chair.id])
    if held:
        raise Refusal(
            "chair_taken",
            f"{chair.name} is booked {_span(offered_days(held[0]))}. Move that booking first.",
        )
    chair.retired_at = now
    session.flush()
    audit.note(session, "chair.retire", now=now, object="chair", object_uid=chair.uid)


def close_days(
    session: Session, chair: Chair | None, *, first_day: date, last_day: date, reason: str, now: datetime
) -> ChairClosure:
    """Nobody is infused there on these days; without a chair, nowhere in the clinic.

    Raises:
        Refusal: infusion_ends_before_start; infusion_too_long; chair_taken, where a booking holds it.
    """
    infusions.check_block(first_day, last_day)
    held = [
        booking
        for booking in holding(session, first_day, chair_ids=None if chair is None else [chair.id])
        if infusions.overlaps(offered_days(booking), (first_day, last_day))
    ]
    if held:
        raise Refusal(
            "chair_taken",
            f"A booking holds {_span(offered_days(held[0]))}. Move it first, then close these days.",
            pointer="/first_day",
        )
    closure = ChairClosure(
        clinic_id=clinic_of(session),
        chair_id=None if chair is None else chair.id,
        first_day=first_day,
        last_day=last_day,
        reason=reason,
    )
    session.add(closure)
    session.flush()
    audit.note(
        session,
        "chair.close",
        now=now,
        object="clinic" if chair is None else "chair",
        object_uid=None if chair is None else chair.uid,
        detail={"first_day": str(first_day), "last_day": str(last_day)},
    )
    return closure


def open_days(
    session: Session, chair: Chair | None, *, first_day: date, last_day: date, now: datetime
) -> None:
    """Take a closure of just these days back: they can be booked again. One that is gone is open already."""
    found = closures_of(session, None if chair is None else chair.id, (first_day, last_day))
    for closure in found:
        session.delete(closure)
    session.flush()
    if found:
        audit.note(
            session,
            "chair.open",
            now=now,
            object="clinic" if chair is None else "chair",
            object_uid=None if chair is None else chair.uid,
            detail={"first_day": str(first_day), "last_day": str(last_day)},
        )


def check_free(
    session: Session, chair: Chair, regimen: Regimen, *, days: Block, booking: Booking, now: datetime
) -> None:
    """Whether a booking can have these days in this chair, which the caller holds.

    Raises:
        Refusal: chair_retired; chair_taken or chair_closed, with the nearest days that fit.
    """
    if chair.retired_at is not None:
        raise Refusal("chair_retired", f"{chair.name} is retired. Choose another.", pointer="/chair")
    today = local_day(session, now)
    held = [row for row in holding(session, today, chair_ids=[chair.id]) if row.id != booking.id]
    seat = chairs.Chair(
        chair.id,
        weekdays_of(chair),
        tuple(offered_days(row) for row in held),
        tuple(closed_blocks(session, chair.id, today)),
    )
    taken = chairs.in_the_way(seat, days)
    shut = chairs.closed_day(seat, days, step_max_days=need_of(regimen).step_max_days)
    if taken is None and shut is None:
        return
    nearest = free_slots(session, regimen, first_day=days[0], but=booking, most=1)
    advice = (
        f"The nearest that fits: {nearest[0].chair.name}, {nearest[0].first_day} to {nearest[0].last_day}."
        if nearest
        else "Nothing else is free in the next 26 weeks."
    )
    if taken is not None:
        raise Refusal("chair_taken", f"{chair.name} is booked {_span(taken)}. {advice}", pointer="/first_day")
    raise Refusal("chair_closed", f"{chair.name} is closed on {shut}. {advice}", pointer="/first_day")


def free_slots(
    session: Session, regimen: Regimen, *, first_day: date, but: Booking | None = None, most: int
) -> list[FreeSlot]:
    """The earliest days from `first_day` on which a treatment fits, as if booking `but` held nothing."""
    known = {
        chair.id: chair for chair in chairs_in_use(session) if chair.kind == KIND_OF_SETTING[regimen.setting]
    }
    seats = seats_from(session, list(known.values()), first_day, but=but)
    found: list[Slot] = chairs.nearest_slots(
        seats, need_of(regimen), first_day=first_day, last_day=first_day + HORIZON, most=most
    )
    return [FreeSlot(known[slot.chair_id], slot.first_day, slot.last_day) for slot in found]


def seats_from(
    session: Session, known: Sequence[Chair], day: date, *, but: Booking | None = None
) -> list[chairs.Chair]:
    """These chairs with all that stands in the way of a booking from this day on."""
    held = [row for row in holding(session, day) if but is None or row.id != but.id]
    shut = closures_from(session, day)
    return [
        chairs.Chair(
            chair.id,
            weekdays_of(chair),
            tuple(offered_days(row) for row in held if row.chair_id == chair.id),
            tuple((row.first_day, row.last_day) for row in shut if row.chair_id in (None, chair.id)),
        )
        for chair in known
    ]


def need_of(regimen: Regimen) -> Need:
    """What a regimen asks of a chair."""
    return Need(regimen.infusion_days, max(1, regimen.series_gap_max_days))


def weekdays_of(chair: Chair) -> tuple[int, ...]:
    """The weekdays on which it is used, by ISO 8601."""
    return tuple(WEEKDAYS.index(day) + 1 for day in chair.weekdays or WEEKDAYS)


def offered_days(booking: Booking) -> Block:
    """The first and the last of the days that a booking holds."""
    assert booking.offered_first_day is not None
    assert booking.offered_last_day is not None
    return booking.offered_first_day, booking.offered_last_day


def _span(days: Block) -> str:
    return f"{days[0]} to {days[1]}"
