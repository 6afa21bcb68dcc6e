"""What the database holds, table by table: what a refused request leaves as it was."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import func, select

from diary.storage.schema import metadata
from diary.storage.unit import Scope, unit
from tests.storage.rows import contents
from tests.web.ground import Ground

# Tries at a door are counted on purpose, also of a request that is refused.
TRIES: Final = "attempt_count"
TABLES: Final = [table for table in metadata.sorted_tables if table.name != TRIES]
# When somebody was here last is no part of what anybody stored.
SEEN: Final = "last_seen_at"
COUNTS: Final = select(
    *(select(func.count()).select_from(table).scalar_subquery().label(table.name) for table in TABLES)
)

Held = dict[tuple[int, str], Any]


def counts(ground: Ground) -> dict[str, int]:
    """How many rows stand in each table, as the clinic sees it."""
    with unit(ground.clinic.engine, Scope(ground.clinic.clinic_id, "operator"), write=False) as session:
        return dict(session.execute(COUNTS).one()._mapping)


def everything(*grounds: Ground) -> Held:
    """Every row of each table, as each of these clinics sees it."""
    found: Held = {}
    for ground in grounds:
        number = ground.clinic.clinic_id
        with unit(ground.clinic.engine, Scope(number, "operator"), write=False) as session:
            for table in TABLES:
                kept = [place for place, column in enumerate(table.columns) if column.name != SEEN]
                rows = contents(session, table)
                found[number, table.name] = [[row[place] for place in kept] for row in rows]
    return found


def changed(before: Held, after: Held) -> dict[str, list[Any]]:
    """The tables that are not as they were, each with its rows that are new or no longer as they were."""
    return {
        table: [row for row in after[clinic_id, table] if row not in before[clinic_id, table]]
        for clinic_id, table in after
        if before[clinic_id, table] != after[clinic_id, table]
    }


@contextmanager
def nothing_stored(*grounds: Ground, but: Collection[str] = ()) -> Iterator[None]:
    """What stands inside leaves every row of every table as it was: nothing is stored, also not by half.

    Args:
        but: tables that may change.
    """
    before = everything(*grounds)
    yield
    found = changed(before, everything(*grounds))
    assert found.keys() <= set(but), f"stored after all: {found}"
