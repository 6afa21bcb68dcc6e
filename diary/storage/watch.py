"""Queries of the watchdog, which looks over all clinics: nights that wait, jobs that beat, incidents told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, delete, func, select
from sqlalchemy.orm import Session

from config.words import DECIDES_MODE
from diary.storage.base import INSERT, table_of
from diary.storage.nights import newest_night
from diary.storage.tables.clinic import Clinic, ForecastVersion
from diary.storage.tables.night import NightRun
from diary.storage.tables.outbox import Message
from diary.storage.tables.watch import Incident, JobBeat


@dataclass(frozen=True, slots=True)
class LastNight:
    """The newest finished night of a clinic; None where there is none yet."""

    clinic_uid: str
    night: date | None
    cutoff_at: datetime | None
    failed: int


def last_nights(session: Session) -> dict[int, LastNight]:
    """By clinic."""
    statement = select(
        Clinic.id, Clinic.uid, NightRun.night, NightRun.cutoff_at, NightRun.courses_failed
    ).outerjoin(NightRun, and_(NightRun.clinic_id == Clinic.id, NightRun.night == newest_night()))
    return {
        row.id: LastNight(row.uid, row.night, row.cutoff_at, row.courses_failed or 0)
        for row in session.execute(statement)
    }


def mode_versions(session: Session) -> dict[int, ForecastVersion]:
    """By clinic the newest forecast version that decided whether staff see it."""
    statement = select(ForecastVersion).where(ForecastVersion.cause.in_(DECIDES_MODE))
    ordered = session.scalars(statement.order_by(ForecastVersion.clinic_id, ForecastVersion.n))
    return {version.clinic_id: version for version in ordered}


def beats(session: Session) -> dict[str, JobBeat]:
    """By the name of the job."""
    return {beat.job: beat for beat in session.scalars(select(JobBeat))}


def put_beat(session: Session, job: str, *, at: datetime, failure: str | None) -> None:
    """Write down that a job succeeded, or failed in this way."""
    values = {"ok_at": at} if failure is None else {"failed_at": at, "failure": failure}
    insert = INSERT[session.get_bind().dialect.name](table_of(JobBeat)).values(job=job, **values)
    session.execute(insert.on_conflict_do_update(index_elements=["job"], set_=values))


def put_incident(session: Session, key: str, *, text: str, now: datetime) -> None:
    """Something is wrong, in these words, since now or since it was first seen: by whichever watchdog."""
    insert = INSERT[session.get_bind().dialect.name](table_of(Incident))
    begun = insert.values(key=key, text=text, began_at=now)
    session.execute(begun.on_conflict_do_update(index_elements=["key"], set_={"text": text}))


def incidents(session: Session) -> dict[str, Incident]:
    """What was wrong when the watchdog last wrote it down, by key."""
    return {incident.key: incident for incident in session.scalars(select(Incident))}


def forget_incidents(session: Session, keys: Sequence[str]) -> None:
    """They are over."""
    session.execute(delete(Incident).where(Incident.key.in_(keys)))


def messages_waiting(session: Session) -> int:
    """Messages of all clinics that are not delivered and not given up."""
    waiting = select(func.count()).select_from(Message).where(Message.state.in_(("new", "taken")))
    return session.scalar(waiting) or 0
