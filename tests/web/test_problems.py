"""Every error is answered as a problem: a stable code, a page, what to do; and nothing private."""

import ast
import io
import json
import logging
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, abort, redirect

from config.logging import JsonLines
from diary.domain.errors import CODES, Refusal
from diary.web.codes import CODE_OF_STATUS, STATUS_OF, WIRE, Problem, fact_of
from diary.web.doors import Door, add_door
from diary.web.problems import DETAILS, FACT_SCHEMAS, RETRY_AFTER_S, STORAGE_DETAILS, faults_of
from schemas.problem import FAULTS_MAX, ProblemOut
from tests.web.tiny_app import tiny_app

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs/reference/problems"
ALL = sorted({*STATUS_OF, *WIRE})


def answer_to(error: Exception, *, path: str = "/v1/thing") -> Any:
    def thing() -> None:
        raise error

    return tiny_app((path, thing)).test_client().get(path)


def test_every_code_of_the_domain_has_a_status_and_no_status_lacks_its_code():
    assert STATUS_OF.keys() == CODES.keys()
    assert not STATUS_OF.keys() & WIRE.keys()


def test_every_status_that_the_framework_may_raise_leads_to_a_code_of_that_status():
    for status, code in CODE_OF_STATUS.items():
        assert status == (WIRE[code][0] if code in WIRE else STATUS_OF[code])
    assert DETAILS.keys() <= CODE_OF_STATUS.keys()
    assert {*RETRY_AFTER_S, *STORAGE_DETAILS} <= set(ALL)


def raised_codes() -> list[Any]:
    found = []
    for path in sorted((ROOT / "diary").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            name = getattr(getattr(node, "func", None), "id", None)
            if name in ("Refusal", "Unreadable") and isinstance(node.args[0], ast.Constant):
                place = f"{path.relative_to(ROOT)}:{node.lineno}"
                found.append(pytest.param(name, node.args[0].value, id=f"{place} {node.args[0].value}"))
    return found


@pytest.mark.parametrize(("kind", "code"), raised_codes())
def test_whatever_is_refused_anywhere_has_a_code_of_the_registry(kind, code):
    assert code in (CODES if kind == "Refusal" else WIRE)


def test_a_refusal_with_an_unknown_code_is_a_bug_seen_at_once():
    with pytest.raises(AssertionError, match="not in"):
        Refusal("no_such_code", "No.")


def test_every_code_has_a_page_and_every_page_a_code():
    assert sorted(page.stem for page in PAGES.glob("*.md")) == ALL


@pytest.mark.parametrize("code", ALL)
def test_the_page_of_a_code_says_cause_fix_retry_and_a_true_example(code):
    text = (PAGES / f"{code}.md").read_text("utf-8")
    status = WIRE[code][0] if code in WIRE else STATUS_OF[code]
    assert text.startswith(f"# {fact_of(code).title}\n\n`{code}`, HTTP {status}.\n")
    sections = [part.partition("\n") for part in text.split("\n## ")[1:]]
    assert [title for title, _, _ in sections] == [
        "What happened",
        "What to do",
        "Send it again unchanged?",
        "Example",
    ]
    assert sections[2][2].strip().startswith(("Yes", "No"))
    example = json.loads(text.partition("```json\n")[2].partition("\n```")[0])
    assert example["type"] == f"/problems/{code}"
    assert example["code"] == code
    assert example["status"] == status
    assert example["title"] == fact_of(code).title
    assert example["fix"] == fact_of(code).fix
    assert example.keys() <= ProblemOut().fields.keys()


def test_a_refusal_is_answered_with_its_status_its_words_and_its_pointer():
    response = answer_to(Refusal("day_closed", "Use 2026-11-21 or later.", pointer="/day"))
    assert response.status_code == 409
    assert response.content_type == "application/problem+json"
    problem = response.get_json(force=True)
    request_id = problem.pop("request_id")
    assert response.headers["X-Request-Id"] == request_id
    assert problem == {
        "type": "/problems/day_closed",
        "title": "This day can no longer be changed",
        "status": 409,
        "detail": "Use 2026-11-21 or later.",
        "instance": "/v1/thing",
        "code": "day_closed",
        "fix": "Ask the clinic to correct it.",
        "errors": [{"pointer": "/day", "code": "day_closed", "message": "Use 2026-11-21 or later."}],
    }


class StandingEntry:
    """As a row of the entry table looks."""

    uid = client_id = "0193b5c2-7d1e-7a40-9c55-3f0e6a1b2c4d"
    patient_id = clinic_id = id = 7
    day, nrs, version, kind, standing = date(2026, 11, 22), 6, 1, "answer", True
    late = clock_suspect = False
    source, zone, answered_offset_min = "phone", "Europe/Amsterdam", 60
    answered_at = sent_at = received_at = datetime(2026, 11, 22, 19, 15, tzinfo=UTC)
    supersedes = reason = layout = locale = client_version = None


def test_a_conflict_shows_the_entry_that_stands_as_the_api_shows_every_entry():
    refusal = Refusal("day_already_answered", "There is one.", facts={"current": StandingEntry()})
    current = answer_to(refusal).get_json(force=True)["current"]
    assert current == FACT_SCHEMAS["current"]().dump(StandingEntry())
    assert not {"patient_id", "clinic_id"} & current.keys()


def test_a_fact_that_no_schema_describes_is_a_bug_and_does_not_leave():
    response = answer_to(Refusal("not_found", "No.", facts={"patient": StandingEntry()}))
    assert response.status_code == 500
    assert "Amsterdam" not in response.text


def test_a_fact_cannot_pass_itself_off_as_the_problem():
    problem = answer_to(Refusal("not_found", "No.", facts={"status": 200, "code": "fine"})).get_json(
        force=True
    )
    assert (problem["status"], problem["code"]) == (404, "not_found")


def test_a_throttled_door_says_how_long_to_wait():
    response = answer_to(Refusal("too_many_attempts", "Wait.", facts={"retry_after_s": 240}))
    assert (response.status_code, response.headers["Retry-After"]) == (429, "240")
    assert response.get_json(force=True)["retry_after_s"] == 240


@pytest.mark.parametrize("code", ["storage_busy", "storage_full", "not_set_up"])
def test_a_service_that_cannot_answer_now_says_when_to_come_back(code):
    response = answer_to(Refusal(code, "Later."))
    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) >= 1


def test_whoever_is_not_signed_in_is_told_how_to_sign_in():
    response = answer_to(Refusal("not_signed_in", "Sign in first."))
    assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, 'Bearer realm="diary"')


def test_an_unknown_address_is_a_problem_and_not_a_page():
    response = tiny_app().test_client().get("/v1/nowhere")
    assert (response.status_code, response.get_json(force=True)["code"]) == (404, "not_found")
    assert response.content_type == "application/problem+json"


def test_a_wrong_method_names_the_right_ones():
    response = tiny_app().test_client().delete("/v1/batches")
    assert (response.status_code, response.get_json(force=True)["code"]) == (405, "method_not_allowed")
    assert set(response.headers["Allow"].split(", ")) == {"OPTIONS", "POST"}


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "bad_request"),
        (406, "bad_request"),
        (408, "request_timeout"),
        (409, "lost_race"),
        (410, "bad_request"),
        (414, "address_too_long"),
        (418, "bad_request"),
        (429, "too_many_attempts"),
        (431, "header_too_large"),
        (500, "unexpected"),
        (501, "unexpected"),
        (503, "storage_busy"),
    ],
)
def test_an_error_of_the_framework_keeps_its_status_and_gets_a_code(status, code):
    def thing() -> None:
        abort(status)

    response = tiny_app(("/v1/thing", thing)).test_client().get("/v1/thing")
    problem = response.get_json(force=True)
    assert (response.status_code, problem["status"], problem["code"]) == (status, status, code)


def test_a_redirect_is_no_problem():
    def thing() -> Any:
        return redirect("/elsewhere")

    def folder() -> str:
        return "here"

    client = tiny_app(("/thing", thing), ("/folder/", folder)).test_client()
    assert client.get("/thing").status_code == 302
    assert client.get("/folder").status_code == 308


def test_wrong_values_are_named_one_by_one_where_they_stand():
    body = {"nrs": 5.5, "place": {"room": 7}, "few": [1, "2"], "is_admin": True, "a/b~c": 1}
    response = tiny_app().test_client().post("/v1/answers", json=body)
    assert response.status_code == 422
    problem = response.get_json(force=True)
    assert problem["code"] == "validation_failed"
    assert {(fault["pointer"], fault["code"]) for fault in problem["errors"]} == {
        ("/nrs", "invalid"),
        ("/place/room", "invalid"),
        ("/few/1", "invalid"),
        ("/is_admin", "unknown"),
        ("/a~1b~0c", "unknown"),
    }
    assert "5.5" not in response.text


def test_a_thousand_unknown_keys_are_not_all_repeated():
    body = {"nrs": 7, **{f"key{n}": n for n in range(1000)}}
    response = tiny_app().test_client().post("/v1/answers", json=body)
    assert len(response.get_json(force=True)["errors"]) == FAULTS_MAX


@pytest.mark.parametrize("key", ["x" * 60_000, "half \ud800", "\u202e", "\x00", "<script>", '"'])
def test_a_strange_key_is_shown_short_and_harmless(key):
    response = tiny_app().test_client().post("/v1/answers", json={"nrs": 7, key: 1})
    assert response.status_code == 422
    (fault,) = response.get_json(force=True)["errors"]
    assert fault["pointer"].isprintable()
    assert len(fault["pointer"]) < 100


def test_the_address_of_a_problem_is_spelt_as_an_address():
    response = tiny_app().test_client().get("/v1/caf\u00e9/%00/\u202e")
    assert response.get_json(force=True)["instance"] == "/v1/caf%C3%A9/%00/%E2%80%AE"


def test_messages_are_flat_and_carry_the_fallback_word():
    assert faults_of({"_schema": ["Not so."], "a": {0: {"b": ["Nor so."]}}}) == [
        {"pointer": "", "code": "invalid", "message": "Not so."},
        {"pointer": "/a/0/b", "code": "invalid", "message": "Nor so."},
    ]


SECRET = "Ann Smith scored 9 with token dv_abc"


def test_an_unexpected_error_says_nothing_of_itself_and_is_logged_under_the_request_id(capture_log):
    response = answer_to(ValueError(SECRET))
    assert response.status_code == 500
    problem = response.get_json(force=True)
    assert problem["code"] == "unexpected"
    assert SECRET not in response.text
    line = json.loads(capture_log.getvalue())
    assert line["request_id"] == problem["request_id"]
    assert line["error"] == "ValueError"
    assert line["endpoint"] == "thing"
    assert SECRET not in capture_log.getvalue()


@pytest.fixture
def capture_log() -> Any:
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(JsonLines())
    logging.getLogger().addHandler(handler)
    yield text
    logging.getLogger().removeHandler(handler)


def show(problem: Problem) -> str:
    return f"<h1>{problem.title}</h1><p>{problem.detail}</p><p>{problem.fix}</p>"


def with_desk() -> Flask:
    def thing() -> None:
        raise Refusal("alert_wrong_state", "It is closed.")

    def gone() -> None:
        raise Refusal("not_signed_in", "Sign in first.")

    app = tiny_app(("/desk/thing", thing), ("/phone/gone", gone), ("/desks", thing_of_nobody))
    add_door(app, Door(prefix="/desk", show_problem=show))
    add_door(app, Door(prefix="/phone", show_problem=lambda _: redirect("/phone/sign-in")))
    return app


def thing_of_nobody() -> None:
    raise Refusal("not_found", "Nothing.")


def test_a_door_of_pages_shows_the_same_facts_in_its_own_way():
    response = with_desk().test_client().get("/desk/thing")
    assert response.status_code == 409
    assert response.mimetype == "text/html"
    assert "It is closed." in response.text
    assert "Read the alert again and look." in response.text


def test_an_unknown_page_of_a_door_looks_like_the_door():
    response = with_desk().test_client().get("/desk/nowhere")
    assert response.status_code == 404
    assert response.text.startswith("<h1>Not found</h1>")


def test_a_door_may_lead_to_its_sign_in():
    response = with_desk().test_client().get("/phone/gone")
    assert (response.status_code, response.location) == (302, "/phone/sign-in")


def test_an_address_that_only_begins_like_a_door_is_not_that_door():
    response = with_desk().test_client().get("/desks")
    assert response.content_type == "application/problem+json"
