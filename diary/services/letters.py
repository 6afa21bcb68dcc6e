"""What messages say, looked up as they are sent. No name, no score and no treatment is in any of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from sqlalchemy.orm import Session

from diary.gateways.mail import Mail
from diary.storage.outbox import alerts_by_id, listeners, open_alerts
from diary.storage.tables.alert import Alert
from diary.storage.tables.outbox import Message

Parcel = Mail

NO_ANSWER: Final = "Nobody reads answers to this address."


@dataclass(frozen=True, slots=True)
class Bundle:
    """Messages that travel as one, and what is handed over; `needless` once they lost their point."""

    messages: Sequence[Message]
    parcels: Sequence[Parcel]
    needless: bool = False


def bundles(session: Session, messages: Sequence[Message], *, url: str) -> list[Bundle]:
    """Sort messages to staff into what is sent: a red flag by itself, all else of one reader together."""
    alerts = alerts_by_id(session, [one.alert_id for one in messages if one.alert_id is not None])
    found = [Bundle([one], [], needless=True) for one in messages if _is_over(one, alerts)]
    over = {bundle.messages[0].id for bundle in found}
    together: dict[int | None, list[Message]] = {}
    for message in messages:
        if message.id in over:
            continue
        if message.alert_id is not None and alerts[message.alert_id].kind == "red_flag":
            found.append(Bundle([message], _red_flag(session, message, url)))
        else:
            together.setdefault(message.staff_id, []).append(message)
    return found + [_digest(session, staff_id, told, url) for staff_id, told in together.items()]


def _is_over(message: Message, alerts: dict[int, Alert]) -> bool:
    """Somebody acted on the alert since: it is told to nobody any more, by any way."""
    alert = alerts.get(message.alert_id) if message.alert_id is not None else None
    if alert is None:
        return False
    if alert.status in ("open", "snoozed"):
        return alert.status == "snoozed"
    taken_since = alert.acknowledged_at is not None and alert.acknowledged_at > message.created_at
    return alert.status != "acknowledged" or taken_since


def _red_flag(session: Session, message: Message, url: str) -> list[Parcel]:
    text = f"A patient has reported something that staff must see now.\n\n{url}/desk/\n\n{NO_ANSWER}\n"
    return _mails(session, message.staff_id, "Pain diary: a red flag, look now", text, key=message.uid)


def _digest(session: Session, staff_id: int | None, messages: Sequence[Message], url: str) -> Bundle:
    told = {message.alert_id for message in messages if message.alert_id is not None}
    waiting = max(len(told), open_alerts(session, staff_id)) if _gathers(messages) else len(told)
    if not waiting:
        return Bundle(messages, [], needless=True)
    cases = "1 case needs a decision" if waiting == 1 else f"{waiting} cases need a decision"
    text = f"{cases}.\n\n{url}/desk/\n\n{NO_ANSWER}\n"
    return Bundle(messages, _mails(session, staff_id, f"Pain diary: {cases}", text, key=_key(messages)))


def _gathers(messages: Iterable[Message]) -> bool:
    return any(message.kind == "digest" for message in messages)


def _mails(session: Session, staff_id: int | None, subject: str, text: str, *, key: str) -> list[Parcel]:
    return [
        Mail(person.email, subject, text, f"{key}.{person.uid}") for person in listeners(session, staff_id)
    ]


def _key(messages: Sequence[Message]) -> str:
    """The same messages have the same key, so that a copy can be recognised."""
    return sha256(" ".join(sorted(message.uid for message in messages)).encode()).hexdigest()[:32]
