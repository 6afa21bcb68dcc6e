"""A bad line between phone and service: it cuts, delays, repeats and loses, each time by the seed."""

import io
import json
import random
import select
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from threading import Lock
from typing import Any, Final

# What may become of one request: taken as it is; never arrives; arrives, and the answer is lost; refused
# before or after it was stored; arrives twice; arrives, and no answer comes until the phone gives up.
FAULTS: Final = ("none", "cut", "answer_lost", "busy", "stored_then_503", "twice", "too_late")
# A held line ends when the phone closes its end; this is for a phone that never does.
HELD_S: Final = 60
BUSY: Final = ("503 SERVICE UNAVAILABLE", [("Content-Type", "text/plain"), ("Content-Length", "0")])

_Answer = tuple[str, list[tuple[str, str]], list[bytes]]


@dataclass
class BadLine:
    """In front of the service: while it is `bad`, each request to the API meets a fault of the seed.

    A test turns the clocks of phone and service one after the other, in no time. What the phone sent before
    and arrives after would look as if its clock were a day off: such a request never arrives.
    """

    app: Callable[..., Iterable[bytes]]
    day: date
    noise: random.Random = field(default_factory=random.Random)
    bad: bool = False
    clocks: Lock = field(default_factory=Lock)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Pass a request on, or do to it what lines do."""
        if not environ["PATH_INFO"].startswith("/v1/"):
            return self.app(environ, start_response)
        fault = self.noise.choice(FAULTS) if self.bad else "none"
        sent = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        if fault == "busy":
            start_response(*BUSY)
            return [b""]
        answer = None if fault == "cut" else self._taken(environ, sent)
        if answer is None:
            return self._cut(environ, start_response)
        if fault == "twice":
            answer = self._taken(environ, sent) or answer
        if fault == "stored_then_503":
            start_response(*BUSY)
            return [b""]
        if fault == "too_late":
            select.select([environ["werkzeug.socket"]], [], [], HELD_S)
        if fault in ("too_late", "answer_lost"):
            return self._cut(environ, start_response)
        status, headers, body = answer
        start_response(status, headers)
        return body

    def _taken(self, environ: dict[str, Any], sent: bytes) -> _Answer | None:
        """The service's answer to this request; none to one that was sent before the clocks were turned."""
        told: list[Any] = []
        with self.clocks:
            sent_at = json.loads(sent).get("sent_at") if sent else None
            if sent_at is not None and sent_at[:10] != self.day.isoformat():
                return None
            again = {**environ, "wsgi.input": io.BytesIO(sent)}
            body = list(self.app(again, lambda status, headers, *_: told.extend((status, headers))))
        return told[0], told[1], body

    @staticmethod
    def _cut(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        start_response(*BUSY)  # which nobody hears
        return [b""]
