"""Performs the play of a sandbox: its simulated people send their requests over HTTP, several at a time."""

import logging
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from datetime import datetime
from itertools import groupby
from pathlib import Path
from threading import Event, Lock, local
from typing import Any, Final

from diary.gateways.http_client import Answer, HttpClient, NoAnswer
from diary.services.play import Cue, Request, filled, read_state, state_path, write_state

log = logging.getLogger(__name__)

# More than this many at a time only wait for each other: SQLite has one writer.
LANES: Final = 4
BUSY: Final = (429, 503)
TRIES: Final = 8
TRY_AGAIN_S: Final = 0.25
UP_WITHIN_S: Final = 60.0


class BrokenOff(Exception):
    """The process shall end before a request was answered: it counts as not sent yet."""


class Player:
    """Performs the requests of a play as the clock reaches them, and counts what went wrong.

    Requests of one person are sent one after the other, those of different people side by side. What was
    sent is kept beside the play: a process that starts again goes on where the last one ended; after a kill,
    at the beginning of its moment.
    """

    def __init__(self, play: Path, cues: Sequence[Cue], tokens: Mapping[str, str], *, url: str) -> None:
        by_moment = groupby(cues, key=lambda cue: cue.at)
        self._requests = {at: [cue.request for cue in group] for at, group in by_moment}
        self._moments = list(self._requests)
        self._tokens = tokens
        self._url = url
        self._state_path = state_path(play)
        self._state = read_state(self._state_path)
        self._lock = Lock()
        self._of_thread = local()
        self._lanes = ThreadPoolExecutor(LANES)
        self._is_up = False

    @property
    def next_cue_at(self) -> datetime | None:
        """The first moment that was not performed yet; None when the play is over."""
        return self._moments[self._state.moments] if self._state.moments < len(self._moments) else None

    def perform(self, until: datetime, *, stopping: Event) -> None:
        """Send everything that is sent up to this moment, and wait for all answers.

        Asked to end meanwhile, it breaks off where it is; what is left is sent at the next start.
        """
        while self.next_cue_at is not None and self.next_cue_at <= until and not stopping.is_set():
            self._wait_for_server(stopping)
            people: dict[str, list[Request]] = {}
            for request in self._requests[self.next_cue_at]:
                people.setdefault(request.who, []).append(request)
            lanes = [
                self._lanes.submit(self._send_all, who, requests, stopping)
                for who, requests in people.items()
            ]
            wait(lanes)
            if all(lane.result() for lane in lanes):
                self._state.moments += 1
                self._state.ahead = {}
            write_state(self._state_path, self._state)

    def _send_all(self, who: str, requests: Sequence[Request], stopping: Event) -> bool:
        """Whether all were sent, those of an earlier start included."""
        for request in requests[self._state.ahead.get(who, 0) :]:
            if stopping.is_set():
                return False
            try:
                self._send(request, {}, stopping)
            except BrokenOff:
                return False
            with self._lock:
                self._state.ahead[who] = self._state.ahead.get(who, 0) + 1
        return True

    def _send(self, request: Request, item: Mapping[str, Any], stopping: Event) -> None:
        try:
            names = {**self._state.kept, **item}
            path, body = filled(request.path, names), filled(request.body, names)
            token = self._tokens[request.who]
            answer = self._answer(request.method, path, body=body, token=token, stopping=stopping)
            failure = _failure(answer)
            kept = {name: str(answer.body[key]) for name, key in request.keep.items()} if not failure else {}
        except (NoAnswer, KeyError, TypeError) as error:
            failure, kept, answer = type(error).__name__, {}, None
        with self._lock:
            self._state.sent += 1
            self._state.kept |= kept
            if failure:
                what = f"{request.method} {request.path}: {failure}"
                self._state.failed[what] = self._state.failed.get(what, 0) + 1
                log.warning("a request of the play failed", extra={"method": request.method, "code": failure})
        if answer is not None and not failure and request.each:
            for found in answer.body["items"]:
                for one in request.each:
                    self._send(one, found, stopping)

    def _answer(self, method: str, path: str, *, body: Any, token: str, stopping: Event) -> Answer:
        """Send until the service is neither away nor busy: a play's requests bear being sent twice."""
        client: HttpClient | None = getattr(self._of_thread, "client", None)
        if client is None:
            client = self._of_thread.client = HttpClient(self._url)
        if_match = "*" if method in ("POST", "PATCH") else None
        for tries_left in reversed(range(TRIES)):
            try:
                answer = client.send(method, path, token=token, body=body, if_match=if_match)
            except NoAnswer:
                if not tries_left:
                    raise
            else:
                if answer.status not in BUSY or not tries_left:
                    return answer
            if stopping.wait(TRY_AGAIN_S):
                raise BrokenOff
        raise NoAnswer

    def _wait_for_server(self, stopping: Event) -> None:
        """The web process may still be starting. Without it nothing is sent: the next tick tries again."""
        until_s = time.monotonic() + UP_WITHIN_S
        while not self._is_up:
            with closing(HttpClient(self._url, timeout_s=2)) as client:
                try:
                    self._is_up = client.send("GET", "/healthz").status == 200
                except NoAnswer:
                    if time.monotonic() > until_s or stopping.wait(0.1):
                        raise


def _failure(answer: Answer) -> str | None:
    """What went wrong, in a word or two; of a batch, the first row that was refused."""
    body = answer.body if isinstance(answer.body, dict) else {}
    if not 200 <= answer.status < 300:
        return f"{answer.status} {body.get('code', '')}".rstrip()
    refused = [row.get("code") for row in body.get("results", ()) if row.get("status") == "refused"]
    return f"refused {refused[0]}" if refused else None
