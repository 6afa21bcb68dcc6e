"""A bad line between phone and service: it cuts, delays, repeats and loses, each time by the seed."""

import io
import random
import select
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

# What may become of one request: taken as it is; never arrives; arrives, and the answer is lost; refused
# before or after it was stored; arrives twice; arrives, and no answer comes until the phone gives up.
FAULTS: Final = ("none", "cut", "answer_lost", "busy", "stored_then_503", "twice", "too_late")
# A held line ends when the phone closes its end; this is for a phone that never does.
HELD_S: Final = 60
BUSY: Final = ("503 SERVICE UNAVAILABLE", [("Content-Type", "text/plain"), ("Content-Length", "0")])


@dataclass
class BadLine:
    """In front of the service: while it is `bad`, each request to the API meets a fault of the seed."""

    app: Callable[..., Iterable[bytes]]
    noise: random.Random
    bad: bool = False
    met: dict[str, int] = field(default_factory=dict)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Pass a request on, or do to it what lines do."""
        if not self.bad or not environ["PATH_INFO"].startswith("/v1/"):
            return self.app(environ, start_response)
        fault = self.noise.choice(FAULTS)
        self.met[fault] = self.met.get(fault, 0) + 1
        if fault == "none":
            return self.app(environ, start_response)
        if fault in ("cut", "busy"):
            environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        else:
            for _ in range(2 if fault == "twice" else 1):
                body = self._stored(environ)
        if fault == "twice":
            start_response(*body[:2])
            return body[2]
        if fault in ("busy", "stored_then_503"):
            start_response(*BUSY)
            return [b""]
        if fault == "too_late":
            select.select([environ["werkzeug.socket"]], [], [], HELD_S)
        return self._cut(environ)

    def _stored(self, environ: dict[str, Any]) -> tuple[str, list[tuple[str, str]], list[bytes]]:
        """The service's answer to this request, which may be asked for twice."""
        length = int(environ.get("CONTENT_LENGTH") or 0)
        sent = environ.setdefault("tests.body", None)
        if sent is None:
            sent = environ["tests.body"] = environ["wsgi.input"].read(length)
        told: list[Any] = []
        again = {**environ, "wsgi.input": io.BytesIO(sent)}
        answer = self.app(again, lambda status, headers, *_: told.extend((status, headers)))
        return told[0], told[1], list(answer)

    @staticmethod
    def _cut(environ: dict[str, Any]) -> Iterable[bytes]:
        environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        return [b""]
