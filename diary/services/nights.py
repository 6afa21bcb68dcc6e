"""Runs nights: finds what is due, claims it in the ledger, finishes it with counts that add up."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from diary.domain.days import due_nights, night_due
from diary.domain.relapse.assess import assess
from diary.services.alerts import return_unattended, wake_due
from diary.services.night_judging import DETECTOR_VERSION, Detector, judge_shard
from diary.services.night_shard import NightFrame, read_shard
from diary.services.night_writing import Counts, count, write_shard
from diary.services.patients import follow_after_pauses
from diary.storage.nights import claim_night, hold_term, next_nights, night_run, release_night
from diary.storage.protocols import protocol_at, zones_of
from diary.storage.shards import stretches
from diary.storage.unit import SYSTEM, Scope, unit

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
SHARD_COURSES = 2_000
# Older than this when it starts, a night is marked late: it was made up after an outage.
LATE_AFTER = timedelta(hours=2)

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Due:
    """A night whose instant has come and that no run has finished."""

    clinic_id: int
    night: date
    cutoff_at: datetime


class Fenced(Exception):
    """Somebody else took this night over; nothing more of ours is written."""


def nights_due(engine: Engine, *, now: datetime) -> list[Due]:
    """Every due night of every clinic, oldest first within each clinic."""
    with unit(engine, SYSTEM, write=False) as session:
        upcoming = next_nights(session)
        zones = {next_night.clinic_id: zones_of(session, next_night.clinic_id) for next_night in upcoming}
    return [
        Due(next_night.clinic_id, night, night_due(night, zones[next_night.clinic_id]))
        for next_night in upcoming
        for night in due_nights(next_night.night, now, zones[next_night.clinic_id])
    ]


def run_due(engine: Engine, *, now: datetime, wall: Clock, owner: str) -> list[tuple[Due, Counts]]:
    """Run everything that is due, in order; a clinic's night that fails holds back only that clinic."""
    finished: list[tuple[Due, Counts]] = []
    stuck: set[int] = set()
    for due in nights_due(engine, now=now):
        if due.clinic_id in stuck:
            continue
        try:
            counts = run_night(engine, due, now=now, wall=wall, owner=owner)
        except Exception:
            log.exception("night failed", extra={"clinic_id": due.clinic_id, "night": due.night.isoformat()})
            counts = None
        if counts is None:
            stuck.add(due.clinic_id)
        else:
            finished.append((due, counts))
    return finished


def run_night(
    engine: Engine,
    due: Due,
    *,
    now: datetime,
    wall: Clock,
    owner: str,
    detector: Detector = assess,
    shard_courses: int = SHARD_COURSES,
) -> Counts | None:
    """One clinic's night, judged as of its cut-off; None when somebody else holds it or took it over.

    A night that ends on the way leaves whole shards behind; run again, it finds them done and goes on.

    Args:
        now: the time that counts for the diary.
        wall: the real clock, asked before each write; what it raises ends the night there.
    """
    scope = Scope(due.clinic_id, "system")
    with unit(engine, scope, write=True) as session:
        term = claim_night(
            session,
            night=due.night,
            cutoff_at=due.cutoff_at,
            owner=owner,
            wall_now=wall(),
            lease_until_at=wall() + LEASE,
            late=now - due.cutoff_at > LATE_AFTER,
        )
    if term is None:
        return None
    try:
        with unit(engine, scope, write=True) as session:
            frame = _open(session, due, term, now=now, wall=wall)
            shards = stretches(session, most=shard_courses)
        counts = Counts()
        for stretch in shards:
            with unit(engine, scope, write=False) as session:
                shard = read_shard(session, frame, stretch)
            findings = judge_shard(shard, frame, detector=detector)
            with unit(engine, scope, write=True) as session:
                _hold(session, due, term, wall)
                counts += write_shard(session, frame, shard, findings)
        with unit(engine, scope, write=True) as session:
            _hold(session, due, term, wall)
            _finish(session, frame, counts, wall=wall)
    except Fenced:
        log.warning("night taken over", extra={"clinic_id": due.clinic_id, "night": due.night.isoformat()})
        return None
    except BaseException:
        # Ended or failed on the way: whoever comes next need not wait until the lease runs out.
        with unit(engine, scope, write=True) as session:
            release_night(session, night=due.night, term=term)
        raise
    return counts


def preview_night(engine: Engine, due: Due, *, now: datetime) -> Counts:
    """What a night would find, without a claim and without writing anything."""
    scope = Scope(due.clinic_id, "system")
    with unit(engine, scope, write=False) as session:
        frame = _frame(session, due, run_id=0, now=now)
        shards = stretches(session, most=SHARD_COURSES)
    counts = Counts()
    for stretch in shards:
        with unit(engine, scope, write=False) as session:
            shard = read_shard(session, frame, stretch)
        counts += count(shard, judge_shard(shard, frame))
    return counts


def _open(session: Session, due: Due, term: int, *, now: datetime, wall: Clock) -> NightFrame:
    run_id = _hold(session, due, term, wall)
    frame = _frame(session, due, run_id=run_id, now=now)
    morning = due.night + timedelta(days=1)
    follow_after_pauses(session, day=morning, now=now)
    wake_due(session, day=morning, now=now)
    return_unattended(
        session, before=due.cutoff_at - timedelta(hours=frame.protocol.unattended_hours), now=now
    )
    return frame


def _frame(session: Session, due: Due, *, run_id: int, now: datetime) -> NightFrame:
    protocol_id, protocol = protocol_at(session, due.cutoff_at)
    return NightFrame(
        clinic_id=due.clinic_id,
        night=due.night,
        cutoff_at=due.cutoff_at,
        run_id=run_id,
        protocol_id=protocol_id,
        protocol=protocol,
        now=now,
        late=now - due.cutoff_at > LATE_AFTER,
    )


def _hold(session: Session, due: Due, term: int, wall: Clock) -> int:
    now = wall()
    run_id = hold_term(session, night=due.night, term=term, wall_now=now, lease_until_at=now + LEASE)
    if run_id is None:
        raise Fenced
    return run_id


def _finish(session: Session, frame: NightFrame, counts: Counts, *, wall: Clock) -> None:
    """Write down what was counted, and by which protocol and detector it was judged."""
    run = night_run(session, frame.night)
    assert run is not None
    assert counts.add_up, "something became of every course that was read"
    run.protocol_version_id, run.detector_version = frame.protocol_id, DETECTOR_VERSION
    run.courses_seen, run.courses_judged = counts.seen, counts.judged
    run.courses_silent, run.courses_failed = counts.silent, counts.failed
    run.state = "partial" if counts.failed else "done"
    run.finished_at = wall()
