"""A route of the API as its authors write it: read, act, answer, document."""

from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask

from diary.api.docs import add_docs, described
from diary.api.frame import ETAG, NEXT_PAGE, Routes, make_api
from diary.web import rights
from diary.web.pages import Page, Place, page, place_of
from diary.web.problems import answer_problems
from diary.web.versions import etag_of, require_version
from schemas.base import Incoming, Outgoing
from schemas.fields import ListOf, Nrs, Part, WholeNumber
from schemas.page import PageIn, PageOut


class ScoreIn(Incoming):
    """A score to keep."""

    nrs = Nrs(required=True, description="Pain, NRS points.")


class ScoreOut(Outgoing):
    """A score as it is kept."""

    nrs = Nrs(description="Pain, NRS points.")
    version = WholeNumber(1, 9, description="Rises with each change.")


class ScoresOut(PageOut):
    """Scores in the order they came."""

    items = ListOf(Part(ScoreOut, description="One score."), max_items=200, description="This page.")


@dataclass
class Score:
    """A row."""

    id: int
    nrs: float
    version: int = 1


@pytest.fixture
def app() -> Flask:
    app = Flask("routes")
    answer_problems(app)
    api = make_api(app)
    routes = Routes("scores", __name__, description="Scores.")
    kept: list[Score] = []

    @routes.post("/v1/scores")
    @routes.arguments(ScoreIn)
    @routes.response(201, ScoreOut, headers=ETAG)
    def keep(body: dict[str, Any]) -> Any:
        """Keep a score."""
        kept.append(Score(len(kept) + 1, **body))
        return kept[-1], 201, etag_of(kept[-1].version)

    @routes.get("/v1/scores")
    @routes.arguments(PageIn, location="query")
    @routes.response(200, ScoresOut, headers=NEXT_PAGE)
    def scores(query: dict[str, Any]) -> tuple[Page, dict[str, str]]:
        """List the scores, the oldest first."""
        after = place_of(query.get("cursor"), int)
        rows = [score for score in kept if after is None or score.id > after.id][: query["limit"] + 1]
        found = page(rows, limit=query["limit"], place=lambda score: Place(score.id, score.id))
        return found, found.headers

    @routes.post("/v1/scores/<int:score_id>/raise")
    @routes.response(200, ScoreOut, headers=ETAG)
    @routes.names_version
    def raise_score(score_id: int) -> Any:
        """Raise a score by one point."""
        score = kept[score_id - 1]
        require_version(score.version)
        score.nrs, score.version = score.nrs + 1, score.version + 1
        return score, 200, etag_of(score.version)

    @routes.get("/v1/mistake")
    @routes.response(200)
    def mistake() -> dict[str, float]:
        """Answer what is no number."""
        return {"mean": float("nan")}

    api.register_blueprint(routes)
    add_docs(app, api)
    return app


def test_a_score_is_kept_and_answered_with_its_version(app):
    response = app.test_client().post("/v1/scores", json={"nrs": 7.0})
    assert (response.status_code, response.get_json()) == (201, {"nrs": 7, "version": 1})
    assert response.headers["ETag"] == '"1"'


def test_a_list_is_followed_by_its_links_to_the_end(app):
    client = app.test_client()
    for nrs in range(5):
        client.post("/v1/scores", json={"nrs": nrs})
    url, seen = "/v1/scores?limit=2", []
    while url:
        response = client.get(url)
        seen.append([item["nrs"] for item in response.get_json()["items"]])
        url = response.headers.get("Link", "").partition("<")[2].partition(">")[0]
    assert seen == [[0, 1], [2, 3], [4]]
    assert response.get_json()["next_cursor"] is None


def test_a_second_change_to_the_version_already_changed_is_refused(app):
    client = app.test_client()
    client.post("/v1/scores", json={"nrs": 3})
    first = client.post("/v1/scores/1/raise", headers={"If-Match": '"1"'})
    assert (first.get_json()["nrs"], first.headers["ETag"]) == (4, '"2"')
    second = client.post("/v1/scores/1/raise", headers={"If-Match": '"1"'})
    assert (second.status_code, second.get_json(force=True)["code"]) == (412, "changed_meanwhile")
    third = client.post("/v1/scores/1/raise")
    assert (third.status_code, third.get_json(force=True)["code"]) == (428, "precondition_required")
    assert client.get("/v1/scores").get_json()["items"] == [{"nrs": 4, "version": 2}]


def test_an_answer_that_is_no_json_is_never_sent(app):
    assert app.test_client().get("/v1/mistake").status_code == 500


def document(app: Flask) -> dict[str, Any]:
    return described(app, app.extensions["diary.api"])


def test_the_description_is_openapi_3_1_with_every_schema_explained(app):
    found = document(app)
    assert found["openapi"] == "3.1.0"
    schemas = found["components"]["schemas"]
    assert schemas["ScoreIn"] == {
        "type": "object",
        "description": "A score to keep.",
        "properties": {
            "nrs": {"type": "integer", "minimum": 0, "maximum": 10, "description": "Pain, NRS points."}
        },
        "required": ["nrs"],
        "additionalProperties": False,
    }
    assert all(schema["description"] for schema in schemas.values())


def test_errors_are_documented_with_the_media_type_that_is_sent(app):
    responses = document(app)["components"]["responses"]
    assert responses
    for response in responses.values():
        assert response["content"].keys() == {"application/problem+json"}
    assert "application/json" in document(app)["paths"]["/v1/scores"]["post"]["responses"]["201"]["content"]


def test_a_route_that_names_its_version_says_so(app):
    operation = document(app)["paths"]["/v1/scores/{score_id}/raise"]["post"]
    (header,) = operation["parameters"]
    assert (header["name"], header["in"], header["required"]) == ("If-Match", "header", True)
    assert {"412", "428"} <= operation["responses"].keys()


def test_who_may_use_a_route_is_read_from_the_table_of_rights(app, monkeypatch):
    monkeypatch.setitem(rights.RIGHTS, "POST scores.keep", frozenset({rights.PATIENT, rights.INTEGRATION}))
    monkeypatch.setitem(rights.RIGHTS, "GET scores.scores", rights.STAFF)
    monkeypatch.setitem(rights.RIGHTS, "GET scores.mistake", frozenset({rights.ANYONE}))
    paths = document(app)["paths"]
    assert paths["/v1/scores"]["post"]["security"] == [{"device": []}, {"integration": []}]
    assert paths["/v1/scores"]["get"]["security"] == [{"staff": []}]
    assert paths["/v1/mistake"]["get"]["security"] == [{}]
