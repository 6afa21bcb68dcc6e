"""Another clinic's object is not found, exactly as if it had never existed, whoever asks and however.

Nor is what was a patient's of our own who was erased, or whom another clinic has taken over.

Every route with a uid in its address comes from the app itself; every uid that a body, a query or a form can
hold comes from the API's description and from the desk's own pages. A new one without an example fails here.
"""

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import pytest
from flask import Flask
from sqlalchemy import Engine, event
from werkzeug.test import TestResponse

from diary.services import erasing, transfers
from diary.storage.patients import patient_by_uid
from diary.storage.tables.staff import Staff
from diary.storage.unit import own
from diary.web.rights import ANYONE, PATIENT, RIGHTS
from schemas.fields import UUID_TEXT
from tests.api.people import Caller, answer_of, make_app, phone
from tests.web.described import body_keys, query_keys
from tests.web.examples import BODIES, FORMS, address, routes, takes_json
from tests.web.ground import NOW, OF_PATIENTS, TODAY, Ground, a_patient, clinics, newest_uids
from tests.web.stored import nothing_stored

# What a uid names, by the part of the address before it.
KIND_AFTER: Final = {
    "patients": "patient",
    "courses": "course",
    "entries": "entry",
    "alerts": "alert",
    "bookings": "booking",
    "chairs": "chair",
    "regimens": "regimen",
    "administrations": "administration",
    "infusions": "administration",
    "phones": "device",
    "teams": "team",
    "sessions": "session",
    "passkeys": "passkey",
    "keys": "key",
    "messages": "message",
    "staff": "staff",
    "emergency": "access",
    "studies": "study",
    "log": "step",
    "unblinding": "unblinding",
}
# What the uids in a body, a query or a form name, by route and key.
NAMED: Final[dict[str, dict[str, str]]] = {
    "POST entries.post_entry": {"patient": "patient"},
    "PATCH patients.change_patient": {"owner": "staff"},
    "POST patients.file_correction": {"of": "entry"},
    "POST courses.plan": {"regimen": "regimen"},
    "POST administrations.record": {"regimen": "regimen", "booking": "booking"},
    "POST bookings.request_booking": {"alert": "alert", "patient": "patient", "regimen": "regimen"},
    "POST bookings.offer": {"chair": "chair"},
    "GET alerts.list_alerts": {"owner": "staff"},
    "GET bookings.list_bookings": {"patient": "patient"},
    "GET entries.list_entries": {"patient": "patient"},
    "POST desk.request_for_alert": {"alert": "alert", "regimen": "regimen"},
    "POST desk.request_for_patient": {"patient": "patient", "regimen": "regimen"},
    "POST desk.offer": {"chair": "chair"},
    "POST desk.close_chairs": {"chair": "chair"},
    "POST desk.open_chairs": {"chair": "chair"},
    "POST desk.plan": {"regimen": "regimen"},
    "POST desk.infuse": {"regimen": "regimen", "booking": "booking"},
    "POST desk.correct_entry": {"of": "entry"},
    "POST desk.owner": {"owner": "staff", "team": "team"},
    "POST desk.covers_page": {"absent": "staff", "cover": "staff"},
    "POST desk.end_cover_now": {"absent": "staff"},
    "POST desk.change_team": {"staff": "staff"},
}
# Forms that stand on another page than their own.
ON_ANOTHER_PAGE: Final = ("POST desk.open_chairs", "POST desk.end_cover_now", "POST desk.change_team")
# A client makes these itself, so that a repeat is known again: another clinic's are as good as any.
MADE_BY_CLIENTS: Final = {"id", "supersedes"}
# A colleague's is as little mine as another clinic's: tests/desk/test_account.py, test_emergency.py.
OF_ONE_PERSON: Final = {
    "POST desk.end_session",
    "POST desk.rename_passkey",
    "POST desk.remove_passkey",
    "GET desk.emergency_page",
}
# A booking is asked for an alert or for a patient, never for both.
INSTEAD_OF: Final = {"alert": "patient"}

UID_BLANK: Final = re.compile(r"(\w+)/<uid:(\w+)>")
UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
FIELD_WITH_UUID: Final = re.compile(rf'<input[^>]* name="(\w+)" value="{UUID.pattern}"')
SELECT: Final = re.compile(r'<select[^>]* name="(\w+)"[^>]*>(.*?)</select>', re.DOTALL)
OF_THE_REQUEST: Final = ("request_id", "instance")


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Two clinics of one installation."""

    app: Flask
    ours: Ground
    theirs: Ground
    gone: Sequence[Mapping[str, str]] = ()
    """By kind, what was a patient's of ours who was erased, and of one who went over to them."""

    def strange(self, kind: str) -> list[str]:
        """The uids of this kind that must answer as one that never existed."""
        return [uids[kind] for uids in (self.theirs.uids, *self.gone) if kind in uids]


@pytest.fixture(scope="module")
def neighbours(shared_url: str) -> Iterator[Neighbours]:
    with clinics(shared_url, count=2) as (ours, theirs):
        # No row of theirs stands any more, on either database: one of them is enough to ask.
        gone = left_behind(ours, theirs) if shared_url.startswith("sqlite") else ()
        yield Neighbours(ours.app, ours, theirs, gone)


def left_behind(ours: Ground, theirs: Ground) -> list[dict[str, str]]:
    """Erase one patient of ours, and hand another over to them."""
    erased, moved = objects_of_a_patient(ours, "P-erased"), objects_of_a_patient(ours, "P-moved")
    with ours.clinic.unit(write=True) as session:
        people = list(session.scalars(own(session, Staff).where(Staff.role.in_(("nurse", "admin")))))
        agreed = [person for person in people if person.password_hash is not None]
        going, leaving = (patient_by_uid(session, one["patient"], lock=True) for one in (erased, moved))
        assert going is not None
        assert leaving is not None
        erasing.erase(session, going, extent="everything", agreed=agreed, now=NOW)
        sealed, key = transfers.hand_over(session, leaving, agreed=agreed, now=NOW)
    with theirs.clinic.unit(write=True) as session:
        by = session.scalars(own(session, Staff).where(Staff.role == "physician")).one()
        taken = transfers.take_in(session, sealed, key=key, pseudonym="P-new", by=by, now=NOW)
    with ours.clinic.unit(write=True) as session:
        leaving = patient_by_uid(session, moved["patient"], lock=True)
        assert leaving is not None
        transfers.let_go(session, leaving, receipt=taken.receipt, agreed=agreed, now=NOW)
    return [erased, moved]


def objects_of_a_patient(ours: Ground, pseudonym: str) -> dict[str, str]:
    """A patient with a phone and one of everything; the uids by kind."""
    uid = a_patient(ours.clinic, pseudonym)
    posted = phone(ours.app, ours.callers["nurse"], uid).post("/v1/entries", answer_of(TODAY, 4))
    assert posted.status_code == 201
    return newest_uids(ours.clinic, OF_PATIENTS)


@pytest.fixture
def alone(database_url: str) -> Iterator[Ground]:
    """A clinic to do anything to."""
    with clinics(database_url, count=1) as (alone,):
        yield alone


@pytest.fixture
def app(sqlite_url: str) -> Iterator[Flask]:
    """The app alone, for what no database sees."""
    app = make_app(sqlite_url)
    yield app
    app.extensions["diary.engine"].dispose()


def with_uids(app: Flask) -> dict[str, dict[str, str]]:
    """The routes with uids in their address: what kind of object each part names.

    What anybody may ask answers the same whatever uid is named: tests/phone/test_reminding.py.
    """
    return {
        route: {name: KIND_AFTER[before] for before, name in UID_BLANK.findall(rule.rule)}
        for route, rule in routes(app).items()
        if "<uid:" in rule.rule and ANYONE not in RIGHTS[route]
    }


def ask(app: Flask, caller: Caller, route: str, uids: dict[str, str], sent: dict[str, Any]) -> TestResponse:
    """A request of this route, with these parts in its address and this body, form or query."""
    rule = routes(app)[route]
    headers = {"Authorization": f"Bearer {caller.token}", "If-Match": '"1"'}
    if takes_json(route, rule):
        given: dict[str, Any] = {"json": sent}
    else:
        given = {"data" if route.startswith("POST") else "query_string": sent}
    method = route.partition(" ")[0]
    return app.test_client().open(address(rule, **uids), method=method, headers=headers, **given)


def example(ours: Ground, route: str, **named: str) -> dict[str, Any]:
    """What the route takes, about our own objects but for those named here."""
    plain = {"version": "1", **FORMS[route]} if route in FORMS else BODIES.get(route, {})
    own = {key: ours.uids[kind] for key, kind in NAMED.get(route, {}).items() if key in plain}
    instead = {other for key, other in INSTEAD_OF.items() if key in named}
    return {key: value for key, value in {**plain, **own, **named}.items() if key not in instead}


def own_parts(ours: Ground, route: str) -> dict[str, str]:
    """Our own objects for the uids in the route's address."""
    return {name: ours.uids[kind] for name, kind in with_uids(ours.app).get(route, {}).items()}


def allowed(ground: Ground, route: str) -> list[tuple[str, Caller]]:
    """Who may use the route."""
    return [(role, caller) for role, caller in ground.callers.items() if role in RIGHTS[route]]


def seen(answer: TestResponse, uid: str) -> tuple[int, Any]:
    """All that the asker sees, but for the request's own id and address and the uid that it named."""
    if answer.mimetype.endswith("json"):
        body = answer.get_json(force=True)
        return answer.status_code, {key: value for key, value in body.items() if key not in OF_THE_REQUEST}
    return answer.status_code, answer.text.replace(answer.headers["X-Request-Id"], "").replace(uid, "")


@dataclass(frozen=True, slots=True)
class Try:
    """A place for a uid: in the address (`part`) or in the body, query or form (`key`); and who asks."""

    route: str
    role: str
    kind: str
    part: str | None = None
    key: str | None = None

    def answer(self, neighbours: Neighbours, uid: str) -> tuple[int, Any]:
        """What the asker sees when this uid stands there."""
        ours = neighbours.ours
        parts = own_parts(ours, self.route) | ({self.part: uid} if self.part else {})
        sent = example(ours, self.route, **({self.key: uid} if self.key else {}))
        return seen(ask(neighbours.app, ours.callers[self.role], self.route, parts, sent), uid)


@contextmanager
def asked_of(engine: Engine) -> Iterator[list[str]]:
    """The statements that the database is asked inside, in their order."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


def told_apart(neighbours: Neighbours, tries: list[Try]) -> list[tuple[Try, int, int]]:
    """Where another clinic's uid, or one of whom is gone, and a made-up one are not the same 404.

    None of them stores anything.

    The database is asked the same in the same order: neither an answer nor its time tells them apart.
    """
    found, engine = [], neighbours.app.extensions["diary.engine"]
    with nothing_stored(neighbours.ours, neighbours.theirs):
        for one in tries:
            with asked_of(engine) as second:
                nowhere = one.answer(neighbours, str(uuid.uuid4()))
            for uid in neighbours.strange(one.kind):
                with asked_of(engine) as first:
                    there = one.answer(neighbours, uid)
                if there != nowhere or there[0] != 404 or first != second or not first:
                    found.append((one, there[0], nowhere[0]))
    return found


def test_an_address_with_another_clinics_uid_is_answered_like_one_that_never_existed(neighbours):
    tries = [
        Try(route, role, kind, part=part)
        for route, kinds in with_uids(neighbours.app).items()
        for role, _ in allowed(neighbours.ours, route)
        for part, kind in kinds.items()
    ]
    assert told_apart(neighbours, tries) == []
    assert len(tries) > 150


def test_a_body_a_query_or_a_form_that_names_one_is_answered_like_one_that_names_none(neighbours):
    tries = [
        Try(route, role, kind, key=key)
        for route, keys in NAMED.items()
        for role, _ in allowed(neighbours.ours, route)
        for key, kind in keys.items()
    ]
    assert told_apart(neighbours, tries) == []
    assert len(tries) > 40


def test_the_same_requests_about_our_own_objects_find_them(alone):
    """Otherwise the tests above would pass for examples that reach nothing."""
    missed, ours = [], alone
    for route in sorted({*with_uids(ours.app), *NAMED} - OF_ONE_PERSON):
        named = [{key: ours.uids[kind]} for key, kind in NAMED.get(route, {}).items()]
        for role, caller in allowed(ours, route):
            for one in named or [{}]:
                answer = ask(ours.app, caller, route, own_parts(ours, route), example(ours, route, **one))
                if answer.status_code in (404, 422) or answer.status_code >= 500:
                    missed.append((role, route, one, answer.status_code))
    assert missed == []


def test_a_row_of_a_batch_about_another_clinics_patient_is_refused_like_one_about_nobody(neighbours):
    named = [neighbours.theirs.uids["patient"], str(uuid.uuid4())]
    rows = [answer_of(TODAY, 4, patient=uid) for uid in named]
    for _, caller in allowed(neighbours.ours, "POST entries.post_batch"):
        with nothing_stored(neighbours.ours, neighbours.theirs):
            there, nowhere = caller.post("/v1/entries/batch", {"entries": rows}).json["results"]
        assert (there["status"], there["code"]) == ("refused", "not_found")
        assert there | {"id": None, "index": 0} == nowhere | {"id": None, "index": 0}


def test_no_list_no_search_and_no_page_shows_anything_of_another_clinic(neighbours):
    app, ours, theirs = neighbours.app, neighbours.ours, neighbours.theirs
    number = theirs.clinic.clinic_id
    telling = [f"P-of-{number}", f"Regimen of {number}", *theirs.uids.values()]
    queries: list[dict[str, str]] = [{}, {"q": "P-of-"}, {"tab": "all"}, {"status": "parked"}]
    gone = [uid for uids in neighbours.gone for uid in uids.values()]
    telling += ["P-erased", "P-moved", *gone] if gone else []
    shown, found_own = [], set()
    for route, rule in routes(app).items():
        if "<" in rule.rule or not (route.startswith("GET") or route == "POST desk.search"):
            continue
        for place, (role, caller) in enumerate(allowed(ours, route)):
            # What is sought and filtered, one role tries: it is the same for each.
            for query in queries if place == 0 else queries[:1]:
                text = ask(app, caller, route, {}, query).text
                # The trail keeps the ids of whom it was about, for as long as it is kept.
                kept = gone if route == "GET desk.trail_csv" else ()
                shown += [(role, route, word) for word in telling if word in text and word not in kept]
                found_own |= {kind for kind, uid in ours.uids.items() if uid in text}
    assert shown == []
    assert {"patient", "alert", "booking", "chair", "regimen", "entry"} <= found_own


def test_an_id_that_another_clinics_phone_made_is_as_good_as_new_here(neighbours):
    """What a client makes tells nothing of elsewhere, also where an answer names the one that it corrects."""
    ours, theirs = neighbours.ours.callers[PATIENT], neighbours.theirs.callers[PATIENT]
    posted = theirs.post("/v1/entries", answer_of(TODAY - timedelta(days=1), 9)).json
    sent = answer_of(TODAY - timedelta(days=2), 3) | {"id": posted["id"]}
    mine = ours.post("/v1/entries", sent)
    assert (mine.status_code, mine.json["nrs"], mine.json["version"]) == (201, 3, 1)
    answers = [
        ours.post("/v1/entries", answer_of(TODAY - timedelta(days=back), 3, supersedes=uid))
        for back, uid in ((3, posted["uid"]), (4, str(uuid.uuid4())))
    ]
    assert [(answer.status_code, answer.json["version"]) for answer in answers] == [(201, 2), (201, 2)]
    with nothing_stored(neighbours.ours, neighbours.theirs):
        refused = [
            ours.post("/v1/entries", answer_of(TODAY, 9, supersedes=uid))
            for uid in (posted["uid"], str(uuid.uuid4()))
        ]
    assert [answer.json["code"] for answer in refused] == ["superseded_version_changed"] * 2


def test_every_uid_that_a_body_or_a_query_of_the_api_can_hold_is_tried(app):
    held: dict[str, set[str]] = {}
    for route, keys in (*body_keys(app).items(), *query_keys(app).items()):
        uids = {key.path[-1] for key in keys if UUID_TEXT.pattern in key.about.get("pattern", "")}
        held |= {route: uids - MADE_BY_CLIENTS} if uids - MADE_BY_CLIENTS else {}
    assert held == {route: set(keys) for route, keys in NAMED.items() if " desk." not in route}


def test_every_uid_that_a_form_of_the_desk_carries_is_tried(neighbours):
    app, ours = neighbours.app, neighbours.ours
    carried: dict[str, set[str]] = {}
    for route in [*with_uids(app), "GET desk.close_chairs", "GET desk.covers_page"]:
        if not route.startswith("GET desk."):
            continue
        for _, caller in allowed(ours, route):
            page = ask(app, caller, route, own_parts(ours, route), {}).text
            hidden = set(FIELD_WITH_UUID.findall(page))
            chosen = {name for name, options in SELECT.findall(page) if UUID.search(options)}
            keys = (hidden | chosen) - MADE_BY_CLIENTS
            form = route.replace("GET", "POST")
            if keys and form in routes(app):
                carried[form] = carried.get(form, set()) | keys
    known = {route: set(keys) for route, keys in NAMED.items() if " desk." in route}
    assert carried == {route: keys for route, keys in known.items() if route not in ON_ANOTHER_PAGE}
