"""A clinic's sealed audit rows: whatever is changed, put in, taken out or moved, the chain no longer fits."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from diary.domain.audit_chain import EMPTY, Anchor, Link, breaks, digest_of

ROWS = 60
CHANGES = 1000
MOMENT = datetime(2026, 1, 5, 8, tzinfo=UTC)


def said(number: int) -> dict[str, Any]:
    return {
        "id": 1000 + number,
        "clinic_id": 1,
        "at": MOMENT + timedelta(seconds=number),
        "actor_kind": "staff",
        "actor_id": number % 3,
        "action": "patient.read",
        "object": "patient",
        "object_uid": f"uid-{number}",
        "patient_id": number % 7,
        "detail": {"before": "followed", "after": "paused", "patients": ["P-1", "P-2"]},
        "request_id": None,
        "origin": "desk.patient 127.0.0.1",
    }


def sealed(rows: list[dict[str, Any]]) -> list[Link]:
    links, last = [], EMPTY
    for position, row in enumerate(rows, start=1):
        last = Anchor(position, digest_of(last.digest, position, row))
        links.append(Link(position, last.digest, row))
    return links


def head_of(links: list[Link]) -> Anchor:
    return Anchor(links[-1].position, links[-1].digest)


WHOLE = sealed([said(number) for number in range(ROWS)])


def told(links: list[Link], *, head: Anchor | None = None, anchors: tuple[Anchor, ...] = ()) -> list[int]:
    return [one.position for one in breaks(links, head=head or head_of(WHOLE), anchors=anchors)]


def test_a_chain_as_it_was_sealed_has_no_break():
    assert told(WHOLE) == []
    assert told([], head=EMPTY) == []


def change_a_word(rng: random.Random, links: list[Link], place: int) -> None:
    link = links[place]
    name = rng.choice(sorted(link.said))
    value = link.said[name]
    match value:
        case datetime():
            changed: Any = value + timedelta(microseconds=1)
        case int():
            changed = value + rng.choice([-1, 1])
        case str():
            changed = rng.choice([value + "x", value[:-1], None])
        case dict():
            changed = {**value, "after": "stopped"}
        case _:
            changed = "made up"
    links[place] = replace(link, said={**link.said, name: changed})


def change_a_digest(rng: random.Random, links: list[Link], place: int) -> None:
    digit = rng.randrange(64)
    old = links[place].digest
    other = rng.choice([c for c in "0123456789abcdef" if c != old[digit]])
    links[place] = replace(links[place], digest=old[:digit] + other + old[digit + 1 :])


def take_out(_rng: random.Random, links: list[Link], place: int) -> None:
    del links[place]


def take_off_the_end(_rng: random.Random, links: list[Link], place: int) -> None:
    del links[place:]


def put_in(_rng: random.Random, links: list[Link], place: int) -> None:
    links.insert(place, replace(links[place], said={**links[place].said, "id": 5}))


def swap(rng: random.Random, links: list[Link], place: int) -> None:
    other = rng.choice([one for one in range(len(links)) if one != place])
    one, two = links[place], links[other]
    links[place] = replace(two, position=one.position)
    links[other] = replace(one, position=two.position)


def close_the_gap(_rng: random.Random, links: list[Link], place: int) -> None:
    """Take a row out and move those behind it up, so that no place is empty."""
    del links[place]
    links[place:] = [replace(link, position=link.position - 1) for link in links[place:]]


Change = Callable[[random.Random, list[Link], int], None]
KINDS: list[Change] = [
    change_a_word,
    change_a_digest,
    take_out,
    take_off_the_end,
    put_in,
    swap,
    close_the_gap,
]


def test_each_of_a_thousand_changes_and_deletions_is_found():
    rng = random.Random(8)
    missed = []
    for number in range(CHANGES):
        links, kind, place = [*WHOLE], rng.choice(KINDS), rng.randrange(ROWS)
        kind(rng, links, place)
        if not told(links):
            missed.append((number, kind.__name__, place))
    assert missed == []


def test_the_place_that_was_changed_is_named():
    links = [*WHOLE]
    links[20] = replace(links[20], said={**links[20].said, "action": "nothing"})
    assert told(links) == [21]
    assert told(WHOLE[:20] + WHOLE[21:])[0] == 21


def test_a_chain_made_anew_from_a_place_on_fits_its_head_and_not_an_anchor_kept_elsewhere():
    kept = Anchor(40, WHOLE[39].digest)
    forged = sealed([{**link.said, "patient_id": 99} for link in WHOLE])
    assert told(forged, head=head_of(forged)) == []
    assert told(forged, head=head_of(forged), anchors=(kept,)) == [40]
    shorter = sealed([link.said for link in WHOLE[:30]])
    assert told(shorter, head=head_of(shorter), anchors=(kept,)) == [40]
    assert told(WHOLE, anchors=(kept,)) == []


def test_a_moment_has_the_same_digest_in_every_zone():
    here = {**said(1), "at": MOMENT}
    there = {**said(1), "at": MOMENT.astimezone(timezone(timedelta(hours=9)))}
    assert digest_of("0", 1, here) == digest_of("0", 1, there)
