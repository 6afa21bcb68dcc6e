"""Bodies and query strings that are not exactly right are refused, plainly and before they cost anything."""

import contextlib
import io
import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from config.settings import BATCH_BODY_MAX_BYTES, BODY_MAX_BYTES
from diary.web.body import DEPTH_MAX, Unreadable, read_json
from tests.web.tiny_app import tiny_app


@pytest.fixture
def client() -> FlaskClient:
    return tiny_app().test_client()


def post(
    client: FlaskClient, data: Any, *, to: str = "/v1/answers", **options: Any
) -> tuple[int, dict[str, Any]]:
    response = client.post(to, data=data, **{"content_type": "application/json", **options})
    assert response.is_json
    return response.status_code, response.get_json()


def test_a_right_body_is_read(client):
    assert post(client, b'{"nrs": 7.0}') == (201, {"nrs": 7})
    assert post(client, b'{"nrs": 7}', content_type="application/json; charset=UTF-8") == (201, {"nrs": 7})


NOT_JSON = {
    "broken off": b'{"nrs": 7',
    "more after its end": b'{"nrs": 7} x',
    "two bodies": b'{"nrs": 7}{"nrs": 8}',
    "NaN": b'{"nrs": NaN}',
    "infinity": b'{"nrs": -Infinity}',
    "a comment": b'{"nrs": 7} // seven',
    "single quotes": b"{'nrs': 7}",
    "a byte order mark": b"\xef\xbb\xbf" + b'{"nrs": 7}',
    "UTF-16": '{"nrs": 7}'.encode("utf-16"),
    "bytes that are no UTF-8": b'{"note": "\xff", "nrs": 7}',
    "a raw NUL in a text": b'{"note": "a\x00b", "nrs": 7}',
    "only a string's start": b'"' * 1001,
}


@pytest.mark.parametrize("data", NOT_JSON.values(), ids=NOT_JSON)
def test_what_is_not_json_is_refused_without_repeating_it(client, data):
    status, problem = post(client, data)
    assert (status, problem["code"]) == (400, "body_not_json")


@pytest.mark.parametrize(
    "data",
    [
        b'{"nrs": 1, "nrs": 9}',
        b'{"nrs": 1, "n\\u0072s": 9}',
        b'{"nrs": 1, "place": {"room": "a", "room": "b"}}',
    ],
    ids=["plain", "the second one escaped", "in a part"],
)
def test_a_key_that_stands_twice_is_refused(client, data):
    status, problem = post(client, data)
    assert (status, problem["code"]) == (400, "body_key_repeated")


@pytest.mark.parametrize(
    "number", ["1e400", "-1e400", "9" * 16, "9" * 5000, "-" + "9" * 5000, "1" * 400 + ".5"]
)
def test_a_number_that_no_parser_holds_exactly_is_refused(client, number):
    status, problem = post(client, f'{{"nrs": {number}}}')
    assert (status, problem["code"]) == (400, "body_number_too_large")


@pytest.mark.parametrize("data", [b"null", b"[]", b'[{"nrs": 7}]', b'"text"', b"7", b"true"])
def test_a_body_is_an_object(client, data):
    status, problem = post(client, data)
    assert (status, problem["code"]) == (400, "body_not_an_object")


NESTED = {
    "lists": b"[" * 30_000 + b"]" * 30_000,
    "objects": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "left open": b"[" * 60_000,
    "after a text that holds brackets": b'["]]]]", ' + b"[" * 30_000,
    "after an escaped quotation mark": b'["\\"", ' + b"[" * 30_000,
}


@pytest.mark.parametrize("data", NESTED.values(), ids=NESTED)
def test_thousands_of_brackets_are_one_plain_refusal(client, data):
    status, problem = post(client, data)
    assert (status, problem["code"]) == (400, "body_too_deep")


def test_a_hundred_thousand_brackets_are_one_plain_refusal(client):
    status, problem = post(client, b"[" * 100_000, to="/v1/batches")
    assert (status, problem["code"]) == (400, "body_too_deep")


def test_brackets_in_a_text_are_not_counted(client):
    status, answer = post(client, json.dumps({"nrs": 7, "note": "[" * 100 + '\\"' + "{" * 100}))
    assert status == 201
    assert answer["note"].startswith("[[[")


def test_a_body_one_byte_over_the_limit_is_not_read(client):
    def body(size: int) -> bytes:
        return b'{"nrs": 7' + b" " * (size - 10) + b"}"

    assert post(client, body(BODY_MAX_BYTES))[0] == 201
    status, problem = post(client, body(BODY_MAX_BYTES + 1))
    assert (status, problem["code"]) == (413, "body_too_large")
    assert post(client, body(BATCH_BODY_MAX_BYTES), to="/v1/batches")[0] == 201
    assert post(client, body(BATCH_BODY_MAX_BYTES + 1), to="/v1/batches")[0] == 413


class Endless(io.RawIOBase):
    """A body without end, as a chunked request can send it."""

    given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.given += len(buffer)
        buffer[:] = b" " * len(buffer)
        return len(buffer)


def test_a_body_without_end_is_left_at_the_limit(client):
    body = Endless()
    response = client.post(
        "/v1/answers",
        content_type="application/json",
        headers={"Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input": body, "wsgi.input_terminated": True},
    )
    assert (response.status_code, response.get_json()["code"]) == (413, "body_too_large")
    assert body.given < 3 * BODY_MAX_BYTES


class Broken(io.RawIOBase):
    """A body whose chunks are none: the server's own parser says so, by an error of its own."""

    def readable(self) -> bool:
        return True

    def read(self, _size: int = -1) -> bytes:
        raise LookupError("invalid chunk size")


@pytest.mark.parametrize("media_type", ["application/json", "application/x-www-form-urlencoded"])
def test_a_body_that_breaks_http_is_a_bad_request_and_no_server_error(client, media_type):
    response = client.post(
        "/v1/answers",
        content_type=media_type,
        headers={"Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input": Broken(), "wsgi.input_terminated": True},
    )
    assert (response.status_code, response.get_json()["code"]) == (400, "bad_request")


@pytest.mark.parametrize(
    "media_type",
    [
        "text/plain",
        "application/fhir+json",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "",
        "application/json; charset=utf-16",
        "application/problem+json",
    ],
)
def test_another_media_type_is_refused(client, media_type):
    status, problem = post(client, b'{"nrs": 7}', content_type=media_type)
    assert (status, problem["code"]) == (415, "media_type_unsupported")


def test_a_compressed_body_is_refused_and_never_unpacked(client):
    status, problem = post(client, b"\x1f\x8b" + b"\0" * 100, headers={"Content-Encoding": "gzip"})
    assert (status, problem["code"]) == (415, "media_type_unsupported")


def test_no_body_at_all_is_an_empty_object(client):
    response = client.post("/v1/answers")
    assert response.status_code == 422
    assert response.get_json()["errors"] == [
        {"pointer": "/nrs", "code": "required", "message": "This is needed."}
    ]


@pytest.mark.parametrize(
    "query",
    ["limit=1&limit=2", "limit=07", "limit=1_0", "limit=%D9%A5", "limit=", "limit=201", "page=2", "limit=x"],
)
def test_a_query_string_that_is_not_exactly_right_is_refused(client, query):
    response = client.get(f"/v1/answers?{query}")
    assert response.status_code == 422
    (fault,) = response.get_json()["errors"]
    assert fault["parameter"] == query.partition("=")[0]


def test_a_right_query_string_is_read(client):
    assert client.get("/v1/answers?limit=200").get_json() == {"limit": 200}
    assert client.get("/v1/answers").get_json() == {"limit": 50}


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**15) + 1, 10**15 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(JSON, st.booleans())
def test_every_ordinary_json_reads_as_the_standard_library_reads_it(value, ascii_only):
    # Half a surrogate pair has no UTF-8; escaped, it is JSON, and the text fields refuse it.
    data = json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "replace")
    assert read_json(data) == json.loads(data)


@given(st.binary())
def test_any_bytes_are_read_or_refused(data):
    with contextlib.suppress(Unreadable):
        read_json(data)


def test_the_depth_allowed_is_read():
    assert read_json(b"[" * DEPTH_MAX + b"]" * DEPTH_MAX)
    with pytest.raises(Unreadable):
        read_json(b"[" * (DEPTH_MAX + 1) + b"]" * (DEPTH_MAX + 1))
