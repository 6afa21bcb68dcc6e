"""The board of chairs and beds: week by week, who holds which, what is closed, what is free."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Final, Literal

from sqlalchemy.orm import Session

from diary.domain import chairs
from diary.services import audit
from diary.services.chairs import seats_from
from diary.services.clinics import local_day
from diary.storage.beside import identities_of
from diary.storage.chairs import chairs_in_use, closures_from, holding
from diary.storage.naming import rows_by_id
from diary.storage.tables.booking import Booking, Chair, ChairClosure
from diary.storage.tables.patient import Patient

WEEKS: Final = 4
ONE_DAY: Final = timedelta(days=1)

State = Literal["taken", "closed", "free"]


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a chair; `name` only for those who treat."""

    booking: Booking
    patient: Patient
    name: str | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days in a row that are alike for one chair, cut at the ends of the board."""

    state: State
    first_day: date
    days: int
    holder: Holder | None = None

    @property
    def last_day(self) -> date:
        """The last of them."""
        return self.first_day + timedelta(days=self.days - 1)


@dataclass(frozen=True, slots=True)
class Line:
    """One chair or bed over the board's days."""

    chair: Chair
    stretches: tuple[Stretch, ...]
    free_days: int
    """From today on."""


@dataclass(frozen=True, slots=True)
class Board:
    """Some weeks from a Monday on."""

    first_day: date
    lines: tuple[Line, ...]
    closures: tuple[tuple[ChairClosure, Chair | None], ...]
    """Those that last to the board's first day or beyond, and of which chair; None: the whole clinic."""
    unplaced: tuple[Holder, ...]
    """Days were offered without a chair."""

    @property
    def last_day(self) -> date:
        """Its last Sunday."""
        return self.first_day + timedelta(days=7 * WEEKS - 1)

    @property
    def mondays(self) -> tuple[date, ...]:
        """Where its weeks begin."""
        return tuple(self.first_day + timedelta(days=7 * week) for week in range(WEEKS))


def chair_board(session: Session, *, day: date, names: bool, now: datetime) -> Board:
    """The board of the week that holds `day`, and those after it."""
    first_day = day - timedelta(days=day.weekday())
    known = chairs_in_use(session)
    held = holding(session, first_day)
    holders = _holders(session, held, names=names, now=now)
    seats = seats_from(session, known, first_day)
    today = local_day(session, now)
    lines = [
        _line(chair, seat, first_day, today, [holders[row.id] for row in held if row.chair_id == chair.id])
        for chair, seat in zip(known, seats, strict=True)
    ]
    by_id = {chair.id: chair for chair in known}
    closures = [
        (row, by_id.get(row.chair_id) if row.chair_id is not None else None)
        for row in closures_from(session, first_day)
        if row.chair_id is None or row.chair_id in by_id
    ]
    unplaced = [holders[row.id] for row in held if row.chair_id is None]
    return Board(first_day, tuple(lines), tuple(closures), tuple(unplaced))


def _holders(session: Session, held: Sequence[Booking], *, names: bool, now: datetime) -> dict[int, Holder]:
    """Whose the bookings are; that names were read leaves a trace."""
    patients = rows_by_id(session, Patient, [row.patient_id for row in held])
    identities = identities_of(session, [*patients]) if names else {}
    pseudonyms = [patient.pseudonym for patient in patients.values()]
    audit.note_list(session, "chairs", pseudonyms, named=bool(identities), now=now)
    known = {patient_id: identity.name for patient_id, identity in identities.items()}
    return {row.id: Holder(row, patients[row.patient_id], known.get(row.patient_id)) for row in held}


def _line(chair: Chair, seat: chairs.Chair, first_day: date, today: date, holders: Sequence[Holder]) -> Line:
    days = [first_day + timedelta(days=offset) for offset in range(7 * WEEKS)]
    states = [(day, *_state(seat, day, holders)) for day in days]
    free = sum(1 for day, state, _ in states if state == "free" and day >= today)
    return Line(chair, tuple(_stretches(states)), free)


def _state(seat: chairs.Chair, day: date, holders: Sequence[Holder]) -> tuple[State, Holder | None]:
    for holder in holders:
        first, last = holder.booking.offered_first_day, holder.booking.offered_last_day
        assert first is not None
        assert last is not None
        if first <= day <= last:
            return "taken", holder
    return ("free" if seat.is_open(day) else "closed"), None


def _stretches(states: Sequence[tuple[date, State, Holder | None]]) -> Iterator[Stretch]:
    for (state, _), days in groupby(states, key=lambda one: (one[1], one[2].booking.id if one[2] else None)):
        alike = list(days)
        yield Stretch(state, alike[0][0], len(alike), alike[0][2])
