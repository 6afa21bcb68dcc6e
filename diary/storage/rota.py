"""Queries about who works when: covers, holidays, teams."""

from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple

from sqlalchemy import bindparam, func, literal_column, select
from sqlalchemy.orm import Session

from diary.domain.infusions import Block
from diary.storage.base import table_of
from diary.storage.prepared import Prepared
from diary.storage.tables.clinic import Holiday
from diary.storage.tables.staff import Cover, StaffWish, Team, TeamMember
from diary.storage.unit import clinic_of, held, own


class InForce(NamedTuple):
    """Of a cover, who works for whom until when."""

    absent_id: int
    cover_id: int
    last_day: date


_COVER: Final = table_of(Cover).c
_COVERS_ON: Final = Prepared(
    select(*(_COVER[name] for name in InForce._fields)).where(
        _COVER.clinic_id == bindparam("clinic_id"),
        _COVER.first_day <= bindparam("on_day"),
        _COVER.last_day >= bindparam("on_day"),
    )
)
_WISH: Final = table_of(StaffWish).c
_OFF_ON: Final = Prepared(
    select(_WISH.staff_id, func.coalesce(_WISH.cover_id, _WISH.staff_id)).where(
        _WISH.clinic_id == bindparam("clinic_id"),
        _WISH.weekdays.op("&")(bindparam("bit", type_=_WISH.weekdays.type)) == literal_column("0"),
    )
)
_HOLIDAY: Final = table_of(Holiday).c
_DAYS_OFF: Final = Prepared(
    select(_HOLIDAY.first_day, _HOLIDAY.last_day)
    .where(_HOLIDAY.clinic_id == bindparam("clinic_id"), _HOLIDAY.last_day >= bindparam("from_day"))
    .order_by(_HOLIDAY.first_day)
)


def covers_from(session: Session, day: date) -> list[Cover]:
    """Covers that last to this day or beyond, earliest first."""
    statement = own(session, Cover).where(Cover.last_day >= day)
    return list(session.scalars(statement.order_by(Cover.first_day, Cover.id)))


def covers_on(session: Session, day: date) -> list[InForce]:
    """Covers in force on this day."""
    return [InForce(*row) for row in _COVERS_ON.rows(session, clinic_id=clinic_of(session), on_day=day)]


def off_on(session: Session, day: date) -> dict[int, int]:
    """Who does not work on this weekday, and who then has their work: themselves, where nobody is named."""
    return dict(_OFF_ON.rows(session, clinic_id=clinic_of(session), bit=1 << day.weekday()))


def weeks(session: Session) -> list[StaffWish]:
    """Of everybody who works on some weekdays only."""
    return list(session.scalars(own(session, StaffWish).where(StaffWish.weekdays.is_not(None))))


def cover_of(session: Session, absent_id: int, first_day: date) -> Cover | None:
    """The cover for a person that begins on this day, held until the unit ends; there is one at most."""
    statement = own(session, Cover).where(Cover.absent_id == absent_id, Cover.first_day == first_day)
    return session.scalars(held(statement)).first()


def holidays_from(session: Session, day: date) -> list[Holiday]:
    """Holidays that last to this day or beyond, earliest first."""
    statement = own(session, Holiday).where(Holiday.last_day >= day)
    return list(session.scalars(statement.order_by(Holiday.first_day, Holiday.id)))


def days_off_from(session: Session, day: date) -> list[Block]:
    """The days of the same."""
    rows = _DAYS_OFF.rows(session, clinic_id=clinic_of(session), from_day=day)
    return [(first_day, last_day) for first_day, last_day in rows]


def holidays_of(session: Session, days: Block) -> list[Holiday]:
    """The holidays of just these days."""
    statement = own(session, Holiday).where(Holiday.first_day == days[0], Holiday.last_day == days[1])
    return list(session.scalars(statement))


def teams(session: Session) -> list[Team]:
    """The clinic's teams by name."""
    return list(session.scalars(own(session, Team).order_by(Team.name)))


def team_by_uid(session: Session, uid: str) -> Team | None:
    """A team of this clinic."""
    return session.scalars(own(session, Team).where(Team.uid == uid)).one_or_none()


def members(session: Session, *, team_ids: Sequence[int] | None = None) -> list[TeamMember]:
    """Who works in which team; of all teams, or of these."""
    statement = own(session, TeamMember)
    if team_ids is not None:
        statement = statement.where(TeamMember.team_id.in_(team_ids))
    return list(session.scalars(statement.order_by(TeamMember.id)))
