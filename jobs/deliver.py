"""Delivers what waits in the outbox: claims, sends, writes down what became of it."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

from sqlalchemy import Engine

from diary.services.dispatch import Done, settle, take
from diary.services.ladder import climb
from diary.services.reminders import BATCH, remind_due
from diary.services.sandbox import now_in
from diary.storage.outbox import LANES, all_clinics, clinics_with_due
from diary.storage.reminders import clinics_to_remind
from diary.storage.unit import SYSTEM, Scope, unit
from jobs.courier import Courier
from jobs.duty import Duty

# In hand at once, of all clinics. Few enough that what waits here is soon sent, and its lease lasts.
IN_HAND_MAX: Final = {"staff": 64, "patient": 256, "program": 128}
CLAIM_MIN: Final = 8
# What is in hand lasts longer than this; looking after every few parcels cost as much as sending them.
LOOK_EVERY_S: Final = 0.1
CLIMB_EVERY: Final = timedelta(minutes=5)
LANDING_S: Final = 15.0
"""Longer than a mail server is waited for."""


class Rounds:
    """One process's work on the outbox of one database."""

    def __init__(self, engine: Engine, courier: Courier, *, url: str, owner: str) -> None:
        self.engine = engine
        self.courier = courier
        self._url = url
        self._owner = owner
        self._first = 0
        self._look_at_s = 0.0
        self._climbed_at: datetime | None = None

    def claim(self, *, now: datetime, wall_now: datetime) -> int:
        """Take what is due, of each clinic and lane its share of the room, and hand it over; how much."""
        if self.courier.busy and time.monotonic() < self._look_at_s:
            return 0
        self._look_at_s = time.monotonic() + LOOK_EVERY_S
        room = {lane: IN_HAND_MAX[lane.name] - self.courier.in_hand(lane.name) for lane in LANES}
        lanes = [lane for lane in LANES if room[lane] >= CLAIM_MIN]
        if not lanes:
            return 0
        with unit(self.engine, SYSTEM, write=False) as session:
            clinic_ids = clinics_with_due(session, now=now, wall_now=wall_now)
        taken = 0
        self._first += 1
        for position in range(len(clinic_ids)):
            clinic_id = clinic_ids[(position + self._first) % len(clinic_ids)]
            with unit(self.engine, Scope(clinic_id, "system"), write=True) as session:
                jobs = [
                    job
                    for lane in lanes
                    for job in take(
                        session,
                        lane,
                        url=self._url,
                        owner=self._owner,
                        limit=max(CLAIM_MIN, room[lane] // len(clinic_ids)),
                        now=now,
                        wall_now=wall_now,
                    )
                ]
            self.courier.hand(jobs)
            taken += len(jobs)
        return taken

    def plan(self, *, now: datetime) -> None:
        """Write the messages that nobody caused but the time: reminders, and those of alerts nobody takes."""
        with unit(self.engine, SYSTEM, write=False) as session:
            to_remind = clinics_to_remind(session, now)
            climbs = self._climbed_at is None or abs(now - self._climbed_at) >= CLIMB_EVERY
            to_climb = all_clinics(session) if climbs else []
        for clinic_id in to_remind:
            looked = BATCH
            while looked == BATCH:
                with unit(self.engine, Scope(clinic_id, "system"), write=True) as session:
                    looked = remind_due(session, now=now)
        for clinic_id in to_climb:
            with unit(self.engine, Scope(clinic_id, "system"), write=True) as session:
                climb(session, now=now)
        if climbs:
            self._climbed_at = now

    def settle(self, ended: list[Done], *, now: datetime) -> None:
        """Write down what became of them, all of a clinic in one transaction."""
        by_clinic = sorted(ended, key=lambda done: done.job.clinic_id)
        for clinic_id, group in groupby(by_clinic, key=lambda done: done.job.clinic_id):
            with unit(self.engine, Scope(clinic_id, "system"), write=True) as session:
                settle(session, list(group), owner=self._owner, now=now)


def run(duty: Duty) -> None:
    """Deliver every message that is due by now, and what falls due meanwhile."""

    def now() -> datetime:
        wall = duty.wall()
        with unit(duty.engine, SYSTEM, write=False) as session:
            return now_in(session, wall)

    deliver(_rounds(duty), now=now, wall=duty.wall)


def run_until(duty: Duty, now: datetime) -> None:
    """Deliver what is due at this moment of a sandbox."""
    deliver(_rounds(duty), now=lambda: now, wall=duty.wall)


def _rounds(duty: Duty) -> Rounds:
    return Rounds(duty.engine, duty.post.courier(), url=duty.settings.public_url, owner=duty.owner)


def deliver(rounds: Rounds, *, now: Callable[[], datetime], wall: Callable[[], datetime]) -> None:
    """Go round until nothing is due and nothing is in hand.

    Asked to end, it waits for what is out, so that what arrived is written down.
    """
    courier = rounds.courier
    with courier.turn:
        at = now()
        rounds.plan(now=at)
        try:
            while rounds.claim(now=at, wall_now=wall()) or courier.busy:
                rounds.settle(courier.collect(), now=at)
                at = now()
        finally:
            if courier.busy:
                rounds.settle(courier.land(wait_s=LANDING_S), now=at)
