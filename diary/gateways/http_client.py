"""Sends JSON to one web server over a connection that is kept open."""

import json
import time
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, Final
from urllib.parse import urlsplit

# Servers close connections that nothing is sent on, ours after 5 s: one that rested this long is made anew.
REST_MAX_S: Final = 3.0
ANSWER_MAX_BYTES: Final = 8 * 1024 * 1024


class NoAnswer(Exception):
    """The server cannot be reached, or gave no answer that could be read. Its text names no address."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said; `body` is None where it was no JSON."""

    status: int
    body: Any


class HttpClient:
    """One connection to one server; for one thread. Redirects are answers like others, and not followed."""

    def __init__(self, base_url: str, *, timeout_s: float = 10.0) -> None:
        parts = urlsplit(base_url)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._connection = kind(parts.hostname or "", parts.port, timeout=timeout_s)
        self._last_used_s = 0.0

    def send(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        body: Any = None,
        if_match: str | None = None,
    ) -> Answer:
        """Send one request and read its answer.

        Args:
            method: GET, POST ...
            path: with its query, from the root.
            token: sent as a bearer token.
            body: anything that JSON can say; None sends no body.
            if_match: the version that was seen; "*" is any.

        Raises:
            NoAnswer: the server cannot be reached, hung up, or answered more than 8 MiB.
        """
        headers = {"Accept": "application/json"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        if if_match is not None:
            headers["If-Match"] = if_match
        content = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            content = json.dumps(body).encode()
        if time.monotonic() - self._last_used_s > REST_MAX_S:
            self._connection.close()
        try:
            self._connection.request(method, path, body=content, headers=headers)
            response = self._connection.getresponse()
            read = response.read(ANSWER_MAX_BYTES + 1)
        except (OSError, HTTPException) as error:
            self._connection.close()
            raise NoAnswer(type(error).__name__) from None
        if len(read) > ANSWER_MAX_BYTES:
            self._connection.close()
            raise NoAnswer("the answer is too long")
        self._last_used_s = time.monotonic()
        return Answer(response.status, _json(read))

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None
