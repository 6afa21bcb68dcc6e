"""Who is mailed what can wait: whoever wants it, in their own hours, and never nobody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from diary.domain.telling import zone_at
from diary.services import outbox
from diary.services.staff_wishes import hours_of, wants_mails
from diary.storage.outbox import listeners
from diary.storage.protocols import zones_of
from diary.storage.staff_wishes import wishes
from diary.storage.tables.outbox import Message
from diary.storage.tables.staff import Staff
from diary.storage.unit import clinic_of


@dataclass(frozen=True, slots=True)
class Reading:
    """Who reads some messages now; where nobody does, when the first one will, or that they want none."""

    now: list[Staff]
    begins_at: datetime | None = None
    unwanted: bool = False


class Readers:
    """Those of the unit's clinic at a moment; `away` says who works for whom."""

    def __init__(self, session: Session, away: Mapping[int, int], *, now: datetime) -> None:
        self._session = session
        self._away = away
        self._now = now
        self._wishes = wishes(session)
        self._zone = zone_at(now, zones_of(session, clinic_of(session)))

    def of(self, staff_id: int | None, messages: Sequence[Message], *, untaken: bool) -> Reading:
        """Of messages to one person, or to the clinic.

        What nobody took comes to whoever it is for, also without mails of the rest: it is the last word
        before the banner. Of a message to the clinic each reader has a copy of their own when their hours
        begin.
        """
        people = listeners(self._session, staff_id, self._away)
        wanting = people if untaken else [one for one in people if wants_mails(self._wishes, one)]
        if not wanting and (staff_id is None or len(people) > 1):
            wanting = people
        begins_at = {one.id: self._begins_at(one) for one in wanting}
        reading = [one for one in wanting if begins_at[one.id] <= self._now]
        if not reading:
            return Reading([], min(begins_at.values(), default=None), unwanted=bool(people) and not wanting)
        for one in wanting:
            if one not in reading:
                self._keep(one, messages, due_at=begins_at[one.id])
        return Reading(reading)

    def _begins_at(self, person: Staff) -> datetime:
        hours = hours_of(self._wishes.get(person.id))
        return self._now if hours is None else hours.next_in(self._now, self._zone)

    def _keep(self, person: Staff, messages: Sequence[Message], *, due_at: datetime) -> None:
        for message in messages:
            letter = outbox.Letter(
                message.kind,
                f"{message.dedupe_key}:{person.uid}",
                staff_id=person.id,
                alert_id=message.alert_id,
                due_at=due_at,
            )
            outbox.enqueue(self._session, letter, now=self._now)


def is_of_clinic(message: Message) -> bool:
    """Whether it tells of what belongs to nobody in particular, be it a reader's own copy."""
    return message.staff_id is None or message.dedupe_key.startswith("digest:clinic:")
