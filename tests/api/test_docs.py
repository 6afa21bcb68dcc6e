"""The documentation works in a browser, offline, under a policy that lets nothing from elsewhere in."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from werkzeug.serving import make_server

from diary.api.docs import CODES, DOCS
from diary.api.reference_pages import as_html
from tests.web.tiny_app import tiny_app

if TYPE_CHECKING:
    from playwright.sync_api import Browser

STATIC = Path(__file__).parents[2] / "diary/api/static"


@pytest.fixture
def address() -> Iterator[str]:
    server = make_server("127.0.0.1", 0, tiny_app(), threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()


def test_the_page_shows_the_api_without_an_error_or_a_word_to_anybody_else(chromium: "Browser", address):
    context = chromium.new_context()
    page = context.new_page()
    complaints, requests = [], []
    page.on(
        "console", lambda line: complaints.append(line.text) if line.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(f"{address}/docs")
    page.get_by_role("heading", name="Pain diary for ketamine infusions").wait_for()
    page.locator("#operations-tiny-post_v1_answers").get_by_role("button").first.click()
    page.get_by_text("Default error response").wait_for()
    context.close()
    assert complaints == []
    assert f"{address}/openapi.json" in requests
    assert [url for url in requests if not url.startswith((f"{address}/", "data:"))] == []


def test_the_files_of_others_are_those_that_were_looked_at():
    vendor = json.loads((STATIC / "vendor.json").read_text("utf-8"))
    listed = {one["file"]: one["sha256"] for one in vendor["files"]}
    assert listed == {name: hashlib.sha256((STATIC / name).read_bytes()).hexdigest() for name in listed}
    ours = {"vendor.json", "docs.js", "reference.css"}
    assert {path.name for path in STATIC.iterdir()} == ours | listed.keys()
    assert vendor["licence"] == "Apache-2.0"
    assert "swagger-ui.LICENSE.txt" in listed


def test_the_description_is_sent_once_and_then_only_looked_after():
    client = tiny_app().test_client()
    first = client.get("/openapi.json")
    assert first.get_json()["openapi"] == "3.1.0"
    again = client.get("/openapi.json", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_every_route_of_the_documentation_stands_in_the_table_of_rights():
    routes = {rule.endpoint for rule in tiny_app().url_map.iter_rules() if rule.endpoint.startswith("docs.")}
    assert {f"GET {endpoint}" for endpoint in routes} == DOCS.keys()


@pytest.mark.parametrize("code", CODES)
def test_the_page_of_every_problem_is_served(code):
    response = tiny_app().test_client().get(f"/problems/{code}")
    assert response.status_code == 200
    assert f"<code>{code}</code>" in response.text
    assert "## " not in response.text


def test_all_problems_are_listed_and_an_unknown_one_is_not_found():
    client = tiny_app().test_client()
    assert all(f'/problems/{code}"' in client.get("/problems/").text for code in CODES)
    for unknown in ("nonsense", "..%2F..%2FREADME", "%00"):
        assert client.get(f"/problems/{unknown}").status_code == 404


def test_a_reference_page_is_shown_as_written_and_escaped():
    text = (
        "# A & B\n\nOne `<b>` and [two](/problems/not_found).\n\n- first\n- second\n\n"
        '```json\n{"a": "<"}\n```\n'
    )
    assert as_html(text) == (
        "<h1>A &amp; B</h1>\n"
        '<p>One <code>&lt;b&gt;</code> and <a href="/problems/not_found">two</a>.</p>\n'
        "<ul><li>first</li><li>second</li></ul>\n"
        "<pre><code>{&quot;a&quot;: &quot;&lt;&quot;}</code></pre>"
    )
