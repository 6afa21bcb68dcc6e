"""What every refusal is: a problem by the published schema, or a page of the door that it came through."""

from collections.abc import Collection
from typing import Any, Final

import marshmallow as ma
from werkzeug.test import TestResponse

from diary.web.codes import STATUS_OF, WIRE
from schemas.problem import ProblemOut

PAGES: Final = ("/desk", "/app", "/setup")


def unsound(answer: TestResponse) -> str | None:
    """What is wrong with an answer, whatever was asked; None when it is in order."""
    path = answer.request.path
    if answer.status_code >= 500:
        return f"it is {answer.status_code}"
    if answer.status_code < 400:
        return None
    if answer.request.method == "HEAD":
        return None if answer.data == b"" else "HEAD has a body"
    if any(path == page or path.startswith(f"{page}/") for page in PAGES):
        page = answer.mimetype == "text/html" and "</html>" in answer.text
        return None if page else f"no page: {answer.text[:100]}"
    return _no_problem(answer)


def not_refused(
    answer: TestResponse, status: int, code: str, *, at: str | None = None, says: Collection[str] = ()
) -> str | None:
    """How an answer differs from the problem that it should be; None when it does not.

    Args:
        at: where the fault lies: a JSON pointer, or the name of a parameter.
        says: what the fault may be called.
    """
    fault = unsound(answer)
    if fault is not None:
        return fault
    body: dict[str, Any] = answer.get_json(force=True, silent=True) or {}
    if (answer.status_code, body.get("code")) != (status, code):
        return f"{answer.status_code} {body.get('code')} {body.get('errors', '')}"
    if at is None:
        return None
    told = {one.get("pointer", one.get("parameter")): one["code"] for one in body["errors"]}
    right = list(told) == [at] and (not says or told[at] in says)
    return None if right else f"faults {told}"


def _no_problem(answer: TestResponse) -> str | None:
    if answer.content_type != "application/problem+json":
        return f"no problem: {answer.content_type}"
    body = answer.get_json(force=True)
    try:
        ProblemOut().load(body)
    except ma.ValidationError as error:
        return f"not as published: {error.messages}"
    code = body["code"]
    if code not in WIRE and code not in STATUS_OF:
        return f"unknown code {code}"
    if body["status"] != answer.status_code or body["type"] != f"/problems/{code}":
        return f"contradicts itself: {body}"
    if body["request_id"] != answer.headers["X-Request-Id"]:
        return "names another request"
    return None
