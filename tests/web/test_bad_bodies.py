"""A body that is not exactly right is refused at every route that reads one, before anything is stored."""

import gzip
import io
import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from config.settings import BATCH_BODY_MAX_BYTES, BATCH_MAX_ENTRIES, BODY_MAX_BYTES
from diary.web.body import DEPTH_MAX
from diary.web.rights import PATIENT
from tests.api.people import answer_of
from tests.web.answers import not_refused
from tests.web.described import body_keys
from tests.web.examples import BODIES
from tests.web.ground import TODAY, Ground, send
from tests.web.stored import nothing_stored

BATCH: Final = "POST entries.post_batch"
NOT_JSON, NO_OBJECT, TWICE = (400, "body_not_json"), (400, "body_not_an_object"), (400, "body_key_repeated")
DEEP, NUMBER = (400, "body_too_deep"), (400, "body_number_too_large")
LARGE, MEDIA = (413, "body_too_large"), (415, "media_type_unsupported")


@dataclass(frozen=True, slots=True)
class Body:
    """What is sent instead of a right body, and the refusal that it meets."""

    data: bytes
    refusal: tuple[int, str]
    content_type: str | None = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


def bodies(right: bytes, limit: int) -> dict[str, Body]:
    """Wrong bodies by name; `right` would be taken, and so would `limit` bytes."""
    text = right.decode()
    rest = text.removeprefix("{")
    comma = "," if rest.strip() != "}" else ""
    return {
        "null": Body(b"null", NO_OBJECT),
        "a list": Body(b"[" + right + b"]", NO_OBJECT),
        "an empty list": Body(b"[]", NO_OBJECT),
        "a text": Body(json.dumps(text).encode(), NO_OBJECT),
        "a number": Body(b"7", NO_OBJECT),
        "true": Body(b"true", NO_OBJECT),
        "broken off": Body(right[:-1], NOT_JSON),
        "only its start": Body(b"{", NOT_JSON),
        "white space": Body(b" \n\t ", NOT_JSON),
        "trailing bytes": Body(right + b"x", NOT_JSON),
        "two bodies": Body(right + right, NOT_JSON),
        "a NUL behind": Body(right + b"\0", NOT_JSON),
        "a trailing comma": Body(right[:-1] + b",}", NOT_JSON),
        "a comment": Body(right + b"// why", NOT_JSON),
        "single quotes": Body(b"{'a': 1}", NOT_JSON),
        "a form": Body(b"nrs=7&day=2026-01-05", NOT_JSON),
        "XML": Body(b'<?xml version="1.0"?><entry/>', NOT_JSON),
        "a byte order mark": Body(b"\xef\xbb\xbf" + right, NOT_JSON),
        "UTF-16": Body(text.encode("utf-16"), NOT_JSON),
        "UTF-16 without a mark": Body(text.encode("utf-16-le"), NOT_JSON),
        "UTF-32": Body(text.encode("utf-32"), NOT_JSON),
        "Latin-1": Body(b'{"x": "caf\xe9"' + f"{comma}{rest}".encode(), NOT_JSON),
        "half a surrogate pair in UTF-8": Body(b'{"x": "\xed\xa0\x80"' + f"{comma}{rest}".encode(), NOT_JSON),
        "an overlong slash": Body(b'{"x": "\xc0\xaf"' + f"{comma}{rest}".encode(), NOT_JSON),
        "a raw NUL in a text": Body(b'{"x": "a\0b"' + f"{comma}{rest}".encode(), NOT_JSON),
        "a raw line break in a text": Body(b'{"x": "a\nb"' + f"{comma}{rest}".encode(), NOT_JSON),
        "NaN": Body(f'{{"x": NaN{comma}{rest}'.encode(), NOT_JSON),
        "minus infinity": Body(f'{{"x": -Infinity{comma}{rest}'.encode(), NOT_JSON),
        "a number that no parser holds": Body(f'{{"x": 1e400{comma}{rest}'.encode(), NUMBER),
        "thousands of digits": Body(f'{{"x": {"9" * 5000}{comma}{rest}'.encode(), NUMBER),
        "a key twice": Body(f'{{"x": 1, "x": 1{comma}{rest}'.encode(), TWICE),
        "a key twice, escaped once": Body(f'{{"x": 1, "\\u0078": 1{comma}{rest}'.encode(), TWICE),
        "a key twice inside": Body(f'{{"x": {{"y": 1, "y": 2}}{comma}{rest}'.encode(), TWICE),
        "one level too deep": Body(b"[" * (DEPTH_MAX + 1) + b"]" * (DEPTH_MAX + 1), DEEP),
        "lists in lists": Body(b"[" * 30_000 + b"]" * 30_000, DEEP),
        "objects in objects": Body(b'{"a":' * 10_000 + b"1" + b"}" * 10_000, DEEP),
        "a hundred thousand brackets": Body(b"[" * 100_000, DEEP if limit > 100_000 else LARGE),
        "one byte too many": Body(right.ljust(limit + 1), LARGE),
        "a megabyte and more": Body(right.ljust(2_000_000), LARGE),
        "plain text": Body(right, MEDIA, "text/plain"),
        "a form's media type": Body(right, MEDIA, "application/x-www-form-urlencoded"),
        "a multipart form": Body(right, MEDIA, "multipart/form-data; boundary=x"),
        "FHIR": Body(right, MEDIA, "application/fhir+json"),
        "no media type": Body(right, MEDIA, None),
        "nonsense for a media type": Body(right, MEDIA, "\xff/;;="),
        "another charset": Body(right, MEDIA, "application/json; charset=utf-16"),
        "gzip": Body(gzip.compress(right), MEDIA, headers={"Content-Encoding": "gzip"}),
        "a bomb": Body(gzip.compress(b" " * 10_000_000), MEDIA, headers={"Content-Encoding": "gzip"}),
        "said to be compressed": Body(right, MEDIA, headers={"Content-Encoding": "br"}),
    }


def limit_of(route: str) -> int:
    return BATCH_BODY_MAX_BYTES if route == BATCH else BODY_MAX_BYTES


def test_every_route_that_reads_a_body_refuses_every_wrong_one(here):
    wrong, tried = [], 0
    with nothing_stored(here):
        for route in body_keys(here.app):
            right = json.dumps(BODIES.get(route, {})).encode()
            for name, body in bodies(right, limit_of(route)).items():
                answer = send(here, route, body.data, content_type=body.content_type, headers=body.headers)
                fault = not_refused(answer, *body.refusal)
                wrong += [f"{route} {name}: {fault}"] if fault else []
                tried += 1
    assert wrong == []
    assert tried > 1000


def test_a_body_of_just_the_right_size_is_read(here):
    """Otherwise the sizes above would be refused for another reason."""
    for route, status in (("POST entries.post_entry", 201), (BATCH, 200)):
        right = json.dumps(answer_of(TODAY, 4) if status == 201 else {"entries": [answer_of(TODAY, 4)]})
        answer = send(here, route, right.ljust(limit_of(route)))
        assert answer.status_code in (status, 200), answer.json


def test_no_body_at_all_is_an_empty_object_and_no_server_error(here):
    """Some routes need no key; the others name every key that is missing."""
    with nothing_stored(here):
        for route in body_keys(here.app):
            if BODIES.get(route):
                answer = send(here, route, b"", content_type=None)
                assert (answer.status_code, answer.json["code"]) == (422, "validation_failed"), route
                assert {fault["code"] for fault in answer.json["errors"]} <= {"required", "invalid"}, route


class Dripping(io.RawIOBase):
    """A body in chunks of unknown length, of which so many bytes come."""

    def __init__(self, start: bytes, size: int) -> None:
        self.left, self.start, self.given = size, start, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = min(len(buffer), self.left)
        chunk = self.start[self.given : self.given + count].ljust(count)
        buffer[:count] = chunk
        self.left -= count
        self.given += count
        return count


def dripped(here: Ground, body: Dripping, route: str) -> Any:
    token = here.caller(route).token
    return here.app.test_client().open(
        here.address(route),
        method="POST",
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}", "Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input": body, "wsgi.input_terminated": True},
    )


def test_a_body_in_chunks_is_read_to_the_limit_and_no_further(here):
    right = json.dumps(answer_of(TODAY, 4)).encode()
    for route, body in (("POST entries.post_entry", right), (BATCH, b'{"entries": [' + right + b"]}")):
        limit = limit_of(route)
        with nothing_stored(here):
            endless = Dripping(body, 10**12)
            assert not_refused(dripped(here, endless, route), *LARGE) is None
            assert endless.given < 3 * limit
            assert not_refused(dripped(here, Dripping(body, limit + 1), route), *LARGE) is None
            assert not_refused(dripped(here, Dripping(body, 50), route), *NOT_JSON) is None
        assert dripped(here, Dripping(body, limit), route).status_code in (200, 201)


def test_a_batch_that_is_no_list_of_1_to_500_rows_is_refused_whole(here):
    row = answer_of(TODAY, 4)
    for rows in ([], [row] * (BATCH_MAX_ENTRIES + 1), {"0": row}, row, "rows", None):
        with nothing_stored(here):
            answer = here.callers[PATIENT].post("/v1/entries/batch", {"entries": rows})
        assert not_refused(answer, 422, "validation_failed", at="/entries") is None


def test_an_answer_that_is_refused_half_way_leaves_nothing_behind(here):
    """Its score was written when its other answers met an id already used; alone or in a batch, both go."""
    device, day = here.callers[PATIENT], TODAY - timedelta(days=100)
    clash = answer_of(day, 9, items={"flare": 1})
    told = {name: clash[name] for name in ("id", "day", "answered_at", "sent_at", "zone")}
    assert device.post("/v1/items", told | {"items": {"flare": 0}}).status_code == 201
    with nothing_stored(here):
        assert not_refused(device.post("/v1/entries", clash), 409, "entry_id_reused") is None
    good = [answer_of(day + timedelta(days=days), 4) for days in (1, 2)]
    twice = good[0] | {"nrs": 7}
    rows = [good[0], clash, twice, good[1], good[1], "no row", clash]
    results = device.post("/v1/entries/batch", {"entries": rows}).json["results"]
    assert [(result["status"], result.get("code")) for result in results] == [
        ("stored", None),
        ("refused", "entry_id_reused"),
        ("refused", "entry_id_reused"),
        ("stored", None),
        ("same", None),
        ("refused", "validation_failed"),
        ("refused", "entry_id_reused"),
    ]
    window = {"from": day.isoformat(), "to": (day + timedelta(days=2)).isoformat()}
    stored = device.get("/v1/entries", **window).json["items"]
    assert [(entry["day"], entry["nrs"]) for entry in stored] == [(row["day"], 4) for row in reversed(good)]
