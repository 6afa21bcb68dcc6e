"""Seals the audit trail of each clinic into a chain, and checks that the chain stands as it was sealed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from diary.domain.audit_chain import Anchor, Break, Link, breaks, digest_of
from diary.storage.audit import chain, clinics_unsealed, count_unsealed, head_of, seal, unsealed
from diary.storage.unit import SYSTEM, Scope, unit

# Rows in one transaction: about 20 ms during which SQLite lets nobody else write.
AT_ONCE: Final = 1000
# The first and as many of the rest are told: behind a missing row each place would be one more.
BREAKS_TOLD_MAX: Final = 100


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check of a clinic's trail found."""

    head: Anchor
    unsealed: int
    breaks: tuple[Break, ...]


def seal_everything(engine: Engine, *, now: datetime) -> int:
    """Chain every row that is not sealed yet, clinic by clinic; how many."""
    with unit(engine, SYSTEM, write=False) as session:
        waiting = clinics_unsealed(session)
    return sum(seal_clinic(engine, clinic_id, now=now) for clinic_id in waiting)


def seal_clinic(engine: Engine, clinic_id: int, *, now: datetime) -> int:
    """The same for one clinic, so many rows a transaction that others can write in between."""
    count = 0
    while True:
        with unit(engine, Scope(clinic_id, "system"), write=True) as session:
            sealed = _seal_some(session, now=now)
        count += sealed
        if sealed < AT_ONCE:
            return count


def check(session: Session, *, anchors: Iterable[Anchor] = ()) -> Verdict:
    """Read the whole chain of the unit's clinic, and tell where it is not as it was sealed."""
    head = head_of(session)
    found = []
    for one in breaks(chain(session), head=head, anchors=anchors):
        found.append(one)
        if len(found) == BREAKS_TOLD_MAX:
            break
    return Verdict(head, count_unsealed(session), tuple(found))


def standing(session: Session) -> tuple[Anchor, int]:
    """Where the clinic's chain ends, and how many rows wait to be sealed."""
    return head_of(session), count_unsealed(session)


def _seal_some(session: Session, *, now: datetime) -> int:
    last = head_of(session, lock=True)
    links = []
    for said in unsealed(session, limit=AT_ONCE):
        position = last.position + 1
        last = Anchor(position, digest_of(last.digest, position, said))
        links.append(Link(position, last.digest, said))
    if links:
        seal(session, links, head=last, at=now)
    return len(links)
