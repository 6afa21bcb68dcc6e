"""What messages say, looked up as they are sent. No name, no score and no treatment is in any of them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from sqlalchemy.orm import Session

from config.notes import RIGHT_TO_LEFT, Note, note_for
from diary.gateways.mail import Mail
from diary.gateways.push import Push
from diary.gateways.webhook import Hook
from diary.services.clinics import local_day
from diary.services.covers import stand_ins
from diary.services.due import Standing, is_needless, standing, waits_until
from diary.services.readers import Readers, is_of_clinic
from diary.services.visit_notes import is_tomorrow
from diary.storage.outbox import admins, alerts_by_id, listeners, open_alerts
from diary.storage.patients import patients_by_id
from diary.storage.reach import live_subscriptions, webhooks_by_id
from diary.storage.tables.alert import Alert
from diary.storage.tables.outbox import Message
from diary.storage.tables.patient import Patient
from diary.storage.tables.reach import PushSubscription

Parcel = Mail | Push | Hook

# Where a tap on a note leads.
PLACES: Final = {"reminder": "/app/", "nudge": "/app/", "offer": "/app/offer", "visit": "/app/offer"}
# A phone that is off gets a note up to so long after; a reminder not past its evening.
NOTE_LIFE: Final = timedelta(hours=24)

NO_ANSWER: Final = "Nobody reads answers to this address."


@dataclass(frozen=True, slots=True)
class Bundle:
    """Messages that travel as one, and what is handed over; `needless` once they lost their point."""

    messages: Sequence[Message]
    parcels: Sequence[Parcel]
    needless: bool = False
    waits_until: datetime | None = None
    """Nobody is disturbed before."""


def bundles(session: Session, messages: Sequence[Message], *, url: str, now: datetime) -> list[Bundle]:
    """Sort messages to staff into what is sent: a red flag by itself, all else of one reader together."""
    away = stand_ins(session, local_day(session, now)) if messages else {}
    alerts = alerts_by_id(session, [one.alert_id for one in messages if one.alert_id is not None])
    found = [Bundle([one], [], needless=True) for one in messages if _is_over(one, alerts)]
    found += [Bundle([one], _operator(session, one)) for one in messages if one.kind == "operator"]
    found += [Bundle([one], _emergency(session, one, url)) for one in messages if one.kind == "emergency"]
    over = {bundle.messages[0].id for bundle in found}
    together: dict[int | None, list[Message]] = {}
    for message in messages:
        if message.id in over:
            continue
        if message.alert_id is not None and alerts[message.alert_id].kind == "red_flag":
            found.append(Bundle([message], _red_flag(session, message, away, url)))
        else:
            together.setdefault(message.staff_id, []).append(message)
    readers = Readers(session, away, now=now)
    return found + [_digest(session, staff_id, told, readers, url) for staff_id, told in together.items()]


@dataclass(frozen=True, slots=True)
class Said:
    """A message to a patient that leaves now, and its words in their language."""

    message: Message
    patient: Patient
    words: Note
    language: str


# One way of notes: what it hands over of each message, by the message's id.
NoteWay = Callable[[Session, Sequence[Said], datetime], Mapping[int, Sequence[Any]]]


def pushes(session: Session, said: Sequence[Said], now: datetime) -> Mapping[int, Sequence[Push]]:
    """To each of the patient's phones that takes notes."""
    phones: dict[int, list[PushSubscription]] = {}
    for phone in live_subscriptions(session, [one.patient.id for one in said]):
        phones.setdefault(phone.patient_id, []).append(phone)
    return {
        one.message.id: [_push(one, phone, now) for phone in phones.get(one.patient.id, ())] for one in said
    }


# A message by text would be one more here, and its carrier in jobs/ways.py (docs/how-to/text-messages.md).
NOTE_WAYS: Final[tuple[NoteWay, ...]] = (pushes,)


def notes(
    session: Session,
    messages: Sequence[Message],
    *,
    ways: Sequence[NoteWay] = NOTE_WAYS,
    now: datetime,
) -> list[Bundle]:
    """What patients are sent: each message by every way that reaches its patient."""
    ids = [message.patient_id for message in messages if message.patient_id is not None]
    patients = patients_by_id(session, ids)
    known = standing(session, messages)
    found, said = [], []
    for message in messages:
        assert message.patient_id is not None
        patient = patients[message.patient_id]
        if is_needless(message, patient, known, now=now):
            found.append(Bundle([message], [], needless=True))
            continue
        until = waits_until(message, patient, now=now)
        if until is not None:
            found.append(Bundle([message], [], waits_until=until))
            continue
        words, language = note_for(_said(session, message, known, now=now), patient.locale)
        said.append(Said(message, patient, words, language))
    by_way = [way(session, said, now) for way in ways] if said else []
    for one in said:
        parcels = [parcel for by_message in by_way for parcel in by_message.get(one.message.id, ())]
        found.append(Bundle([one.message], parcels))
    return found


def events(session: Session, messages: Sequence[Message]) -> list[Bundle]:
    """What programs are told."""
    hooks = webhooks_by_id(session, [message.webhook_id for message in messages if message.webhook_id])
    found = []
    for message in messages:
        hook = hooks[message.webhook_id or 0]
        if hook.ended_at is not None:
            found.append(Bundle([message], [], needless=True))
        else:
            parcel = Hook(hook.url, hook.secret, message.uid, message.event or {})
            found.append(Bundle([message], [parcel]))
    return found


def _said(session: Session, message: Message, known: Standing, *, now: datetime) -> str:
    """Which words: those for the day before are said on it, and on no other."""
    if message.kind != "visit" or message.booking_id is None:
        return message.kind
    tomorrow = is_tomorrow(session, known.bookings[message.booking_id], now=now)
    return "tomorrow" if tomorrow else message.kind


def _push(said: Said, phone: PushSubscription, now: datetime) -> Push:
    message, words, language = said.message, said.words, said.language
    ends_at = message.expires_at or message.created_at + NOTE_LIFE
    note = {
        "title": words.title,
        "body": words.body,
        "lang": language,
        "dir": "rtl" if language in RIGHT_TO_LEFT else "ltr",
        "url": PLACES[message.kind],
        "tag": message.kind,
        "id": message.uid,
    }
    ttl_s = max(0, int((ends_at - now).total_seconds()))
    return Push(phone.endpoint, phone.p256dh, phone.auth, note, message.kind, ttl_s)


def _operator(session: Session, message: Message) -> list[Parcel]:
    text = (
        "A webhook of your clinic was switched off: the program behind it has listened to nothing for three"
        f" days, or says that it is gone.\n\nLook: python -m diary webhook list\n\n{NO_ANSWER}\n"
    )
    subject = "Pain diary: a webhook was switched off"
    return [Mail(one.email, subject, text, f"{message.uid}.{one.uid}") for one in admins(session)]


def _emergency(session: Session, message: Message, url: str) -> list[Parcel]:
    text = (
        "A record was opened in an emergency, between your clinic and another one of this service. Who it"
        f" was, when and why stands in the audit trail.\n\n{url}/desk/audit\n\n{NO_ANSWER}\n"
    )
    subject = "Pain diary: a record was opened in an emergency"
    people = [one for one in admins(session) if one.id == message.staff_id]
    return [Mail(one.email, subject, text, f"{message.uid}.{one.uid}") for one in people]


def _is_over(message: Message, alerts: dict[int, Alert]) -> bool:
    """Somebody acted on the alert since: it is told to nobody any more, by any way."""
    alert = alerts.get(message.alert_id) if message.alert_id is not None else None
    if alert is None:
        return False
    if alert.status in ("open", "snoozed"):
        return alert.status == "snoozed"
    taken_since = alert.acknowledged_at is not None and alert.acknowledged_at > message.created_at
    return alert.status != "acknowledged" or taken_since


def _red_flag(session: Session, message: Message, away: Mapping[int, int], url: str) -> list[Parcel]:
    text = f"A patient has reported something that staff must see now.\n\n{url}/desk/\n\n{NO_ANSWER}\n"
    subject = "Pain diary: a red flag, look now"
    people = listeners(session, message.staff_id, away)
    return [Mail(person.email, subject, text, f"{message.uid}.{person.uid}") for person in people]


def _digest(
    session: Session,
    staff_id: int | None,
    messages: Sequence[Message],
    readers: Readers,
    url: str,
) -> Bundle:
    told = {message.alert_id for message in messages if message.alert_id is not None}
    owner_id = None if all(is_of_clinic(one) for one in messages) else staff_id
    waiting = max(len(told), open_alerts(session, owner_id)) if _gathers(messages) else len(told)
    if not waiting:
        return Bundle(messages, [], needless=True)
    untaken = any(message.kind == "escalation" for message in messages)
    reading = readers.of(staff_id, messages, untaken=untaken)
    if not reading.now:
        return Bundle(messages, [], needless=reading.unwanted, waits_until=reading.begins_at)
    cases = "1 case needs a decision" if waiting == 1 else f"{waiting} cases need a decision"
    if untaken:
        cases += ", and nobody has taken it" if waiting == 1 else ", and nobody has taken some of them"
    text = f"{cases}.\n\n{url}/desk/\n\n{NO_ANSWER}\n"
    subject, key = f"Pain diary: {cases}", _key(messages)
    return Bundle(messages, [Mail(one.email, subject, text, f"{key}.{one.uid}") for one in reading.now])


def _gathers(messages: Iterable[Message]) -> bool:
    return any(message.kind == "digest" for message in messages)


def _key(messages: Sequence[Message]) -> str:
    """The same messages have the same key, so that a copy can be recognised."""
    return sha256(" ".join(sorted(message.uid for message in messages)).encode()).hexdigest()[:32]
