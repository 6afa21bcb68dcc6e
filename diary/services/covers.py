"""Cover: one person's work goes to another for some days, and comes back by itself."""

from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from diary.domain.cover import works_for
from diary.domain.errors import Refusal
from diary.services import audit
from diary.services.clinics import local_day
from diary.services.staff_wishes import check_hears
from diary.services.working_days import check_days
from diary.storage.rota import covers_from, covers_on, off_on
from diary.storage.staff import hold_staff
from diary.storage.tables.staff import Cover, Staff
from diary.storage.unit import clinic_of

COVERS_MAX: Final = 200
# Alerts are acted on by those who treat.
HAVE_WORK: Final = ("nurse", "physician")


def arrange_cover(
    session: Session,
    *,
    absent: Staff,
    cover: Staff,
    first_day: date,
    last_day: date,
    reason: str,
    now: datetime,
) -> Cover:
    """The work of `absent` goes to `cover` on these days. What each may do stays with their role.

    Raises:
        Refusal: ends_before_start; cover_not_possible; nobody_would_hear; cover_overlaps; limit_reached.
    """
    check_days(first_day, last_day)
    for pointer, person in (("/absent", absent), ("/cover", cover)):
        if not can_cover(person):
            raise Refusal(
                "cover_not_possible",
                "Only a nurse or a physician has work that can go over.",
                pointer=pointer,
            )
    if absent.id == cover.id:
        raise Refusal("cover_not_possible", "Choose a colleague to take the work.", pointer="/cover")
    check_hears(session, cover)
    hold_staff(session, absent.id)
    ahead = covers_from(session, min(first_day, local_day(session, now)))
    for other in ahead:
        if other.absent_id == absent.id and other.first_day <= last_day and first_day <= other.last_day:
            raise Refusal(
                "cover_overlaps",
                f"Somebody covers for {absent.name} from {other.first_day} to {other.last_day} already. "
                "End that first, or give other days.",
                pointer="/first_day",
            )
    if len(ahead) >= COVERS_MAX:
        raise Refusal("limit_reached", f"There are {COVERS_MAX} covers ahead. End one first.")
    arranged = Cover(
        clinic_id=clinic_of(session),
        absent_id=absent.id,
        cover_id=cover.id,
        first_day=first_day,
        last_day=last_day,
        reason=reason,
    )
    session.add(arranged)
    session.flush()
    _note(session, "cover.arrange", arranged, absent, now)
    return arranged


def end_cover(session: Session, arranged: Cover, absent: Staff, *, now: datetime) -> None:
    """The work goes back today; a cover that has not begun is taken back whole."""
    today = local_day(session, now)
    if arranged.first_day >= today:
        session.delete(arranged)
    else:
        arranged.last_day = min(arranged.last_day, today - timedelta(days=1))
    session.flush()
    _note(session, "cover.end", arranged, absent, now)


def can_cover(person: Staff) -> bool:
    """Whether this person has work that can go over, and can take it."""
    return person.role in HAVE_WORK and person.disabled_at is None


def stand_ins(session: Session, day: date) -> dict[int, int]:
    """Who works for each person who is away on a day, by their ids; the cover of a cover is followed.

    Away is who is covered for, and who does not work on that weekday; somebody whose work then goes to nobody
    by name stands for themselves.
    """
    covers = off_on(session, day) | {row.absent_id: row.cover_id for row in covers_on(session, day)}
    return {absent_id: works_for(absent_id, covers) for absent_id in covers}


def whose_work(session: Session, staff_id: int, day: date) -> list[int]:
    """The ids of those whose work this person has on a day: their own unless they are away, and what came."""
    by_absent = stand_ins(session, day)
    own_work = [staff_id] if by_absent.get(staff_id, staff_id) == staff_id else []
    return own_work + sorted(
        absent for absent, stand_in in by_absent.items() if stand_in == staff_id and absent != staff_id
    )


def _note(session: Session, action: str, arranged: Cover, absent: Staff, now: datetime) -> None:
    audit.note(
        session,
        action,
        now=now,
        object="staff",
        object_uid=absent.uid,
        detail={"first_day": str(arranged.first_day), "last_day": str(arranged.last_day)},
    )
