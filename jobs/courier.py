"""Hands parcels over, many at a time, so that one dead destination never delays the others.

A destination has few parcels under way at once, and few waiting. One where nobody answers is left alone for
a while, and what is meant for it goes back to the outbox at once.
"""

import time
from collections import Counter, deque
from collections.abc import Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final, Protocol

from diary.domain.delivery import Tried
from diary.services.dispatch import Done, Job, Try
from diary.services.letters import Parcel

# Threads only wait for other machines.
THREADS: Final = 16
UNDER_WAY_MAX: Final = 4
"""At one destination; of one that has not answered yet, half as many."""
WAITING_MAX: Final = 64
"""For one destination."""
REST_S: Final = (30.0, 60.0, 120.0, 300.0, 900.0)
ROUND_S: Final = 0.2


class Carrier(Protocol):
    """One way for one kind of parcel. The twin for tests keeps what it is handed."""

    def destination(self, parcel: Any) -> str:
        """The machine it goes to."""

    def send(self, parcel: Any) -> Tried:
        """Hand it over; never raises for what the other side does."""


@dataclass(frozen=True, slots=True)
class Way:
    """How parcels of a kind travel, by the name that the desk shows."""

    channel: str
    carrier: Carrier


@dataclass(slots=True)
class _Place:
    """A destination."""

    under_way: int = 0
    waiting: "deque[_Errand]" = field(default_factory=deque)
    answers: bool = False
    failures: int = 0
    rests_until_s: float = 0.0


@dataclass(slots=True)
class _Errand:
    """A job on its way: which of its parcels are still out."""

    job: Job
    tried: list[Try] = field(default_factory=list)
    left: int = 0
    put_off: bool = True


@dataclass(frozen=True, slots=True)
class _Trip:
    errand: _Errand
    parcel: Parcel
    way: Way
    place: str


class Courier:
    """Threads that send, and what they have in hand. Only one thread talks to it at a time: `turn`."""

    def __init__(self, ways: Mapping[type, Way], *, threads: int = THREADS) -> None:
        self.turn = Lock()
        self._ways = ways
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="courier")
        self._places: dict[str, _Place] = {}
        self._queue: dict[str, deque[_Trip]] = {}
        self._out: dict[Future[Tried], _Trip] = {}
        self._ended: list[Done] = []
        self._in_hand: Counter[str] = Counter()

    @property
    def busy(self) -> bool:
        """Whether anything is in hand."""
        return bool(self._out or self._ended or any(self._queue.values()))

    def hand(self, jobs: Iterable[Job]) -> None:
        """Take jobs; those for a place that rests, or where too many wait, come back untried."""
        for job in jobs:
            self._in_hand[job.lane] += 1
            errand = _Errand(job, left=len(job.parcels))
            for parcel in job.parcels:
                way = self._ways[type(parcel)]
                name = way.carrier.destination(parcel)
                trip = _Trip(errand, parcel, way, name)
                place = self._places.setdefault(name, _Place())
                queue = self._queue.setdefault(name, deque())
                rest_s = place.rests_until_s - time.monotonic()
                if rest_s > 0:
                    self._arrived(trip, Tried("later", "resting", wait_s=rest_s, away=True), tried=False)
                elif len(queue) >= WAITING_MAX:
                    self._arrived(trip, Tried("later", "busy", wait_s=1.0), tried=False)
                else:
                    queue.append(trip)

    def in_hand(self, lane: str) -> int:
        """How many jobs of a lane have not come back."""
        return self._in_hand[lane]

    def land(self, *, wait_s: float) -> list[Done]:
        """Start nothing more, and give back what ends within so long and what was not begun."""
        for queue in self._queue.values():
            while queue:
                self._arrived(queue.popleft(), Tried("later", "busy"), tried=False)
        wait(self._out, timeout=wait_s)
        return self._gather(0.0)

    def collect(self, *, wait_s: float = ROUND_S) -> list[Done]:
        """Send, and give back what has ended after at most so long.

        Nothing new is begun before that is written down: a kill leaves no more copies than there are threads.
        """
        self._start()
        return self._gather(wait_s)

    def close(self) -> None:
        """Let go of the threads; what they have in hand ends by itself."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _gather(self, wait_s: float) -> list[Done]:
        if self._out and not self._ended:
            finished, _ = wait(self._out, timeout=wait_s, return_when=FIRST_COMPLETED)
        else:
            finished = {future for future in self._out if future.done()}
        for future in finished:
            trip = self._out.pop(future)
            place = self._places[trip.place]
            place.under_way -= 1
            tried = _result(future)
            self._learn(trip.place, tried)
            self._arrived(trip, tried, tried=True)
        ended, self._ended = self._ended, []
        self._in_hand.subtract(done.job.lane for done in ended)
        return ended

    def _start(self) -> None:
        for name, queue in self._queue.items():
            place = self._places[name]
            most = UNDER_WAY_MAX if place.answers else max(1, UNDER_WAY_MAX // 2)
            while queue and place.under_way < most and len(self._out) < self._threads:
                trip = queue.popleft()
                place.under_way += 1
                self._out[self._pool.submit(trip.way.carrier.send, trip.parcel)] = trip

    def _learn(self, name: str, tried: Tried) -> None:
        """A place that answers is trusted with more; one that does not rests, longer each time."""
        place = self._places[name]
        place.answers = not tried.away
        if not tried.away:
            place.failures, place.rests_until_s = 0, 0.0
            return
        rest_s = REST_S[min(place.failures, len(REST_S) - 1)]
        now_s = time.monotonic()
        if now_s >= place.rests_until_s:
            place.failures += 1
            place.rests_until_s = now_s + rest_s
        queue = self._queue[name]
        while queue:
            self._arrived(queue.popleft(), Tried("later", "resting", wait_s=rest_s, away=True), tried=False)

    def _arrived(self, trip: _Trip, result: Tried, *, tried: bool) -> None:
        errand = trip.errand
        errand.tried.append(Try(trip.way.channel, trip.parcel, result))
        errand.left -= 1
        errand.put_off = errand.put_off and not tried
        if errand.left == 0:
            self._ended.append(Done(errand.job, tuple(errand.tried), put_off=errand.put_off))


def _result(future: "Future[Tried]") -> Tried:
    """A fault of ours is no reason to lose a message: it is tried again, and given up in the end."""
    error = future.exception()
    return Tried("later", type(error).__name__) if error is not None else future.result()
