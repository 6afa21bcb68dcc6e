"""Queries of the outbox: what waits, who takes it, and what became of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, bindparam, case, exists, func, literal_column, or_, select, update
from sqlalchemy.orm import Session

from config.words import ALERT_ENDED, TREATING_ROLES
from diary.storage.base import table_of
from diary.storage.prepared import Prepared
from diary.storage.tables.alert import Alert
from diary.storage.tables.clinic import Clinic
from diary.storage.tables.outbox import Delivery, Message
from diary.storage.tables.staff import Staff
from diary.storage.unit import clinic_of, held, own

WAITING: Final = ("new", "taken")
GIVEN_UP: Final = ("permanent_failure", "technical_failure")


@dataclass(frozen=True, slots=True)
class Lane:
    """Messages that go the same way. A lane that is full or resting keeps no other one waiting."""

    name: str

    def holds(self) -> ColumnElement[bool]:
        """Which messages are in it."""
        if self.name == "program":
            return Message.webhook_id.is_not(None)
        if self.name == "patient":
            return Message.patient_id.is_not(None)
        return Message.patient_id.is_(None) & Message.webhook_id.is_(None)


# Since it opened, or since it came back unattended.
UNTAKEN_SINCE: Final = case((Alert.acknowledged_at.is_(None), Alert.opened_at), else_=Alert.changed_at)
_ALERT: Final = table_of(Alert).c
_UNTAKEN: Final = Prepared(
    select(func.count())
    .select_from(table_of(Alert))
    .where(
        _ALERT.clinic_id == bindparam("clinic_id"),
        _ALERT.status == "open",
        _ALERT.status.not_in([literal_column(f"'{word}'") for word in ALERT_ENDED]),  # as the index has it
        case(
            (_ALERT.kind == "red_flag", bindparam("red_flag_before", type_=_ALERT.opened_at.type)),
            else_=bindparam("before", type_=_ALERT.opened_at.type),
        )
        >= UNTAKEN_SINCE,
    )
)
# Who treats, and admins of what nobody took.
HEARING_ROLES: Final = (*TREATING_ROLES, "admin")
LANES: Final = (Lane("staff"), Lane("patient"), Lane("program"))


def due(now: datetime, wall_now: datetime) -> ColumnElement[bool]:
    """Messages whose time has come, and that nobody is at work on: a lease that ran out is none."""
    free = or_(Message.state == "new", Message.lease_until_at <= wall_now)
    return Message.state.in_(WAITING) & (Message.next_try_at <= now) & free


def clinics_with_due(session: Session, *, now: datetime, wall_now: datetime) -> list[int]:
    """Clinics that have something to send, in the system's scope."""
    something = exists().where(Message.clinic_id == Clinic.id, due(now, wall_now))
    return list(session.scalars(select(Clinic.id).where(something).order_by(Clinic.id)))


def claim(
    session: Session,
    lane: Lane,
    *,
    owner: str,
    limit: int,
    now: datetime,
    wall_now: datetime,
    lease_until_at: datetime,
) -> list[Message]:
    """Take the oldest due messages of a lane for a while; nobody else takes them meanwhile."""
    oldest = (
        select(Message.id)
        .where(Message.clinic_id == clinic_of(session), lane.holds(), due(now, wall_now))
        .order_by(Message.next_try_at, Message.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = (
        update(Message)
        .where(Message.id.in_(oldest))
        .values(state="taken", owner=owner, lease_until_at=lease_until_at, tries=Message.tries + 1)
        .returning(Message)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return sorted(session.scalars(taken), key=lambda message: message.id)


def taken_by(session: Session, message_ids: Sequence[int], owner: str) -> list[Message]:
    """Those of them that are still this owner's."""
    statement = own(session, Message).where(
        Message.id.in_(message_ids), Message.state == "taken", Message.owner == owner
    )
    return list(session.scalars(statement.with_for_update()))


def note_tries(session: Session, tries: Sequence[dict[str, object]]) -> None:
    """Write down what was tried."""
    if tries:
        session.execute(table_of(Delivery).insert(), list(tries))


def alerts_by_id(session: Session, alert_ids: Sequence[int]) -> dict[int, Alert]:
    """Those alerts, by id."""
    return {alert.id: alert for alert in session.scalars(own(session, Alert).where(Alert.id.in_(alert_ids)))}


def open_alerts(session: Session, owner_id: int | None) -> int:
    """How many alerts wait for this person, or for nobody in particular."""
    of = Alert.owner_id.is_(None) if owner_id is None else Alert.owner_id == owner_id
    waits = select(func.count()).select_from(Alert)
    return session.scalar(waits.where(Alert.clinic_id == clinic_of(session), Alert.status == "open", of)) or 0


def listeners(session: Session, staff_id: int | None, away: Mapping[int, int]) -> list[Staff]:
    """Who hears what is said to this person, or to the clinic: treating staff; the admin where there is none.

    What is for somebody who is away goes to whoever has their work, by `away`; where that is nobody else, or
    somebody who left or treats no more, it is for the clinic.
    """
    reader_id = away.get(staff_id, staff_id) if staff_id is not None else None
    everybody = list(session.scalars(own(session, Staff).where(Staff.disabled_at.is_(None))))
    if reader_id is not None and reader_id not in away:
        person = [one for one in everybody if one.id == reader_id and one.role in HEARING_ROLES]
        if person:
            return person
    treating = [one for one in everybody if one.role in TREATING_ROLES]
    treating = [one for one in treating if one.id not in away] or treating
    return treating or [one for one in everybody if one.role == "admin"]


def admins(session: Session) -> list[Staff]:
    """The clinic's admins."""
    return list(
        session.scalars(own(session, Staff).where(Staff.role == "admin", Staff.disabled_at.is_(None)))
    )


def untaken_alerts(session: Session, *, before: datetime, or_ids: Collection[int] = ()) -> list[Alert]:
    """Alerts that nobody has had in hand since a moment or longer, or that are named; oldest first."""
    statement = own(session, Alert).where(
        Alert.status == "open", or_(before >= UNTAKEN_SINCE, Alert.id.in_(or_ids))
    )
    return list(session.scalars(statement.order_by(Alert.opened_at, Alert.id)))


def unheard_alerts(session: Session) -> set[int]:
    """Open alerts of which a message was given up, and that nobody was told or is still to be told of.

    What was told before it came back unattended is not counted; who wants no mails counts as told.
    """

    def one_is(states: Sequence[str]) -> ColumnElement[bool]:
        of_it = Message.alert_id == Alert.id, Message.created_at >= UNTAKEN_SINCE
        return exists().where(*of_it, Message.state.in_(states))

    ours = select(Alert.id).where(Alert.clinic_id == clinic_of(session), Alert.status == "open")
    return set(session.scalars(ours.where(one_is(GIVEN_UP), ~one_is((*WAITING, "delivered", "cancelled")))))


def escalations_of(session: Session, alert_ids: Sequence[int]) -> set[str]:
    """The keys of what was told of these alerts as nobody took them."""
    keys = own(session, Message).with_only_columns(Message.dedupe_key)
    return set(session.scalars(keys.where(Message.kind == "escalation", Message.alert_id.in_(alert_ids))))


def count_untaken(session: Session, *, before: datetime, red_flag_before: datetime) -> int:
    """How many alerts nobody has had in hand since a moment or longer; red flags have their own."""
    values = {"clinic_id": clinic_of(session), "before": before, "red_flag_before": red_flag_before}
    ((count,),) = _UNTAKEN.rows(session, **values)
    return int(count)


def next_due_at(session: Session) -> datetime | None:
    """When the next message of any clinic is due, in the system's scope."""
    return session.scalar(select(func.min(Message.next_try_at)).where(Message.state.in_(WAITING)))


def all_clinics(session: Session) -> list[int]:
    """Every clinic's id."""
    return list(session.scalars(select(Clinic.id).order_by(Clinic.id)))


def messages_page(session: Session, *, before_id: int | None, limit: int) -> list[Message]:
    """Messages of the clinic, newest first, beginning behind one."""
    statement = own(session, Message)
    if before_id is not None:
        statement = statement.where(Message.id < before_id)
    return list(session.scalars(statement.order_by(Message.id.desc()).limit(limit)))


def message_by_uid(session: Session, uid: str) -> Message | None:
    """A message of this clinic, held until the unit ends."""
    return session.scalars(held(own(session, Message).where(Message.uid == uid))).one_or_none()


def messages_by_key(session: Session, keys: Sequence[str]) -> list[Message]:
    """The messages of the clinic that were written under these keys, held until the unit ends."""
    return list(session.scalars(held(own(session, Message).where(Message.dedupe_key.in_(keys)))))


def tries_of(session: Session, message_ids: Sequence[int]) -> dict[int, list[Delivery]]:
    """The tries at each of these messages, first to last."""
    found: dict[int, list[Delivery]] = {}
    statement = own(session, Delivery).where(Delivery.message_id.in_(message_ids))
    for row in session.scalars(statement.order_by(Delivery.id)):
        found.setdefault(row.message_id, []).append(row)
    return found


def count_by_state(session: Session) -> dict[str, int]:
    """Messages of all clinics by their state, in the system's scope."""
    counted = session.execute(select(Message.state, func.count()).group_by(Message.state))
    return {row.state: row[1] for row in counted}


def overdue_messages(session: Session, before: datetime) -> int:
    """Messages of all clinics whose next try is overdue since then; while all is well there is none."""
    late = Message.state.in_(WAITING) & (Message.next_try_at < before)
    return session.scalar(select(func.count()).select_from(Message).where(late)) or 0
