"""The server as it really runs, over raw sockets: what no test client can send is refused all the same."""

import contextlib
import json
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from config.settings import BODY_MAX_BYTES
from diary.web.rights import PATIENT
from tests.api.people import answer_of
from tests.jobs.processes import environment, running, until
from tests.web.ground import TODAY, Ground
from tests.web.stored import nothing_stored

WAIT_S: Final = 20.0
CHUNK: Final = b"1000\r\n" + b" " * 0x1000 + b"\r\n"


@dataclass(frozen=True, slots=True)
class Served:
    """A clinic behind gunicorn on a port of this machine."""

    here: Ground
    port: int
    log: Path

    def connect(self) -> socket.socket:
        """A connection of one's own."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=WAIT_S)

    def raw(self, *lines: str, body: bytes = b"") -> bytes:
        """All that comes back for these bytes, until the server closes the connection."""
        with self.connect() as wire:
            send_all(wire, "\r\n".join((*lines, "", "")).encode("latin-1") + body)
            return everything_from(wire)

    def post(self, *headers: str, body: bytes) -> tuple[int, dict[str, object]]:
        """An answer that a phone posts, and what it is told."""
        token = self.here.callers[PATIENT].token
        lines = ("POST /v1/entries HTTP/1.1", "Host: localhost", f"Authorization: Bearer {token}", *headers)
        return told(self.raw(*lines, "Content-Type: application/json", body=body))

    def still_serves(self) -> bool:
        """Whether somebody else is answered, and no worker had to be replaced."""
        status, _ = told(self.raw("GET /healthz HTTP/1.1", "Host: localhost"))
        lines = [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]
        booted = [line for line in lines if "Booting worker" in line["event"]]
        return status == 200 and len(booted) == 1


def send_all(wire: socket.socket, sent: bytes) -> None:
    """All of it, and that nothing follows; the server may have answered and hung up on the way."""
    with contextlib.suppress(OSError):
        wire.sendall(sent)
        wire.shutdown(socket.SHUT_WR)


def everything_from(wire: socket.socket) -> bytes:
    """What the server sends until it closes; a reset ends it as well."""
    received = b""
    try:
        while part := wire.recv(65536):
            received += part
    except ConnectionResetError:
        pass
    return received


def told(answer: bytes) -> tuple[int, dict[str, object]]:
    """The status of the first answer, and its problem where it is one."""
    head, _, body = answer.partition(b"\r\n\r\n")
    status = int(head.split(b" ")[1]) if head.startswith(b"HTTP/1.1 ") else 0
    problem = json.loads(body) if b"application/problem+json" in head else {}
    return status, problem


@pytest.fixture(scope="module")
def served(shared_url: str, here: Ground, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    log = tmp_path_factory.mktemp("served") / "served.log"
    command = ("-m", "gunicorn", "--config", "python:config.gunicorn", "--bind", "127.0.0.1:0", "wsgi:app")
    env = environment(database_url=shared_url, web_workers="1")
    with running(*command, env=env, log=log) as process:
        (port,) = until(lambda: LISTENS.findall(log.read_text()), process=process, log=log)
        yield Served(here, int(port), log)


LISTENS: Final = re.compile(r"Listening at: http://127\.0\.0\.1:(\d+)")
RIGHT: Final = json.dumps(answer_of(TODAY, 9)).encode()
CHUNKED: Final = "Transfer-Encoding: chunked"


def test_bodies_that_only_a_socket_can_send_are_refused(served):
    """The app answers each itself, as a problem."""
    length = f"Content-Length: {len(RIGHT)}"
    told_apart = {}
    with nothing_stored(served.here):
        for name, status, code, headers, body in (
            ("compressed", 415, "media_type_unsupported", (length, "Content-Encoding: gzip"), RIGHT),
            ("announced as two gigabytes", 413, "body_too_large", ("Content-Length: 2000000000",), RIGHT),
            ("announced a byte over", 413, "body_too_large", (f"Content-Length: {BODY_MAX_BYTES + 1}",), b""),
            ("cut off by its length", 400, "body_not_json", ("Content-Length: 20",), RIGHT),
            ("nothing, in chunks", 422, "validation_failed", (CHUNKED,), b"0\r\n\r\n"),
            ("half of it, in chunks", 400, "body_not_json", (CHUNKED,), b'5\r\n{"id"\r\n0\r\n\r\n'),
            ("two keys, in chunks", 400, "body_key_repeated", (CHUNKED,), b'd\r\n{"a":1,"a":1}\r\n0\r\n\r\n'),
        ):
            answered, problem = served.post(*headers, body=body)
            if (answered, problem.get("code")) != (status, code):
                told_apart[name] = answered, problem.get("code")
    assert told_apart == {}
    assert served.still_serves()


def test_a_body_in_chunks_without_end_is_answered_and_cut_off(served):
    token = served.here.callers[PATIENT].token
    head = ("POST /v1/entries HTTP/1.1", "Host: localhost", f"Authorization: Bearer {token}", CHUNKED)
    with nothing_stored(served.here), served.connect() as wire:
        wire.sendall("\r\n".join((*head, "Content-Type: application/json", "", "")).encode())
        given = 0
        with contextlib.suppress(ConnectionError):
            while given < ENOUGH:
                wire.sendall(CHUNK)
                given += len(CHUNK)
        answer = everything_from(wire)
    assert told(answer)[0] in (413, 0)
    assert given < ENOUGH
    assert served.still_serves()


ENOUGH: Final = 64 * 1024 * 1024

GARBLED: Final = {
    "nothing": b"",
    "a greeting of TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 200,
    "random bytes": bytes(range(256)) * 4,
    "no version": b"GET /healthz\r\n\r\n",
    "another version": b"GET /healthz HTTP/9.9\r\nHost: x\r\n\r\n",
    "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "a method in small letters": b"get /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
    "a tunnel": b"CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n",
    "a star": b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
    "a whole address": b"GET http://evil.example/v1/patients HTTP/1.1\r\nHost: x\r\n\r\n",
    "raw bytes in the address": b"GET /v1/\xff\xfe/\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
    "a NUL in a header": b"GET /v1/patients HTTP/1.1\r\nHost: x\r\nX-A: a\x00b\r\n\r\n",
    "a header without a name": b"GET /v1/patients HTTP/1.1\r\n: x\r\n\r\n",
    "a folded header": b"GET /v1/patients HTTP/1.1\r\nHost: x\r\nX-A: a\r\n b\r\n\r\n",
    "a blank before the colon": b"GET /v1/patients HTTP/1.1\r\nHost : x\r\n\r\n",
    "a long address": b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "a thousand headers": b"GET /v1/patients HTTP/1.1\r\n" + b"X-A: b\r\n" * 1000 + b"\r\n",
    "a long header": b"GET /v1/patients HTTP/1.1\r\nX-A: " + b"b" * 100_000 + b"\r\n\r\n",
    "two authorizations": b"GET /v1/patients HTTP/1.1\r\n" + b"Authorization: Bearer a\r\n" * 2 + b"\r\n",
    "raw bytes in a cookie": b"GET /v1/patients HTTP/1.1\r\nCookie: __Host-staff=\xff\xfe\r\n\r\n",
}
# Two readings of where a body ends let a second request ride along unseen.
SMUGGLED: Final = b"0\r\n\r\nGET /v1/patients HTTP/1.1\r\nHost: x\r\n\r\n"
TWO_READINGS: Final = {
    "a length and chunks": (f"Content-Length: {len(SMUGGLED)}", CHUNKED),
    "two lengths": ("Content-Length: 4", "Content-Length: 60"),
    "two lengths in one": ("Content-Length: 4, 60",),
    "a length below nothing": ("Content-Length: -1",),
    "a length with a sign": ("Content-Length: +4",),
    "a length in words": ("Content-Length: four",),
    "chunks twice": (CHUNKED, CHUNKED),
    "chunks of another coding": ("Transfer-Encoding: gzip, chunked",),
    "chunks in other letters": ("Transfer-Encoding: xchunked",),
    "chunks behind a tab": ("Transfer-Encoding:\tchunked\x0b",),
}
BAD_CHUNKS: Final = (
    b"zz\r\n{}\r\n0\r\n\r\n",
    b"-5\r\n{}\r\n0\r\n\r\n",
    b"0x2\r\n{}\r\n0\r\n\r\n",
    b"5\r\n{}\r\n0\r\n\r\n",
    b"f" * 40 + b"\r\n{}",
    b"5\r\n{}",
    b"",
)


def test_what_is_hardly_http_ends_in_a_refusal_and_nobody_else_notices(served):
    wrong = {}
    with nothing_stored(served.here):
        for name, sent in GARBLED.items():
            with served.connect() as wire:
                send_all(wire, sent)
                status, _ = told(everything_from(wire))
            if not (status == 0 or 400 <= status < 500):
                wrong[name] = status
        for name, headers in TWO_READINGS.items():
            status, _ = served.post(*headers, body=SMUGGLED)
            if status not in (0, 400, 413, 415, 422, 501):
                wrong[name] = status
        for chunk in BAD_CHUNKS:
            status, problem = served.post(CHUNKED, body=chunk)
            if (status, problem.get("code")) != (400, "bad_request"):
                wrong[chunk] = status
    assert wrong == {}
    assert served.still_serves()


def test_the_same_server_stores_a_right_answer_however_it_is_cut(served):
    """Otherwise everything above would be refused for another reason."""
    right = json.dumps(answer_of(TODAY, 4)).encode()
    cut = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (right[:7], right[7:])) + b"0\r\n\r\n"
    assert served.post(f"Content-Length: {len(right)}", body=right)[0] == 200  # the score that stands
    later = json.dumps(answer_of(TODAY - timedelta(days=50), 4)).encode()
    assert served.post(f"Content-Length: {len(later)}", body=later)[0] == 201
    assert served.post(CHUNKED, body=cut)[0] == 200
