"""Queries of the audit trail: what is not sealed yet, the chain of a clinic, and its head."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from diary.domain.audit_chain import EMPTY, Anchor, Link
from diary.storage.base import INSERT, table_of
from diary.storage.tables.audit import Audit, AuditHead
from diary.storage.unit import clinic_of, own

TABLE: Final = table_of(Audit)
# The sealer's own columns; all others are what a row says.
SEAL: Final = ("position", "digest")
SAID: Final = tuple(column.key for column in TABLE.columns if column.key not in SEAL)
READ_AT_ONCE: Final = 1000


@dataclass(frozen=True, slots=True)
class Sought:
    """Which rows of the trail are wanted; None: all."""

    patient_id: int | None = None
    pseudonym: str | None = None
    """Of that patient: a list that showed several names them in its detail."""
    staff_id: int | None = None
    first_at: datetime | None = None
    end_at: datetime | None = None


def trail(session: Session, sought: Sought, *, before_id: int | None, limit: int) -> list[Audit]:
    """Rows of the unit's clinic, the newest first."""
    statement = own(session, Audit).where(*_wanted(session, sought))
    if before_id is not None:
        statement = statement.where(Audit.id < before_id)
    return list(session.scalars(statement.order_by(Audit.id.desc()).limit(limit)))


def newest_id(session: Session) -> int:
    """The number of the clinic's newest row; 0 for none."""
    return session.scalar(select(func.max(TABLE.c.id)).where(TABLE.c.clinic_id == clinic_of(session))) or 0


def trail_until(
    session: Session, last_id: int, *, patient_ids: Collection[int], object_uid: str
) -> Iterator[Audit]:
    """What was done or read up to a row about these patients or this object, the oldest first."""
    about = or_(Audit.patient_id.in_(patient_ids), Audit.object_uid == object_uid)
    statement = own(session, Audit).where(about, Audit.id <= last_id).order_by(Audit.id)
    yield from session.scalars(statement.execution_options(yield_per=READ_AT_ONCE))


def _wanted(session: Session, sought: Sought) -> Iterator[ColumnElement[bool]]:
    if sought.patient_id is not None:
        yield or_(Audit.patient_id == sought.patient_id, _lists(session, sought.pseudonym or ""))
    if sought.staff_id is not None:
        yield and_(Audit.actor_kind == "staff", Audit.actor_id == sought.staff_id)
    if sought.first_at is not None:
        yield Audit.at >= sought.first_at
    if sought.end_at is not None:
        yield Audit.at < sought.end_at


def _lists(session: Session, pseudonym: str) -> ColumnElement[bool]:
    """The row tells of a list in which this patient stood."""
    if session.get_bind().dialect.name == "postgresql":
        return and_(Audit.patient_id.is_(None), Audit.detail["patients"].cast(JSONB).contains([pseudonym]))
    each = func.json_each(Audit.detail, "$.patients").table_valued("value")
    listed = exists(select(1).select_from(each).where(each.c.value == pseudonym))
    return and_(Audit.patient_id.is_(None), listed)


def clinics_unsealed(session: Session) -> list[int]:
    """Which clinics have rows that are not sealed yet; asked by the sealer over all of them."""
    statement = select(TABLE.c.clinic_id).where(TABLE.c.position.is_(None)).distinct()
    return list(session.scalars(statement.order_by(TABLE.c.clinic_id)))


def count_unsealed(session: Session) -> int:
    """How many rows of the unit's clinic are not sealed yet."""
    waits = (TABLE.c.clinic_id == clinic_of(session), TABLE.c.position.is_(None))
    return session.scalar(select(func.count()).where(*waits)) or 0


def unsealed(session: Session, *, limit: int) -> list[dict[str, Any]]:
    """The oldest rows that are not sealed yet: what they say."""
    statement = (
        select(*(TABLE.c[name] for name in SAID))
        .where(TABLE.c.clinic_id == clinic_of(session), TABLE.c.position.is_(None))
        .order_by(TABLE.c.id)
        .limit(limit)
    )
    return [dict(row._mapping) for row in session.execute(statement)]


def head_of(session: Session, *, lock: bool = False) -> Anchor:
    """Where the clinic's chain ends; held until the unit ends, so that no two seal at once."""
    statement = select(AuditHead.position, AuditHead.digest).where(AuditHead.clinic_id == clinic_of(session))
    found = session.execute(statement.with_for_update() if lock else statement).one_or_none()
    return EMPTY if found is None else Anchor(found.position, found.digest)


def seal(session: Session, links: list[Link], *, head: Anchor, at: datetime) -> None:
    """Write each row's place and digest, and where the chain ends now."""
    row = (TABLE.c.id == bindparam("row_id")) & (TABLE.c.clinic_id == clinic_of(session))
    statement = update(TABLE).where(row, TABLE.c.position.is_(None))
    values = [{"row_id": link.said["id"], "position": link.position, "digest": link.digest} for link in links]
    session.connection().execute(
        statement.values(position=bindparam("position"), digest=bindparam("digest")), values
    )
    dialect = session.get_bind().dialect.name
    ends = {"position": head.position, "digest": head.digest, "sealed_at": at}
    put = INSERT[dialect](table_of(AuditHead)).values(clinic_id=clinic_of(session), **ends)
    session.execute(put.on_conflict_do_update(index_elements=["clinic_id"], set_=ends))


def chain(session: Session) -> Iterator[Link]:
    """The clinic's sealed rows by position, read page by page."""
    after = 0
    while True:
        statement = (
            select(*(TABLE.c[name] for name in (*SEAL, *SAID)))
            .where(TABLE.c.clinic_id == clinic_of(session), TABLE.c.position > after)
            .order_by(TABLE.c.position)
            .limit(READ_AT_ONCE)
        )
        rows = session.execute(statement).all()
        for row in rows:
            facts = dict(row._mapping)
            yield Link(facts.pop("position"), facts.pop("digest") or "", facts)
        if len(rows) < READ_AT_ONCE:
            return
        after = rows[-1].position
