"""The weekdays on which somebody works, and to whom their work goes on the others."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from config.words import WEEKDAYS
from diary.domain.errors import Refusal
from diary.services import audit
from diary.services.covers import can_cover
from diary.services.staff_wishes import check_hears, keep_wish
from diary.storage.rota import weeks
from diary.storage.staff_wishes import wish_of
from diary.storage.tables.staff import Staff, StaffWish

EVERY_DAY: Final = (1 << len(WEEKDAYS)) - 1


@dataclass(frozen=True, slots=True)
class Week:
    """One person's; `cover_id` is who has their work on the other days, None for whoever treats then."""

    staff_id: int
    weekdays: tuple[str, ...]
    cover_id: int | None = None

    @property
    def off(self) -> tuple[str, ...]:
        """The days on which they do not work."""
        return tuple(day for day in WEEKDAYS if day not in self.weekdays)


def week_of(session: Session, person: Staff) -> Week:
    """As the person said; on every day, who said nothing."""
    wish = wish_of(session, person.id)
    if wish is None or wish.weekdays is None:
        return Week(person.id, WEEKDAYS)
    return _week(wish)


def weeks_with_days_off(session: Session) -> list[Week]:
    """Of everybody who does not work on all of them."""
    return [_week(wish) for wish in weeks(session)]


def set_week(
    session: Session, person: Staff, *, weekdays: Sequence[str], cover: Staff | None, now: datetime
) -> None:
    """From now on they work on these weekdays; on the others their work goes over, and comes back by itself.

    Raises:
        Refusal: cover_not_possible; nobody_would_hear.
    """
    for pointer, one in (("/weekdays", person), ("/cover", cover)):
        if one is not None and not can_cover(one):
            raise Refusal(
                "cover_not_possible",
                "Only a nurse or a physician has work that can go over.",
                pointer=pointer,
            )
    if cover is not None and cover.id == person.id:
        raise Refusal("cover_not_possible", "Choose a colleague to take the work.", pointer="/cover")
    bits = sum(1 << WEEKDAYS.index(day) for day in set(weekdays))
    if bits == EVERY_DAY:
        cover = None
    if cover is not None:
        check_hears(session, cover)
    wish = keep_wish(session, person)
    wish.weekdays = None if bits == EVERY_DAY else bits
    wish.cover_id = None if cover is None else cover.id
    session.flush()
    detail = {
        "weekdays": [day for day in WEEKDAYS if day in weekdays],
        "cover": None if cover is None else cover.uid,
    }
    audit.note(session, "staff.week", now=now, object="staff", object_uid=person.uid, detail=detail)


def _week(wish: StaffWish) -> Week:
    bits = EVERY_DAY if wish.weekdays is None else wish.weekdays
    days = tuple(day for position, day in enumerate(WEEKDAYS) if bits >> position & 1)
    return Week(wish.staff_id, days, wish.cover_id)
