"""What was sent and what became of it, at the desk; and one more try by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final

from flask import request
from flask.typing import ResponseReturnValue

from diary.desk.door import at_desk, desk, done, show, staff_work
from diary.desk.stale import found
from diary.services.outbox import send_again
from diary.storage.outbox import message_by_uid, tries_of
from diary.storage.outbox import messages_page as newest_messages
from diary.storage.patients import patients_by_id
from diary.storage.staff import staff_of_clinic
from diary.storage.tables.outbox import Delivery

PAGE_ROWS: Final = 50
WAYS_SHOWN: Final = 3
AGAIN: Final = ("permanent_failure", "technical_failure", "expired")


@dataclass(frozen=True, slots=True)
class Line:
    """A message as staff read it."""

    uid: str
    kind: str
    at: datetime
    to: str
    patient_uid: str | None
    state: str
    next_try_at: datetime | None
    tries: int
    ways: tuple[tuple[str, str | None, str, str | None], ...]
    """Of the last tries, each that was not like the one before: channel, whose address, result, detail."""
    shown_at: datetime | None
    again: bool

    @property
    def failed(self) -> bool:
        """Whether somebody should have heard of it and did not."""
        return self.state in ("permanent_failure", "technical_failure")


@desk.get("/settings/messages")
def messages_page() -> ResponseReturnValue:
    """The newest messages; older ones behind an id."""
    text = request.args.get("before", "")
    before_id = int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
    with at_desk() as (unit, frame):
        rows = newest_messages(unit.session, before_id=before_id, limit=PAGE_ROWS + 1)
        tries = tries_of(unit.session, [row.id for row in rows])
        people = {person.id: person.name for person in staff_of_clinic(unit.session)}
        ids = [row.patient_id for row in rows if row.patient_id is not None]
        patients = patients_by_id(unit.session, ids)
    lines = []
    for row in rows[:PAGE_ROWS]:
        patient = patients.get(row.patient_id) if row.patient_id is not None else None
        to = patient.pseudonym if patient is not None else people.get(row.staff_id or 0)
        lines.append(
            Line(
                uid=row.uid,
                kind=row.kind,
                at=row.created_at,
                to=to or ("a program" if row.webhook_id is not None else "the clinic"),
                patient_uid=patient.uid if patient is not None else None,
                state=row.state,
                next_try_at=row.next_try_at,
                tries=row.tries,
                ways=_ways(tries.get(row.id, ()), people),
                shown_at=row.shown_at,
                again=row.state in AGAIN,
            )
        )
    older = rows[PAGE_ROWS - 1].id if len(rows) > PAGE_ROWS else None
    return show("messages.html", frame, lines=lines, older=older)


@desk.post("/settings/messages/<uid:uid>/again")
def try_again(uid: str) -> ResponseReturnValue:
    """Try a message once more that was given up."""
    with staff_work(write=True) as unit:
        message = found(message_by_uid(unit.session, uid))
        if message.state in AGAIN:
            send_again(unit.session, message, now=unit.now)
    return done("again", "desk.messages_page")


def _ways(
    tries: Sequence[Delivery], people: Mapping[int, str]
) -> tuple[tuple[str, str | None, str, str | None], ...]:
    alike = groupby((one.channel, people.get(one.staff_id or 0), one.result, one.detail) for one in tries)
    return tuple(way for way, _ in alike)[-WAYS_SHOWN:]
