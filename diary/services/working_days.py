"""The clinic's working days: weekdays of the desk, and holidays. Messages to staff go by them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from config.words import WEEKDAYS
from diary.domain.errors import Refusal
from diary.domain.working_days import MONDAY_TO_FRIDAY, WorkingDays
from diary.services import audit
from diary.services.clinics import local_day, the_clinic
from diary.storage.rota import days_off_from, holidays_from, holidays_of
from diary.storage.tables.clinic import Clinic, Holiday
from diary.storage.unit import clinic_of

# Twenty years of ten.
HOLIDAYS_MAX: Final = 200


def working_days(session: Session, day: date) -> WorkingDays:
    """The working days of the unit's clinic, right from `day` on."""
    return WorkingDays(desk_weekdays(the_clinic(session)), days_off_from(session, day))


def desk_weekdays(clinic: Clinic) -> tuple[int, ...]:
    """The weekdays on which somebody is at the desk, by ISO 8601."""
    if clinic.working_weekdays is None:
        return MONDAY_TO_FRIDAY
    return tuple(WEEKDAYS.index(day) + 1 for day in clinic.working_weekdays)


def set_weekdays(session: Session, weekdays: Sequence[str], *, now: datetime) -> None:
    """From now on the desk works on these weekdays."""
    clinic = the_clinic(session)
    clinic.working_weekdays = [day for day in WEEKDAYS if day in weekdays]
    session.flush()
    audit.note(
        session, "clinic.weekdays", now=now, object="clinic", detail={"weekdays": clinic.working_weekdays}
    )


def add_holiday(session: Session, *, first_day: date, last_day: date, name: str, now: datetime) -> Holiday:
    """Nobody works at the desk on these days; chairs and beds are closed apart.

    Raises:
        Refusal: ends_before_start; limit_reached.
    """
    check_days(first_day, last_day)
    if len(holidays_from(session, local_day(session, now))) >= HOLIDAYS_MAX:
        raise Refusal("limit_reached", f"There are {HOLIDAYS_MAX} holidays ahead. Take one back first.")
    holiday = Holiday(clinic_id=clinic_of(session), first_day=first_day, last_day=last_day, name=name)
    session.add(holiday)
    session.flush()
    audit.note(session, "holiday.add", now=now, object="clinic", detail=_days(holiday))
    return holiday


def take_back_holiday(session: Session, *, first_day: date, last_day: date, now: datetime) -> None:
    """Somebody works on just these days after all; one that is gone is taken back already."""
    for holiday in holidays_of(session, (first_day, last_day)):
        session.delete(holiday)
        audit.note(session, "holiday.take_back", now=now, object="clinic", detail=_days(holiday))
    session.flush()


def check_days(first_day: date, last_day: date) -> None:
    """Refuse a last day before the first.

    Raises:
        Refusal: ends_before_start.
    """
    if last_day < first_day:
        raise Refusal(
            "ends_before_start",
            f"The last day, {last_day}, is before the first, {first_day}. Check both.",
            pointer="/last_day",
        )


def _days(holiday: Holiday) -> dict[str, str]:
    return {"first_day": str(holiday.first_day), "last_day": str(holiday.last_day)}
