"""With the clinic taken out of every query, row-level security alone still shows no row of another clinic.

On PostgreSQL. What the app asks is rewritten on its way to the driver: each comparison of a clinic's number
becomes true, as if every query had forgotten it.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest
from sqlalchemy import Engine, event, select

from diary.storage.tables.patient import Patient
from diary.storage.unit import Scope, own, unit
from diary.web.rights import ANYONE, RIGHTS
from tests.web.examples import routes
from tests.web.ground import Ground, clinics
from tests.web.test_other_clinics import ask, own_parts, with_uids

FIRST_WALL: Final = re.compile(r"\b(?:\w+\.)?clinic_id = (%\(\w+\)s)(?:::\w+)?")


@contextmanager
def first_wall_removed(engine: Engine) -> Iterator[list[str]]:
    """Each reading forgets its clinic; the statements that were changed."""
    changed: list[str] = []

    def forget(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> tuple[str, Any]:
        if statement.startswith("SELECT") and FIRST_WALL.search(statement):
            changed.append(statement)
            statement = FIRST_WALL.sub(r"(\1::bigint IS NOT NULL)", statement)
        return statement, parameters

    event.listen(engine, "before_cursor_execute", forget, retval=True)
    yield changed
    event.remove(engine, "before_cursor_execute", forget)


@pytest.fixture
def both(postgresql_url: str) -> Iterator[list[Ground]]:
    with clinics(postgresql_url, count=2) as two:
        yield two


def test_the_first_wall_is_really_removed(both):
    ours, _ = both
    engine = ours.clinic.engine
    us = Scope(ours.clinic.clinic_id, "operator")
    with first_wall_removed(engine) as changed, unit(engine, us, write=False) as session:
        found = session.scalars(own(session, Patient).with_only_columns(Patient.clinic_id)).all()
    assert len(changed) == 1
    assert set(found) == {ours.clinic.clinic_id}
    with unit(engine, Scope(None, "operator"), write=False) as session:
        assert session.scalars(select(Patient.id)).all() == []


def test_no_route_shows_anything_of_another_clinic_without_it(both):
    ours, theirs = both
    app, number = ours.app, theirs.clinic.clinic_id
    telling = [f"P-of-{number}", f"Regimen of {number}", *theirs.uids.values()]
    leaks, shown, asked = [], 0, 0
    with first_wall_removed(app.extensions["diary.engine"]) as changed:
        for route in routes(app):
            if not (route.startswith("GET") or route == "POST desk.search") or ANYONE in RIGHTS[route]:
                continue
            role = next(role for role in ours.callers if role in RIGHTS[route])
            sent = {"q": "P-"} if "POST" in route else {}
            text = ask(app, ours.callers[role], route, own_parts(ours, route), sent).text
            shown += any(uid in text for uid in ours.uids.values())
            asked += 1
            leaks += [(route, word) for word in telling if word in text]
            for part, kind in with_uids(app).get(route, {}).items():
                wrong = own_parts(ours, route) | {part: theirs.uids[kind]}
                status = ask(app, ours.callers[role], route, wrong, {}).status_code
                leaks += [] if status == 404 else [(route, f"{part}: {status}")]
    assert leaks == []
    assert (shown > 30, asked > 60, len(changed) > 500) == (True, True, True), (shown, asked, len(changed))
