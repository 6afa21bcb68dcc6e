"""An alert as a person reads it, with what can be done about it now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from diary.domain import alert_states, reasons
from diary.storage.staff import names_of_clinic
from diary.storage.tables.alert import Alert
from diary.storage.tables.booking import Booking
from diary.storage.worklist_rows import ListedAlert, ListedBooking

# A booking answers these; red flags and silence are answered by a call.
BOOKABLE: Final = ("loss", "step", "review", "no_response", "call_me")


@dataclass(frozen=True, slots=True)
class AlertLine:
    """An alert as a person reads it."""

    uid: str
    version: int
    kind: str
    level: str | None
    status: str
    title: str
    why: str
    opened_at: datetime
    night: date | None
    """Whose figures `why` tells; None when no night found it."""
    changed_at: datetime
    owner: str | None
    """Name of whoever took it."""
    owner_uid: str | None
    snoozed_until: date | None
    snooze_reason: str | None
    late: bool
    actions: tuple[str, ...]
    """What can be done with it now, of: acknowledge, book, snooze, close."""


def alert_line(
    alert: Alert | ListedAlert,
    owners: Mapping[int, tuple[str, str]],
    *,
    booking: Booking | ListedBooking | None,
) -> AlertLine:
    """An alert in words, with the actions it can take; `owners` gives uid and name by staff id."""
    owner_uid, owner = owners.get(alert.owner_id or 0, (None, None))
    return AlertLine(
        uid=alert.uid,
        version=alert.version,
        kind=alert.kind,
        level=alert.level,
        status=alert.status,
        title=reasons.title(alert.kind),
        why=reasons.why(alert.kind, alert.level, alert.facts),
        opened_at=alert.opened_at,
        night=alert.night,
        changed_at=alert.changed_at,
        owner=owner,
        owner_uid=owner_uid,
        snoozed_until=alert.snoozed_until,
        snooze_reason=alert.snooze_reason,
        late=alert.late,
        actions=_actions(alert, booking),
    )


def staff_names(session: Session) -> dict[int, tuple[str, str]]:
    """Uid and name of everyone with an account here, by id."""
    return {staff_id: (uid, name) for staff_id, uid, name in names_of_clinic(session)}


def _actions(alert: Alert | ListedAlert, booking: Booking | ListedBooking | None) -> tuple[str, ...]:
    def may(action: str) -> bool:
        return alert_states.may(alert.status, action, kind=alert.kind)

    able = {
        "acknowledge": may("acknowledge"),
        "book": booking is None and alert.kind in BOOKABLE and may("park"),
        "snooze": may("snooze"),
        "close": may("close"),
    }
    return tuple(action for action, possible in able.items() if possible)
