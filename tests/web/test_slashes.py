"""An address with a slash too few or too many: whoever asks is sent to a path, never to another host."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from config.settings import Settings
from diary.app import create_app
from tests.little_clinic import FIRST_DAY, at

SECRET = "Zr8kQ2vX7mN4pL9wT1yB6cJ3hF5gD0sA8eU2iO7rK6tV"
ELSEWHERE = [{"Host": "elsewhere.example"}, {"X-Forwarded-Host": "evil.example"}]


@pytest.fixture
def client(sqlite_url: str) -> FlaskClient:
    chosen = {"DIARY_DATABASE_URL": sqlite_url, "DIARY_SECRET_KEY": SECRET, "DIARY_TRUSTED_PROXIES": "1"}
    return create_app(Settings.from_env(chosen), clock=lambda: at(FIRST_DAY)).test_client()


@pytest.mark.parametrize("headers", ELSEWHERE, ids=["host", "forwarded host"])
@pytest.mark.parametrize(
    ("asked", "right"),
    [
        ("/desk", "/desk/"),
        ("/desk?tab=review&page=2", "/desk/?tab=review&page=2"),
        ("/app", "/app/"),
        ("/problems", "/problems/"),
        ("/desk//patients", "/desk/patients"),
        ("///problems///not_found", "/problems/not_found"),
    ],
)
def test_a_wrong_slash_leads_to_a_path_of_the_same_host(client, asked, right, headers):
    answer = client.get("/", headers=headers, environ_overrides=environ_of(asked))
    assert (answer.status_code, answer.headers["Location"]) == (308, right)
    assert "Content-Security-Policy" in answer.headers


@pytest.mark.parametrize("headers", ELSEWHERE, ids=["host", "forwarded host"])
def test_no_plain_page_sends_anybody_to_the_host_that_was_named(client, headers):
    app: Flask = client.application
    plain = [rule.rule for rule in app.url_map.iter_rules() if "GET" in rule.methods and not rule.arguments]
    assert len(plain) > 30
    for path in plain:
        for asked in (path, path.rstrip("/")):
            answer = client.get(asked or "/", headers=headers)
            told = [*answer.headers.getlist("Location"), *answer.headers.getlist("Link"), answer.text]
            assert not any("elsewhere" in one for one in told), asked


def environ_of(asked: str) -> dict[str, str]:
    """The address to the letter: a client would take two slashes at its front for a host."""
    path, _, query = asked.partition("?")
    return {"PATH_INFO": path, "QUERY_STRING": query, "REQUEST_URI": asked}
