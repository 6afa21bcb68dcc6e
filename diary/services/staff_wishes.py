"""What staff want to be mailed of what can wait, and when. Red flags always come, and at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy.orm import Session

from config.words import TREATING_ROLES
from diary.domain.errors import Refusal
from diary.domain.hours import Hours
from diary.services import audit
from diary.services.clinics import local_day
from diary.storage.rota import covers_from
from diary.storage.staff import staff_of_clinic
from diary.storage.staff_wishes import newest_result, wish_of, wishes
from diary.storage.tables.staff import Staff, StaffWish
from diary.storage.unit import clinic_of

Wishes = Mapping[int, StaffWish]


@dataclass(frozen=True, slots=True)
class Told:
    """How a person hears of what needs a decision."""

    mails: bool
    hours: Hours | None
    comes_back: bool
    """The newest mail to them was refused for good."""


def told(session: Session, person: Staff) -> Told:
    """As the person chose, or as everybody is who never chose: by mail, at any hour."""
    wish = wish_of(session, person.id)
    return Told(
        mails=wish is None or wish.mails,
        hours=hours_of(wish),
        comes_back=newest_result(session, person.id) == "refused",
    )


def hours_of(wish: StaffWish | None) -> Hours | None:
    """When this person wants it; None for any hour."""
    if wish is None or wish.opens_minute is None or wish.closes_minute is None:
        return None
    return Hours(_wall(wish.opens_minute), _wall(wish.closes_minute))


def wants_mails(wishes_by_id: Wishes, person: Staff) -> bool:
    """Whether a person is mailed what can wait."""
    return person.id not in wishes_by_id or wishes_by_id[person.id].mails


def check_hears(session: Session, person: Staff) -> None:
    """Nobody covers alone whom no message reaches.

    Raises:
        Refusal: nobody_would_hear.
    """
    found = told(session, person)
    if found.comes_back:
        why = f"Mails to {person.name} come back. Correct the address, or choose a colleague."
    elif not found.mails:
        why = f"{person.name} has switched mails off. Ask them to switch them on, or choose a colleague."
    else:
        return
    raise Refusal("nobody_would_hear", why, pointer="/cover")


def set_wish(session: Session, person: Staff, *, mails: bool, hours: Hours | None, now: datetime) -> None:
    """From now on this person is mailed so.

    Raises:
        Refusal: nobody_would_hear, where they are the only one who hears of somebody's patients.
    """
    if not mails and person.role in TREATING_ROLES:
        _check_others_hear(session, person, now=now)
    wish = keep_wish(session, person)
    wish.mails = mails
    wish.opens_minute = None if hours is None else _minute(hours.opens)
    wish.closes_minute = None if hours is None else _minute(hours.closes)
    session.flush()
    detail = {"mails": mails, "opens": wish.opens_minute, "closes": wish.closes_minute}
    audit.note(session, "staff.wish", now=now, object="staff", object_uid=person.uid, detail=detail)


def keep_wish(session: Session, person: Staff) -> StaffWish:
    """The person's wish, to be changed; who never chose begins as everybody does."""
    wish = wish_of(session, person.id)
    if wish is None:
        wish = StaffWish(clinic_id=clinic_of(session), staff_id=person.id, mails=True)
        session.add(wish)
    return wish


def _check_others_hear(session: Session, person: Staff, *, now: datetime) -> None:
    people = {one.id: one for one in staff_of_clinic(session)}
    for cover in covers_from(session, local_day(session, now)):
        if cover.cover_id == person.id:
            absent = people[cover.absent_id].name
            raise Refusal(
                "nobody_would_hear",
                f"You take the work of {absent} until {cover.last_day}, and nobody else would hear of it.",
                pointer="/mails",
            )
    known = wishes(session)
    for wish in known.values():
        if wish.cover_id == person.id and wish.weekdays is not None:
            raise Refusal(
                "nobody_would_hear",
                f"You take the work of {people[wish.staff_id].name} on the weekdays when they do not work. "
                "Let them choose a colleague first.",
                pointer="/mails",
            )
    others = [one for one in people.values() if one.role in TREATING_ROLES and one.disabled_at is None]
    if not any(one.id != person.id and wants_mails(known, one) for one in others):
        raise Refusal(
            "nobody_would_hear",
            "Of those who treat, you are the only one who is mailed. Let a colleague switch mails on first.",
            pointer="/mails",
        )


def _wall(minute: int) -> time:
    return time(minute // 60, minute % 60)


def _minute(wall: time) -> int:
    return wall.hour * 60 + wall.minute
