"""Every route has its row and every row its route; each role meets at each route what the row says."""

import uuid
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from config.words import STAFF_ROLES
from diary.storage.engine import make_engine
from diary.storage.patients import patient_by_id
from diary.web.rights import ANYONE, INTEGRATION, PATIENT, RIGHTS, SCOPES, STAFF
from tests.api.people import (
    ALL_SCOPES,
    Caller,
    machine,
    make_app,
    nobody,
    person,
    phone,
    set_clock,
)
from tests.little_clinic import FIRST_DAY, LittleClinic, at, found
from tests.web.examples import BODIES, ENDS_SESSION, FORMS, address, routes, takes_json


@pytest.fixture
def clinic(sqlite_url: str) -> Iterator[LittleClinic]:
    engine = make_engine(sqlite_url)
    clinic = found(engine)
    set_clock(clinic, at(FIRST_DAY, hour=20))
    yield clinic
    engine.dispose()


@pytest.fixture
def app(sqlite_url: str, clinic: LittleClinic) -> Iterator[Flask]:
    app = make_app(sqlite_url)
    yield app
    app.extensions["diary.engine"].dispose()


def test_every_route_has_a_row_and_every_row_a_route(app):
    assert set(routes(app)) == set(RIGHTS)


def test_a_row_names_known_roles_and_never_nobody(app):
    known = {ANYONE, PATIENT, INTEGRATION, *STAFF_ROLES}
    assert all(right and right <= known for right in RIGHTS.values())
    assert set(STAFF_ROLES) == STAFF


def test_a_key_needs_a_scope_wherever_it_may_go_and_only_there(app):
    assert {route for route, right in RIGHTS.items() if INTEGRATION in right} == set(SCOPES)
    assert set(SCOPES.values()) == set(ALL_SCOPES)


def test_every_route_of_the_api_that_reads_a_body_is_tried_with_one_it_can_read(app):
    assert {*BODIES, *FORMS} <= set(routes(app))


def ask(app: Flask, caller: Caller, route: str, rule: Rule) -> TestResponse:
    method = route.partition(" ")[0]
    headers = {"Authorization": f"Bearer {caller.token}"} if caller.token else {}
    body = {"json": BODIES.get(route, {})} if takes_json(route, rule) else {"data": FORMS.get(route)}
    return app.test_client().open(address(rule), method=method, headers=headers, **body)


def is_refused(answer: TestResponse) -> bool:
    """Refused for who asks: 401 or 403 with its code, or sent to sign in or join without being signed out."""
    if answer.status_code == 303:
        return "Set-Cookie" not in answer.headers and answer.location.startswith(
            ("/desk/sign-in", "/app/join")
        )
    if answer.status_code not in (401, 403):
        return False
    return not answer.is_json or answer.json["code"] in ("not_signed_in", "not_allowed")


def tried(app: Flask, caller: Caller) -> dict[str, TestResponse]:
    found_here = routes(app)
    in_order = sorted(found_here, key=lambda route: route in ENDS_SESSION)
    return {route: ask(app, caller, route, found_here[route]) for route in in_order}


def signed_out_at_the_desk(app: Flask, clinic: LittleClinic, role: str) -> TestResponse:
    """A session ended at the API cannot be ended at the desk: that is tried with another."""
    route = "POST desk.sign_out"
    return ask(app, person(app, clinic, role), route, routes(app)[route])


@pytest.mark.parametrize("role", [None, PATIENT, INTEGRATION, *STAFF_ROLES])
def test_each_role_meets_at_every_route_what_the_table_says(app, clinic, role):
    caller = caller_as(app, clinic, role)
    answers = tried(app, caller)
    if role in STAFF:
        answers["POST desk.sign_out"] = signed_out_at_the_desk(app, clinic, role)
    guarded = {route: right for route, right in RIGHTS.items() if ANYONE not in right}
    let_in = {route for route in guarded if not is_refused(answers[route])}
    assert let_in == {route for route, right in guarded.items() if role in right}
    assert [route for route, answer in answers.items() if answer.status_code >= 500] == []


def caller_as(app: Flask, clinic: LittleClinic, role: str | None) -> Caller:
    if role is None:
        return nobody(app)
    if role == INTEGRATION:
        return machine(app, clinic)
    if role == PATIENT:
        patient_id = clinic.admit("P-1")
        with clinic.unit() as session:
            uid = patient_by_id(session, patient_id).uid
        return phone(app, person(app, clinic, "nurse"), uid)
    return person(app, clinic, role)


def test_a_refusal_of_the_api_is_a_problem_with_its_code(app, clinic):
    for caller, status, code in (
        (nobody(app), 401, "not_signed_in"),
        (Caller(app, "dv_made-up"), 401, "not_signed_in"),
        (person(app, clinic, "researcher"), 403, "not_allowed"),
    ):
        answer = caller.get("/v1/patients")
        assert (answer.status_code, answer.json["code"]) == (status, code)
        assert answer.content_type == "application/problem+json"
        assert ("WWW-Authenticate" in answer.headers) == (status == 401)


@pytest.mark.parametrize(
    ("role", "named"), [("nurse", "A nurse"), ("admin", "A clinic admin"), ("coordinator", "A coordinator")]
)
def test_a_refusal_names_the_roles_that_may(app, clinic, role, named):
    answer = person(app, clinic, role).post(f"/v1/bookings/{uuid.uuid4()}/authorise", {"reference": "A-1"})
    assert answer.json["code"] == "not_allowed"
    assert answer.json["detail"] == f"{named} may not do this. A physician may."


def test_a_stranger_is_asked_for_a_token_before_a_body_is_read(app):
    answer = app.test_client().post("/v1/entries", data=b"{" * 1000, content_type="application/json")
    assert (answer.status_code, answer.json["code"]) == (401, "not_signed_in")


@pytest.mark.parametrize("scope", ALL_SCOPES)
def test_a_key_opens_the_routes_of_its_scope_and_no_others(app, clinic, scope):
    answers = tried(app, machine(app, clinic, [scope]))
    open_to_all = {route for route, right in RIGHTS.items() if ANYONE in right}
    let_in = {route for route, answer in answers.items() if not is_refused(answer)} - open_to_all
    assert let_in == {route for route, needed in SCOPES.items() if needed == scope}


def test_a_route_without_a_row_is_closed_to_everybody(app, clinic, monkeypatch):
    physician = person(app, clinic, "physician")
    assert physician.get("/v1/patients").status_code == 200
    monkeypatch.delitem(RIGHTS, "GET patients.list_patients")
    assert physician.get("/v1/patients").status_code == 403
    assert nobody(app).get("/v1/patients").status_code == 401
