"""Runs nights: finds what is due, claims it in the ledger, finishes it with counts that add up."""

import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain, groupby

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from diary.domain.days import due_nights, night_due
from diary.domain.relapse.assess import assess
from diary.domain.relapse.version import DETECTOR_VERSION
from diary.services.alerts import return_unattended, wake_due
from diary.services.night_judging import Detector, judge_shard
from diary.services.night_shard import NightFrame, read_shard
from diary.services.night_work import LEASE, Clock, Fenced, Spread, Task, hold, work_all
from diary.services.night_writing import Counts, count
from diary.services.patients import follow_after_pauses
from diary.storage.nights import claim_night, next_nights, night_run, release_night
from diary.storage.protocols import foresight_at, protocol_at, zones_by_clinic
from diary.storage.shards import stretches
from diary.storage.unit import SYSTEM, Scope, unit

log = logging.getLogger(__name__)

SHARD_COURSES = 2_000
# Older than this when it starts, a night is marked late: it was made up after an outage.
LATE_AFTER = timedelta(hours=2)
# Each of them may hold a connection.
CLINICS_AT_ONCE_MAX = 8


@dataclass(frozen=True, slots=True)
class Due:
    """A night whose instant has come and that no run has finished."""

    clinic_id: int
    night: date
    cutoff_at: datetime


def nights_due(engine: Engine, *, now: datetime) -> list[Due]:
    """Every due night of every clinic, oldest first within each clinic."""
    with unit(engine, SYSTEM, write=False) as session:
        upcoming = next_nights(session)
        zones = zones_by_clinic(session)
    return [
        Due(next_night.clinic_id, night, night_due(night, zones[next_night.clinic_id]))
        for next_night in upcoming
        for night in due_nights(next_night.night, now, zones[next_night.clinic_id])
    ]


def run_due(
    engine: Engine,
    *,
    now: datetime,
    wall: Clock,
    owner: str,
    spread: Spread | None = None,
) -> list[tuple[Due, Counts]]:
    """Run everything that is due, each clinic's nights in order, and say what each came to.

    A clinic's night that fails holds back only that clinic. Of small clinics a spread runs several at once.
    """
    clinics_at_once = min(CLINICS_AT_ONCE_MAX, spread.lanes if spread else 1)
    by_clinic = [list(nights) for _, nights in groupby(nights_due(engine, now=now), _clinic_of)]

    def run_clinic(nights: Sequence[Due]) -> list[tuple[Due, Counts]]:
        return list(_run_in_order(engine, nights, now=now, wall=wall, owner=owner, spread=spread))

    if clinics_at_once == 1:
        return list(chain.from_iterable(map(run_clinic, by_clinic)))
    with ThreadPoolExecutor(clinics_at_once) as threads:
        return list(chain.from_iterable(threads.map(run_clinic, by_clinic)))


def run_night(
    engine: Engine,
    due: Due,
    *,
    now: datetime,
    wall: Clock,
    owner: str,
    detector: Detector = assess,
    shard_courses: int = SHARD_COURSES,
    spread: Spread | None = None,
    progress: Callable[[Counts], object] | None = None,
) -> Counts | None:
    """One clinic's night, judged as of its cut-off; None when somebody else holds it or took it over.

    A night that ends on the way leaves whole shards behind; run again, it finds them done and goes on.

    Args:
        now: the time that counts for the diary.
        wall: the real clock, asked before each write; what it raises ends the night there.
        spread: where the shards are worked on; here, when None.
        progress: is told what each shard came to, as it is done.
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
        frame = _open(session, due, term, now=now, wall=wall)
        shards = stretches(session, most=shard_courses)
    try:
        tasks = [Task(frame, term, stretch) for stretch in shards]
        counts = Counts()
        for done in work_all(engine, tasks, wall=wall, detector=detector, spread=spread):
            counts += done
            if progress is not None:
                progress(done)
        with unit(engine, scope, write=True) as session:
            hold(session, due.night, term, wall)
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


def followed(engine: Engine, clinic_id: int) -> int:
    """How many courses a night of this clinic looks at."""
    with unit(engine, Scope(clinic_id, "system"), write=False) as session:
        return sum(stretch.courses for stretch in stretches(session, most=SHARD_COURSES))


def _clinic_of(due: Due) -> int:
    return due.clinic_id


def _run_in_order(
    engine: Engine, nights: Sequence[Due], *, now: datetime, wall: Clock, owner: str, spread: Spread | None
) -> Iterator[tuple[Due, Counts]]:
    """One clinic's nights, up to the first that fails or that somebody else holds."""
    for due in nights:
        try:
            counts = run_night(engine, due, now=now, wall=wall, owner=owner, spread=spread)
        except Exception:
            log.exception("night failed", extra={"clinic_id": due.clinic_id, "night": due.night.isoformat()})
            return
        if counts is None:
            return
        yield due, counts


def _open(session: Session, due: Due, term: int, *, now: datetime, wall: Clock) -> NightFrame:
    run_id = hold(session, due.night, term, wall)
    frame = _frame(session, due, run_id=run_id, now=now)
    morning = due.night + timedelta(days=1)
    follow_after_pauses(session, day=morning, now=now)
    wake_due(session, day=morning, late=frame.late, now=now)
    unattended_since = due.cutoff_at - timedelta(hours=frame.protocol.unattended_hours)
    return_unattended(session, before=unattended_since, late=frame.late, now=now)
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
        foresight=foresight_at(session, due.cutoff_at),
        now=now,
        late=now - due.cutoff_at > LATE_AFTER,
    )


def _finish(session: Session, frame: NightFrame, counts: Counts, *, wall: Clock) -> None:
    """Write down what was counted, and by which protocol and detector it was judged."""
    run = night_run(session, frame.night)
    assert run is not None
    assert counts.add_up, "something became of every course that was read"
    run.protocol_version_id, run.detector_version = frame.protocol_id, DETECTOR_VERSION
    run.prior_version = frame.foresight.prior_version
    run.courses_seen, run.courses_judged = counts.seen, counts.judged
    run.courses_silent, run.courses_failed = counts.silent, counts.failed
    run.state = "partial" if counts.failed else "done"
    run.finished_at = wall()
