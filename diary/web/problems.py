"""Answers every error as a problem (RFC 9457): JSON on the wire, a page at a door that shows its own.

No score, no name and no word of an exception leaves: only codes, titles and details written for the asker.
"""

import json
import logging
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final
from urllib.parse import quote

import marshmallow as ma
from flask import Flask, Response, current_app, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from config.logging import request_id as logged_request_id
from diary.domain.errors import Refusal
from diary.web.body import Invalid, Unreadable
from diary.web.codes import Problem, code_of_status, problem_of
from diary.web.doors import door_of
from diary.web.storage_faults import meaning_of
from diary.web.work import request_id
from schemas.entry import EntryOut
from schemas.problem import FAULTS_MAX, INSTANCE_LENGTH_MAX, POINTER_LENGTH_MAX

log = logging.getLogger(__name__)

KEY_LENGTH_MAX: Final = 64

# Seconds after which a client may try again by itself.
RETRY_AFTER_S: Final = {"storage_busy": 2, "storage_full": 60, "not_set_up": 60, "request_timeout": 2}

# How a row among a refusal's facts leaves.
FACT_SCHEMAS: Final[Mapping[str, type[ma.Schema]]] = {"current": EntryOut}

# Headers of the framework's own errors that say something to the client.
HEADERS_KEPT: Final = ("Allow", "Retry-After", "WWW-Authenticate")

DETAILS: Final[Mapping[int, str]] = {
    401: "This address needs a valid token.",
    404: "Nothing stands at this address, or it is not yours to see.",
    405: "This address does not take this method.",
    408: "The request did not arrive in time.",
    413: "The body is larger than this address takes.",
    414: "The address is longer than the service reads.",
    415: "This address does not take this media type.",
    429: "Too many requests.",
    431: "The headers are larger than the service reads.",
    503: "The service cannot answer at present.",
}

STORAGE_DETAILS: Final = {
    "storage_busy": "The database did not answer in time. Nothing was stored.",
    "storage_full": "The database has no room left. Nothing was stored.",
    "lost_race": "Somebody else stored the same at this moment. Nothing of yours was stored.",
    "not_storable": "The database refused one of the values. Nothing was stored.",
}


def answer_problems(app: Flask) -> None:
    """Have the app answer every error as a problem, at every door."""
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(Unreadable, _unreadable)
    app.register_error_handler(Invalid, _invalid)
    app.register_error_handler(ma.ValidationError, _invalid_form)
    app.register_error_handler(SQLAlchemyError, _storage)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def faults_of(messages: Mapping[Any, Any], *, location: str = "json") -> list[dict[str, str]]:
    """Schema messages as a flat list: where, the stable word, what to enter instead.

    Args:
        messages: by key, nested as the body is.
        location: "json" gives JSON pointers (RFC 6901); elsewhere the parameter is named.
    """
    faults = []
    for path, message in _leaves(messages, ()):
        where = {"pointer": _pointer(path)} if location == "json" else {"parameter": "".join(path[:1])}
        faults.append({**where, "code": getattr(message, "code", "invalid"), "message": str(message)})
        if len(faults) == FAULTS_MAX:
            break
    return faults


def problem_of_refusal(refusal: Refusal) -> Problem:
    """A refusal of the domain with its status, its pointer and the facts that may leave."""
    facts = {name: _fact(name, value) for name, value in refusal.facts.items() if name != "retry_after_s"}
    at_fault = {"pointer": refusal.pointer or "", "code": refusal.code, "message": refusal.message}
    wait_s = refusal.facts.get("retry_after_s", RETRY_AFTER_S.get(refusal.code))
    assert wait_s is None or isinstance(wait_s, int)
    return problem_of(
        refusal.code,
        refusal.message,
        errors=[at_fault] if refusal.pointer else (),
        facts=facts,
        retry_after_s=wait_s,
    )


def answer(problem: Problem) -> Response:
    """The problem as the door of this address shows it."""
    show = door_of(current_app, request.path).show_problem
    if show is None:
        body = json.dumps(_body(problem))
        response = Response(body, problem.status, content_type="application/problem+json")
    else:
        response = current_app.make_response(show(problem))
        # A door may send the asker elsewhere, to its sign-in for one; otherwise the status is the problem's.
        if response.status_code == 200:
            response.status_code = problem.status
    if problem.retry_after_s is not None:
        response.headers["Retry-After"] = str(problem.retry_after_s)
    if problem.status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="diary"'
    return response


def _body(problem: Problem) -> dict[str, object]:
    body: dict[str, object] = {
        **problem.facts,
        "type": f"/problems/{problem.code}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "instance": quote(request.path)[:INSTANCE_LENGTH_MAX],
        "code": problem.code,
        "fix": problem.fix,
        "request_id": request_id(),
    }
    if problem.errors:
        body["errors"] = list(problem.errors)
    if problem.retry_after_s is not None:
        body["retry_after_s"] = problem.retry_after_s
    return body


def _refused(refusal: Refusal) -> Response:
    return answer(problem_of_refusal(refusal))


def _unreadable(error: Unreadable) -> Response:
    return answer(problem_of(error.code, error.detail))


def _invalid(error: Invalid) -> Response:
    faults = faults_of(error.messages, location=error.location)
    return answer(problem_of("validation_failed", "See `errors` for each of them.", errors=faults))


def _invalid_form(error: ma.ValidationError) -> Response:
    return _invalid(Invalid(error.messages_dict, location="json"))


def _storage(error: SQLAlchemyError) -> Response:
    code = meaning_of(error)
    if code is None:
        return _unexpected(error)
    _log("storage problem", error, code=code)
    return answer(problem_of(code, STORAGE_DETAILS[code], retry_after_s=RETRY_AFTER_S.get(code)))


def _http(error: HTTPException) -> Response | HTTPException:
    status = error.code or 500
    if status < 400:
        return error  # a redirect to the address with its slash
    code = code_of_status(status)
    response = answer(
        problem_of(
            code,
            DETAILS.get(status, "The request was not understood."),
            status=status,
            retry_after_s=RETRY_AFTER_S.get(code),
        )
    )
    for name, value in error.get_headers():
        if name in HEADERS_KEPT:
            response.headers[name] = value
    return response


def _unexpected(error: Exception) -> Response:
    _log("unexpected error", error, code="unexpected")
    return answer(problem_of("unexpected", "The log says more under this request id."))


def _log(event: str, error: Exception, *, code: str) -> None:
    facts = {"endpoint": request.endpoint, "method": request.method, "code": code}
    token = logged_request_id.set(request_id())
    log.error(event, exc_info=error, extra=facts)
    logged_request_id.reset(token)


def _fact(name: str, value: object) -> object:
    if name in FACT_SCHEMAS:
        return FACT_SCHEMAS[name]().dump(value)
    if isinstance(value, date):
        return value.isoformat()
    assert value is None or isinstance(value, str | int | float), f"no schema says how {name!r} leaves"
    return value


def _leaves(messages: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            yield from _leaves(inner, path if key == "_schema" else (*path, _shown(key)))
    elif isinstance(messages, list):
        for inner in messages:
            yield from _leaves(inner, path)
    else:
        yield path, messages


def _shown(key: object) -> str:
    """A key as the client sent it, which may be anything: short, and each character can be seen."""
    return "".join(character if character.isprintable() else "?" for character in str(key)[:KEY_LENGTH_MAX])


def _pointer(path: tuple[str, ...]) -> str:
    steps = (step.replace("~", "~0").replace("/", "~1") for step in path)
    return "".join(f"/{step}" for step in steps)[:POINTER_LENGTH_MAX]
