"""Queries about diary entries."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Final, NamedTuple

from sqlalchemy import Select, and_, bindparam, func, insert, or_, select, update
from sqlalchemy.orm import Session

from diary.storage.base import table_of
from diary.storage.prepared import Prepared
from diary.storage.tables.entry import Entry, ItemAnswer
from diary.storage.unit import clinic_of, own


class EntryRow(NamedTuple):
    """One version of a day's answer as it stands in its row; `id` is 0 until it is written.

    Every patient posts one a day, and a mapped object costs 50 us more.
    """

    clinic_id: int
    uid: str
    patient_id: int
    client_id: str
    day: date
    version: int
    kind: str
    nrs: int | None
    standing: bool
    supersedes: str | None
    source: str
    actor_kind: str
    actor_id: int | None
    taken_by_id: int | None
    reason: str | None
    answered_at: datetime
    answered_offset_min: int
    zone: str
    sent_at: datetime
    received_at: datetime
    skew_s: int
    late: bool
    clock_suspect: bool
    instrument_version_id: int
    layout: str | None = None
    locale: str | None = None
    client_version: str | None = None
    id: int = 0


_ENTRY: Final = table_of(Entry).columns
_RIVALS: Final = Prepared(
    select(*(_ENTRY[name] for name in EntryRow._fields))
    .where(
        _ENTRY["clinic_id"] == bindparam("clinic_id"),
        _ENTRY["patient_id"] == bindparam("patient_id"),
        or_(_ENTRY["client_id"] == bindparam("client_id"), _ENTRY["day"] == bindparam("day")),
    )
    .order_by(_ENTRY["version"])
)
_WRITTEN: Final = EntryRow._fields[:-1]
_ADD: Final = Prepared(insert(table_of(Entry)).values({name: bindparam(name) for name in _WRITTEN}).inline())
_STAND_DOWN: Final = Prepared(
    update(table_of(Entry))
    .where(_ENTRY["clinic_id"] == bindparam("of_clinic"), _ENTRY["id"] == bindparam("entry_id"))
    .values(standing=False)
)


_SPAN: Final = (
    select(_ENTRY["day"], _ENTRY["nrs"], _ENTRY["clock_suspect"])
    .where(_ENTRY["clinic_id"] == bindparam("clinic_id"), _ENTRY["patient_id"] == bindparam("patient_id"))
    .where(_ENTRY["day"] >= bindparam("first"), _ENTRY["day"] <= bindparam("last"))
)
_STANDS: Final = Prepared(_SPAN.where(_ENTRY["standing"]))
_NEWEST: Final = (
    select(_ENTRY["day"], func.max(_ENTRY["version"]).label("version"))
    .where(_ENTRY["clinic_id"] == bindparam("clinic_id"), _ENTRY["patient_id"] == bindparam("patient_id"))
    .where(_ENTRY["received_at"] <= bindparam("received_by"))
    .group_by(_ENTRY["day"])
    .subquery()
)
_STOOD: Final = Prepared(
    _SPAN.join(_NEWEST, and_(_NEWEST.c.day == _ENTRY["day"], _NEWEST.c.version == _ENTRY["version"]))
)


def rivals(session: Session, patient_id: int, *, client_id: str, day: date) -> list[EntryRow]:
    """What a new answer can meet: the row with its own id, and every version of its day."""
    clinic_id = clinic_of(session)
    rows = _RIVALS.rows(session, clinic_id=clinic_id, patient_id=patient_id, client_id=client_id, day=day)
    return [EntryRow(*row) for row in rows]


def add_entry(session: Session, entry: EntryRow) -> None:
    """Write one version of a day."""
    _ADD.run(session, **dict(zip(_WRITTEN, entry, strict=False)))


def entry_by_uid(session: Session, uid: str) -> Entry | None:
    """One entry version of this clinic."""
    return session.scalars(own(session, Entry).where(Entry.uid == uid)).one_or_none()


def stand_down(session: Session, entry_id: int) -> None:
    """A newer version takes this one's place."""
    _STAND_DOWN.run(session, of_clinic=clinic_of(session), entry_id=entry_id)


def standing_between(
    session: Session, patient_id: int, *, first: date, last: date, received_by: datetime | None = None
) -> dict[date, int]:
    """The scores that count, by day; with `received_by`, as they stood at that moment."""
    given = {"clinic_id": clinic_of(session), "patient_id": patient_id, "first": first, "last": last}
    if received_by is None:
        found = _STANDS.rows(session, **given)
    else:
        found = _STOOD.rows(session, **given, received_by=received_by)
    return {day: nrs for day, nrs, clock_suspect in found if nrs is not None and not clock_suspect}


def days_answered(session: Session, patient_id: int, *, first: date, last: date) -> set[date]:
    """The days on which a version stands, also one that does not count."""
    statement = own(session, Entry).where(Entry.patient_id == patient_id, Entry.standing)
    between = statement.with_only_columns(Entry.day).where(Entry.day >= first, Entry.day <= last)
    return set(session.scalars(between))


def standing_ids(
    session: Session, firsts: Mapping[int, date], *, last: date, received_by: datetime
) -> dict[int, list[str]]:
    """By patient the public ids of the versions that stood at a moment, by day, each from a first day on."""
    found: dict[int, list[str]] = {}
    first = min(firsts.values(), default=last)
    for row in session.execute(_stood(session, firsts, first, last, received_by)):
        if row.day >= firsts[row.patient_id] and row.nrs is not None and not row.clock_suspect:
            found.setdefault(row.patient_id, []).append(row.uid)
    return found


def _stood(
    session: Session, patient_ids: Collection[int], first: date, last: date, received_by: datetime
) -> Select[int, str, date, int | None, bool]:
    statement = (
        own(session, Entry)
        .with_only_columns(Entry.patient_id, Entry.uid, Entry.day, Entry.nrs, Entry.clock_suspect)
        .where(Entry.patient_id.in_(patient_ids), Entry.day >= first, Entry.day <= last)
        .order_by(Entry.day)
    )
    newest = (
        own(session, Entry)
        .with_only_columns(Entry.patient_id, Entry.day, func.max(Entry.version).label("version"))
        .where(Entry.patient_id.in_(patient_ids), Entry.received_at <= received_by)
        .group_by(Entry.patient_id, Entry.day)
        .subquery()
    )
    return statement.join(
        newest,
        and_(
            newest.c.patient_id == Entry.patient_id,
            newest.c.day == Entry.day,
            newest.c.version == Entry.version,
        ),
    )


def entries_page(
    session: Session,
    patient_id: int,
    *,
    first: date | None,
    last: date | None,
    before: tuple[date, int] | None,
    limit: int,
) -> list[Entry]:
    """A patient's entry versions, newest day first, at most `limit`, beginning behind a (day, id)."""
    statement = own(session, Entry).where(Entry.patient_id == patient_id)
    if first is not None:
        statement = statement.where(Entry.day >= first)
    if last is not None:
        statement = statement.where(Entry.day <= last)
    if before is not None:
        day, entry_id = before
        statement = statement.where(or_(Entry.day < day, (Entry.day == day) & (Entry.id < entry_id)))
    return list(session.scalars(statement.order_by(Entry.day.desc(), Entry.id.desc()).limit(limit)))


def scores_of_versions(session: Session, patient_id: int, uids: Sequence[str]) -> dict[date, int]:
    """The scores of these versions of one patient's answers, by day."""
    statement = own(session, Entry).with_only_columns(Entry.day, Entry.nrs)
    found = session.execute(statement.where(Entry.patient_id == patient_id, Entry.uid.in_(uids)))
    return {row.day: row.nrs for row in found if row.nrs is not None}


def versions_of(session: Session, patient_id: int) -> list[Entry]:
    """Every version of every day of one patient, by day and version."""
    statement = own(session, Entry).where(Entry.patient_id == patient_id).order_by(Entry.day, Entry.version)
    return list(session.scalars(statement))


def items_of(session: Session, patient_id: int) -> list[ItemAnswer]:
    """The optional items that stand, by day."""
    statement = own(session, ItemAnswer).where(ItemAnswer.patient_id == patient_id, ItemAnswer.standing)
    return list(session.scalars(statement.order_by(ItemAnswer.day, ItemAnswer.item)))


def item_versions_of(session: Session, patient_id: int) -> list[ItemAnswer]:
    """Every answer to the optional items, by day, item and when it came."""
    statement = own(session, ItemAnswer).where(ItemAnswer.patient_id == patient_id)
    return list(session.scalars(statement.order_by(ItemAnswer.day, ItemAnswer.item, ItemAnswer.id)))


def last_days_of_items(session: Session, patient_id: int, items: Collection[str]) -> dict[str, date]:
    """The newest diary day that each of these items was answered for; one never answered is left out."""
    last = own(session, ItemAnswer).with_only_columns(ItemAnswer.item, func.max(ItemAnswer.day))
    last = last.where(ItemAnswer.patient_id == patient_id, ItemAnswer.item.in_(items))
    return dict(session.execute(last.group_by(ItemAnswer.item)).all())
