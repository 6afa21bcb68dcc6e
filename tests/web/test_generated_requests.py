"""Odd requests at every route, by everybody: none ends in a server error or leaves half of what it asked."""

from collections import Counter
from typing import Final

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from sqlalchemy import delete
from werkzeug.test import TestResponse

from diary.services.nights import run_due
from diary.services.verify import compare
from diary.storage.tables.staff import AttemptCount
from diary.storage.unit import SYSTEM, own, unit
from diary.web.rights import ANYONE, PATIENT, RIGHTS
from tests.api.people import Caller, phone
from tests.web.answers import unsound
from tests.web.described import answers_told
from tests.web.examples import ENDS_SESSION, FORMS, address, routes
from tests.web.ground import KINDS, NOW, TODAY, Ground, a_patient, clinics, signed_in
from tests.web.odd_requests import KIND_AFTER, ROLES, Asked, requests
from tests.web.stored import counts

# 2,000 in all: what an odd request is, is decided before a database is asked, and its own refusals show soon.
SAMPLE: Final = {"sqlite": 1_800, "postgresql": 200}
# 50,000 on each database, in parts with seeds of their own: each says its own fault, and no database grows.
PART, PARTS = 5_000, 10
# It starts a process of a second each time, and takes no field: once says as much as hundreds.
SLOW: Final = "POST desk.check_alert"
# People who were signed out, stopped or kept out on the way are here again after so many requests.
RENEWED_EVERY: Final = 200
# It opens to whoever asked for it, and to nobody else who may come here.
OF_ONE_PERSON: Final = "GET desk.emergency_page"
# Machines ask for these, and answers without a body are enough; only health may say 503.
PLAIN_HTTP: Final = ("GET health.ready", "GET docs.static", "GET desk.static", "GET phone.static")


class Storm:
    """A clinic under one odd request after another."""

    def __init__(self, here: Ground) -> None:
        self.here, self.rules, self.told = here, routes(here.app), answers_told(here.app)
        self.callers: dict[str, Caller] = {}
        self.uids: dict[str, list[str]] = {}
        self.asked = self.refused = self.renewed = 0
        self.seen: Counter[str] = Counter()
        self.held = counts(here)

    def ask(self, asked: Asked) -> None:
        """The answer is sound; a refusal has stored nothing."""
        if asked.route == SLOW and self.seen[SLOW]:
            return
        if self.asked % RENEWED_EVERY == 0:
            self.renew()
        self.asked += 1
        self.seen[asked.route] += 1
        sent = asked.sent(self.rules[asked.route], self.uids)
        sent["headers"]["Authorization"] = f"Bearer {self.callers[asked.role].token}"
        answer = self.here.app.test_client().open(**sent)
        plain = asked.route in PLAIN_HTTP
        fault = unsound(answer) if not plain else None
        assert fault is None, f"{asked}: {fault}; sent {sent}"
        assert answer.status_code in (*range(200, 500), 503)
        if answer.status_code < 400:
            assert str(answer.status_code) in self.told.get(asked.route, {str(answer.status_code)}), asked
        self._check_stored(asked, answer)
        answer.close()
        ended = asked.route in ENDS_SESSION and answer.status_code < 400
        if ended or (answer.status_code == 401 and ANYONE not in RIGHTS[asked.route]):
            self.renew()

    def _check_stored(self, asked: Asked, answer: TestResponse) -> None:
        before, self.held = self.held, counts(self.here)
        if answer.status_code >= 400:
            self.refused += 1
            # A page that is shown again with what was wrong may show a patient, and that leaves its trace.
            more = {name for name in before if self.held[name] != before[name]}
            more -= {"audit"} if answer.mimetype == "text/html" else set()
            # It says that nights are overdue, and wrote to see whether it can.
            more -= {"job_beat"} if asked.route == "GET health.ready" else set()
            assert more == set(), f"{asked}: {answer.status_code}, and yet rows in {more}"

    def renew(self) -> None:
        """Everybody signed in, a patient with a new phone, no door closed; and the ids that stand by now."""
        app, clinic = self.here.app, self.here.clinic
        with unit(clinic.engine, SYSTEM, write=True) as session:
            session.execute(delete(AttemptCount))
        self.callers = {role: signed_in(app, clinic, role) for role in ROLES if role != PATIENT}
        self.renewed += 1
        uid = a_patient(clinic, f"New {self.renewed}")
        self.callers[PATIENT] = phone(app, self.callers["nurse"], uid)
        with clinic.unit() as session:
            for kind, table in KINDS.items():
                rows = session.scalars(own(session, table).order_by(table.id.desc()).limit(30))
                self.uids[kind] = [row.uid for row in rows]
        self.held = counts(self.here)


def storm(here: Ground, count: int, *, part: int) -> Storm:
    """So many requests, the same ones each time for the same part."""
    over, drawn = Storm(here), requests(here)

    @seed(part)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(drawn)
    def one(asked: Asked) -> None:
        over.ask(asked)

    one()
    return over


def check_afterwards(over: Storm, *, nights: bool = True) -> None:
    """Whatever was taken on the way stands in no one's way: pages open, packed days agree, nights are run."""
    over.renew()
    here = over.here
    with here.clinic.unit() as session:
        assert [found.what for page in compare(session) for found in page.differences] == []
    assert closed_pages(over) == []
    if nights:
        finished = run_due(here.clinic.engine, now=NOW, wall=lambda: NOW, owner="test")
        assert len(finished) == (NOW.date() - here.clinic.first_night).days
        assert [counted.failed for _, counted in finished if counted.failed] == []


def closed_pages(over: Storm) -> list[str]:
    """Which pages and lists, of the newest objects that stand, do not open for somebody who may see them."""
    closed = []
    for route, rule in routes(over.here.app).items():
        if not route.startswith("GET") or ANYONE in RIGHTS[route] or route == OF_ONE_PERSON:
            continue
        role = next(role for role in (PATIENT, *ROLES) if role in RIGHTS[route])
        kind = KIND_AFTER.get(rule.rule.split("/")[2], "")
        for uid in over.uids[kind][:4] if "<uid" in rule.rule else [""]:
            parts = {name: uid for name in rule.arguments if name.endswith("uid")} | {"day": str(TODAY)}
            answer = over.callers[role].get(address(rule, **parts), **FORMS.get(route, {}))
            closed += [f"{route} {uid}: {answer.status_code}"] if answer.status_code >= 400 else []
    return closed


@pytest.mark.timeout(600)  # half a minute of one processor, and others may want it
def test_no_odd_request_ends_in_a_server_error_or_in_half_a_row(database_url):
    kind = database_url.partition(":")[0].partition("+")[0]
    with clinics(database_url, count=1) as (here,):
        over = storm(here, SAMPLE[kind], part=0)
        assert over.refused > SAMPLE[kind] / 4
        check_afterwards(over, nights=kind == "sqlite")


@pytest.mark.soak
@pytest.mark.parametrize("part", range(1, PARTS + 1))
def test_no_odd_request_of_fifty_thousand_does(database_url, part):
    with clinics(database_url, count=1) as (here,):
        over = storm(here, PART, part=part)
        # Nearly every route each time, and another few are left out by each seed: 271 of 275 by the first.
        assert len(over.seen) > 0.95 * len(routes(here.app))
        check_afterwards(over)
