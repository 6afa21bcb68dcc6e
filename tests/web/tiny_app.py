"""A tiny app with the wire of the real one, for tests that need no database."""

from collections.abc import Callable
from typing import Any

from flask import Flask

from diary.api.docs import add_docs
from diary.api.frame import ProblemApi, Routes, make_api
from diary.web.body import limit_bodies
from diary.web.headers import add_headers
from diary.web.problems import answer_problems
from schemas.base import Incoming
from schemas.fields import ListOf, Nrs, Part, QueryNumber, Text


class PlaceIn(Incoming):
    """A part of the body."""

    room = Text(10, required=True, description="Room.")


class AnswerIn(Incoming):
    """A small body."""

    nrs = Nrs(required=True, description="Pain.")
    note = Text(1000, description="Note.")
    place = Part(PlaceIn, description="Place.")
    few = ListOf(Nrs(description="One."), max_items=3, description="Few.")


class LargeIn(AnswerIn):
    """A body that may be larger."""

    body_max_bytes = 1024 * 1024


class ListIn(Incoming):
    """A query string."""

    limit = QueryNumber(1, 200, load_default=50, description="Limit.")


def tiny_app(*views: tuple[str, Callable[..., Any]]) -> Flask:
    """The app; `views` are further pairs of an address and what answers there."""
    app = Flask("tiny")
    limit_bodies(app)
    answer_problems(app)
    add_headers(app)
    api = make_api(app)
    for rule, view in views:
        app.add_url_rule(rule, view.__name__, view, methods=["GET", "POST"])
    register_routes(api)
    add_docs(app, api)
    return app


def register_routes(api: ProblemApi) -> None:
    """Three routes that answer what they read."""
    routes = Routes("tiny", __name__)

    @routes.post("/v1/answers")
    @routes.arguments(AnswerIn)
    @routes.response(201)
    def answers(body: dict[str, Any]) -> dict[str, Any]:
        """Answer what was read."""
        return body

    @routes.post("/v1/batches")
    @routes.arguments(LargeIn)
    @routes.response(201)
    def batches(body: dict[str, Any]) -> dict[str, Any]:
        """Answer what was read."""
        return body

    @routes.get("/v1/answers")
    @routes.arguments(ListIn, location="query")
    @routes.response(200)
    def listed(query: dict[str, Any]) -> dict[str, Any]:
        """Answer what was asked."""
        return query

    api.register_blueprint(routes)
