"""What the API's own description says that a request may hold: the keys of each body and of each query."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from flask import Flask

from tests.web.examples import routes

PART: Final = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a body or a query: where it stands, and what the description says of it."""

    path: tuple[str, ...]
    about: dict[str, Any]

    @property
    def pointer(self) -> str:
        """Its place as a JSON pointer."""
        return "".join(f"/{step}" for step in self.path)

    @property
    def kinds(self) -> set[str]:
        """The JSON types that it takes."""
        types = self.about.get("type", "object")
        return {types} if isinstance(types, str) else set(types)


def body_keys(app: Flask) -> dict[str, list[Key]]:
    """The keys of the body of each route that reads one, also inside its objects."""
    found = {}
    for route, operation, document in _operations(app):
        if "requestBody" in operation:
            shape = operation["requestBody"]["content"]["application/json"]["schema"]
            found[route] = list(_keys(shape, document, ()))
    return found


def answers_told(app: Flask) -> dict[str, set[str]]:
    """The statuses that each route of the API is said to answer with; `default` is a problem."""
    return {route: set(operation["responses"]) for route, operation, _ in _operations(app)}


def query_keys(app: Flask) -> dict[str, list[Key]]:
    """The parameters of each route that reads its query string."""
    return {
        route: [
            Key((one["name"],), one["schema"]) for one in operation["parameters"] if one.get("in") == "query"
        ]
        for route, operation, _ in _operations(app)
        if any(one.get("in") == "query" for one in operation.get("parameters", ()))
    }


def _operations(app: Flask) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    document = app.test_client().get("/openapi.json").json
    for route, rule in routes(app).items():
        operations = document["paths"].get(PART.sub(r"{\1}", rule.rule), {})
        if route.split()[0].lower() in operations:
            yield route, operations[route.split()[0].lower()], document


def _keys(shape: dict[str, Any], document: dict[str, Any], path: tuple[str, ...]) -> Iterator[Key]:
    if "$ref" in shape:
        shape = document["components"]["schemas"][shape["$ref"].rpartition("/")[2]]
    for name, about in shape.get("properties", {}).items():
        yield Key((*path, name), about)
        yield from _keys(about, document, (*path, name))
