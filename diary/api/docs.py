"""Documentation that works offline: the API's description, a page to read it, a page for every problem."""

import re
from inspect import getdoc
from pathlib import Path
from typing import Any, Final

import marshmallow as ma
from flask import Blueprint, Flask, abort, current_app, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from diary.api.frame import ProblemApi
from diary.api.reference_pages import as_html
from diary.web.codes import STATUS_OF, WIRE, fact_of
from diary.web.doors import OWN_FILES, Door, add_door
from diary.web.rights import ANYONE, INTEGRATION, PATIENT, RIGHTS, STAFF, Right, grant

PAGES: Final = Path(__file__).parents[2] / "docs/reference/problems"
# Which security scheme lets a role in.
SCHEME_OF: Final = {PATIENT: "device", INTEGRATION: "integration", **dict.fromkeys(STAFF, "staff")}
CODES: Final = sorted({*STATUS_OF, *WIRE})
PUBLIC: Final[Right] = frozenset({ANYONE})
DOCS: Final[dict[str, Right]] = {
    "GET docs.page": PUBLIC,
    "GET docs.description": PUBLIC,
    "GET docs.problems": PUBLIC,
    "GET docs.problem": PUBLIC,
    "GET docs.static": PUBLIC,
}
PARAMETER: Final = re.compile(r"<(?:\w+:)?(\w+)>")

blueprint = Blueprint(
    "docs",
    __name__,
    static_folder="static",
    static_url_path="/docs/static",
    template_folder="templates",
)


def add_docs(app: Flask, api: ProblemApi) -> None:
    """Serve the documentation of `api`, to anyone."""
    app.extensions["diary.api"] = api
    app.register_blueprint(blueprint)
    grant(DOCS)
    add_door(app, Door(prefix="/docs", content_policy=OWN_FILES))
    add_door(app, Door(prefix="/problems", content_policy=OWN_FILES))


@blueprint.get("/docs")
def page() -> str:
    """The description, to read and to try."""
    return render_template("docs/api.html")


@blueprint.get("/openapi.json")
def description() -> ResponseReturnValue:
    """The description as OpenAPI 3.1."""
    made = current_app.extensions
    if "diary.description" not in made:  # it takes longer to make than any answer here, and never changes
        made["diary.description"] = described(current_app, made["diary.api"])
    response = jsonify(made["diary.description"])
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    answer = response.make_conditional(request)
    if answer.status_code == 412:  # emptied by the framework; like every refusal it is a problem
        abort(412)
    return answer


@blueprint.get("/problems/")
def problems() -> str:
    """Every code, with its title."""
    return render_template("docs/problems.html", titles={code: fact_of(code).title for code in CODES})


@blueprint.get("/problems/<code>")
def problem(code: str) -> str:
    """What a code means and what to do."""
    if code not in CODES:
        abort(404)
    text = (PAGES / f"{code}.md").read_text("utf-8")
    return render_template("docs/problem.html", title=fact_of(code).title, body=as_html(text))


def described(app: Flask, api: ProblemApi) -> dict[str, Any]:
    """The OpenAPI document: schemas explained by their docstrings, operations by who may use them."""
    document: dict[str, Any] = api.spec.to_dict()
    for name, schema in document["components"]["schemas"].items():
        schema["description"] = getdoc(ma.class_registry.get_class(name))
    for rule in app.url_map.iter_rules():
        operations = document["paths"].get(PARAMETER.sub(r"{\1}", rule.rule), {})
        for method in operations.keys() & {each.lower() for each in rule.methods or ()}:
            roles = RIGHTS.get(f"{method.upper()} {rule.endpoint}", frozenset())
            operations[method]["security"] = _security(roles)
    return document


def _security(roles: frozenset[str]) -> list[dict[str, list[str]]]:
    """By OpenAPI's rule an empty requirement means that nothing is needed."""
    if ANYONE in roles:
        return [{}]
    return [{scheme: []} for scheme in sorted({SCHEME_OF[role] for role in roles})]
