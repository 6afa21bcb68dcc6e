"""Every answer carries the headers that keep health data in its page and out of caches."""

import pytest

from diary.domain.errors import Refusal
from diary.web.doors import OWN_FILES, Door, add_door
from tests.web.tiny_app import tiny_app


def thing() -> str:
    return "here"


def refused() -> None:
    raise Refusal("not_found", "Nothing.")


def cached() -> tuple[str, dict[str, str]]:
    return "file", {"Cache-Control": "public, max-age=3600"}


@pytest.fixture
def client():
    app = tiny_app(
        ("/v1/thing", thing), ("/v1/refused", refused), ("/desk/thing", thing), ("/desk/cached", cached)
    )
    add_door(app, Door(prefix="/desk", content_policy=OWN_FILES))
    return app.test_client()


@pytest.mark.parametrize("path", ["/v1/thing", "/v1/refused", "/v1/nowhere", "/desk/thing", "/desk/nowhere"])
def test_no_answer_goes_without_them_not_even_a_problem(client, path):
    headers = client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "camera=()" in headers["Permissions-Policy"]
    assert len(headers["X-Request-Id"]) >= 16


def test_json_may_load_nothing_and_a_page_only_its_own_files(client):
    assert "script-src" not in client.get("/v1/thing").headers["Content-Security-Policy"]
    policy = client.get("/desk/nowhere").headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


def test_a_file_may_say_itself_how_long_it_is_kept(client):
    assert client.get("/desk/cached").headers["Cache-Control"] == "public, max-age=3600"


def test_https_is_asked_for_only_over_https(client):
    assert "Strict-Transport-Security" not in client.get("/v1/thing").headers
    secure = client.get("/v1/thing", base_url="https://diary.example.org").headers
    assert secure["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"


def test_every_request_has_an_id_of_its_own(client):
    ids = {client.get("/v1/thing").headers["X-Request-Id"] for _ in range(3)}
    assert len(ids) == 3
