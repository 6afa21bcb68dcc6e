"""What the operator is told: that something is wrong, again each day that it lasts, and that it is over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from sqlalchemy.orm import Session

from config.duties import TELL_AGAIN_AFTER
from diary.services.watch import Finding
from diary.storage.tables.watch import Incident
from diary.storage.watch import forget_incidents, incidents, put_incident

WHAT_TO_DO: Final = ("What to do: docs/runbook/README.md", "Look again: python -m diary watch")


@dataclass(frozen=True, slots=True)
class News:
    """A message to the operator, and which incidents it tells of."""

    subject: str
    text: str
    key: str
    """The same news has the same key, so that a copy sent twice can be recognised."""
    told: tuple[str, ...]
    over: tuple[str, ...]


def news_of(session: Session, findings: Sequence[Finding], *, now: datetime) -> News | None:
    """Write down what is wrong now; what the operator has not heard of it yet, or None."""
    for finding in findings:
        put_incident(session, finding.key, text=finding.text, now=now)
    known = incidents(session)
    present = {finding.key for finding in findings}
    forget_incidents(
        session, [key for key, one in known.items() if key not in present and one.told_at is None]
    )
    told = tuple(key for key in sorted(present) if _is_due(known[key], now=now))
    over = tuple(key for key, one in sorted(known.items()) if key not in present and one.told_at is not None)
    if not told and not over:
        return None
    lines = [known[key].text for key in told]
    lines += [f"Over: {known[key].text}" for key in over]
    return News(
        subject="Pain diary: look at it" if told else "Pain diary: well again",
        text="\n".join([*lines, "", *WHAT_TO_DO]),
        key=_key([known[key] for key in told], [known[key] for key in over]),
        told=told,
        over=over,
    )


def mark_told(session: Session, news: News, *, now: datetime) -> None:
    """The message has left: what it told of is not told again today, and what is over is forgotten."""
    known = incidents(session)
    for key in news.told:
        if key in known:
            known[key].told_at = now
    forget_incidents(session, news.over)


def _key(told: Sequence[Incident], over: Sequence[Incident]) -> str:
    """The same until it is marked as told, whenever that is; the end of an incident is other news than it."""
    marks = [f"is {one.key} {one.began_at} {one.told_at}" for one in told]
    marks += [f"was {one.key} {one.began_at}" for one in over]
    return sha256("|".join(marks).encode()).hexdigest()[:32]


def _is_due(incident: Incident, *, now: datetime) -> bool:
    return incident.told_at is None or now - incident.told_at >= TELL_AGAIN_AFTER
