"""Takes what is due out of the outbox, and writes down what became of it. Sending happens in between.

Taken is committed before anything is sent, and what came of it after: a process that is killed in between
leaves a lease that runs out, and the message goes a second time under the same id. None is lost.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from diary.domain.delivery import GIVE_UP_AFTER, WEBHOOK_GIVE_UP_AFTER, Attempt, Fate, Tried, fate
from diary.gateways.mail import Mail
from diary.gateways.push import Push
from diary.services.letters import NOTE_WAYS, Bundle, NoteWay, Parcel, bundles, events, notes
from diary.services.reach import note_pushes
from diary.services.webhooks import note_event
from diary.storage.outbox import Lane, claim, note_tries, taken_by
from diary.storage.reach import webhooks_by_id
from diary.storage.staff import ids_by_email
from diary.storage.tables.outbox import Message
from diary.storage.unit import clinic_of

# Longer than the slowest try: ten seconds for each word of a mail server that drips.
LEASE: Final = timedelta(minutes=5)
NOBODY: Final = "none"
NO_WAY: Final = Tried("refused", "no way to reach them")


@dataclass(frozen=True, slots=True)
class Job:
    """What the courier takes away: some messages of a clinic, as parcels."""

    clinic_id: int
    lane: str
    message_ids: tuple[int, ...]
    parcels: tuple[Parcel, ...]


@dataclass(frozen=True, slots=True)
class Try:
    """One parcel's, by the name of its channel."""

    channel: str
    parcel: Parcel
    tried: Tried


@dataclass(frozen=True, slots=True)
class Done:
    """A job, and what each try came to; `put_off` was never tried."""

    job: Job
    tried: tuple[Try, ...]
    put_off: bool = False


def take(
    session: Session,
    lane: Lane,
    *,
    url: str,
    owner: str,
    limit: int,
    now: datetime,
    wall_now: datetime,
    note_ways: Sequence[NoteWay] = NOTE_WAYS,
) -> list[Job]:
    """Claim what is due in a lane of the unit's clinic. What has lost its point ends here."""
    messages = claim(
        session,
        lane,
        owner=owner,
        limit=limit,
        now=now,
        wall_now=wall_now,
        lease_until_at=wall_now + LEASE,
    )
    live = []
    for message in messages:
        if message.expires_at is not None and message.expires_at <= now:
            _end(message, Fate("expired"), now=now)
        else:
            live.append(message)
    jobs = []
    for bundle in _bundles(session, lane, live, url=url, note_ways=note_ways, now=now) if live else ():
        if bundle.waits_until is not None:
            for message in bundle.messages:
                message.tries -= 1
                _end(message, Fate("new", bundle.waits_until), now=now)
        elif bundle.needless or not bundle.parcels:
            if not bundle.needless:
                note_tries(session, [_row(one, NOBODY, NO_WAY, now) for one in bundle.messages])
            _settle(bundle.messages, [], needless=bundle.needless, now=now)
        else:
            jobs.append(_job(session, lane, bundle))
    session.flush()
    return jobs


def settle(session: Session, ended: Sequence[Done], *, owner: str, now: datetime) -> None:
    """Write down what the tries came to, but of messages that another process has taken over since."""
    ids = [message_id for done in ended for message_id in done.job.message_ids]
    mine = {message.id: message for message in taken_by(session, ids, owner)}
    rows: list[dict[str, object]] = []
    reader_ids = _reader_ids(session, ended)
    for done in ended:
        messages = [mine[message_id] for message_id in done.job.message_ids if message_id in mine]
        if done.put_off:
            for message in messages:
                message.tries -= 1
        else:
            rows += [
                _row(one, each.channel, each.tried, now, reader_id=reader_ids.get(_address(each.parcel)))
                for one in messages
                for each in done.tried
            ]
            _learn_of_webhooks(session, messages, done.tried, now=now)
        _settle(messages, [each.tried for each in done.tried], needless=False, now=now)
    note_tries(session, rows)
    _learn_of_phones(session, ended, now=now)
    session.flush()


def _bundles(
    session: Session,
    lane: Lane,
    messages: list[Message],
    *,
    url: str,
    note_ways: Sequence[NoteWay],
    now: datetime,
) -> list[Bundle]:
    if lane.name == "patient":
        return notes(session, messages, ways=note_ways, now=now)
    if lane.name == "program":
        return events(session, messages)
    return bundles(session, messages, url=url, now=now)


def _learn_of_phones(session: Session, ended: Sequence[Done], *, now: datetime) -> None:
    pushed = [
        (each.parcel.endpoint, each.tried)
        for done in ended
        if not done.put_off
        for each in done.tried
        if isinstance(each.parcel, Push)
    ]
    if pushed:
        note_pushes(session, pushed, now=now)


def _learn_of_webhooks(
    session: Session, messages: Sequence[Message], tries: Sequence[Try], *, now: datetime
) -> None:
    ids = [message.webhook_id for message in messages if message.webhook_id is not None]
    for webhook in webhooks_by_id(session, ids).values() if ids else ():
        for each in tries:
            note_event(session, webhook, each.tried, now=now)


def _reader_ids(session: Session, ended: Sequence[Done]) -> dict[str, int]:
    """Who of the staff reads what was mailed where."""
    addresses = {_address(each.parcel) for done in ended for each in done.tried} - {""}
    return ids_by_email(session, addresses) if addresses else {}


def _address(parcel: Parcel) -> str:
    return parcel.to if isinstance(parcel, Mail) else ""


def _row(
    message: Message, channel: str, tried: Tried, now: datetime, *, reader_id: int | None = None
) -> dict[str, object]:
    return {
        "clinic_id": message.clinic_id,
        "message_id": message.id,
        "staff_id": reader_id,
        "channel": channel,
        "tried_at": now,
        "result": tried.result,
        "detail": tried.detail,
    }


def _settle(messages: Sequence[Message], tried: list[Tried], *, needless: bool, now: datetime) -> None:
    for message in messages:
        if message.state != "taken":
            continue  # with its webhook, which was switched off just now
        attempt = Attempt(
            max(1, message.tries),
            message.created_at,
            message.expires_at,
            give_up_after=WEBHOOK_GIVE_UP_AFTER if message.webhook_id is not None else GIVE_UP_AFTER,
            spread=_spread(message),
        )
        _end(message, Fate("cancelled") if needless else fate(tried, attempt, now=now), now=now)


def _end(message: Message, found: Fate, *, now: datetime) -> None:
    message.state, message.next_try_at = found.state, found.next_try_at
    message.ended_at = None if found.state == "new" else now
    message.owner = message.lease_until_at = None


def _spread(message: Message) -> float:
    """From 0 to 1, by the random end of the message's id."""
    return int(message.uid[-8:], 16) / 0xFFFFFFFF


def _job(session: Session, lane: Lane, bundle: Bundle) -> Job:
    ids = tuple(message.id for message in bundle.messages)
    return Job(clinic_of(session), lane.name, ids, tuple(bundle.parcels))
