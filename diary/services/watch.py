"""Finds what is wrong: overdue nights, courses not assessed, silent jobs, a forecast that hid itself."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from config.duties import JOB_SILENT_MAX, MESSAGE_OVERDUE_AFTER, NIGHT_OVERDUE_AFTER
from diary.domain.days import night_due
from diary.services.forecast_story import off_in
from diary.services.sandbox import now_in
from diary.storage.nights import next_nights
from diary.storage.outbox import overdue_messages
from diary.storage.protocols import zones_by_clinic
from diary.storage.watch import LastNight, beats, last_nights, mode_versions

HOUR = timedelta(hours=1)
# Two machines' clocks may differ by so much.
CLOCKS_APART = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, in words that name no patient."""

    code: str
    subject: str
    """A clinic's id, or a job's name."""
    text: str

    @property
    def key(self) -> str:
        """The same thing has the same key for as long as it lasts."""
        return f"{self.code}:{self.subject}"


@dataclass(frozen=True, slots=True)
class Watched:
    """What the watchdog saw, over all clinics; hours and counts for machines, findings for people."""

    findings: tuple[Finding, ...]
    overdue_hours: float
    """Since the earliest due instant of a night not yet finished; 0 when none is due."""
    night_age_hours: float | None
    """Of the oldest of the clinics' last complete nights; None before the first."""
    not_assessed: int
    """Courses, in the clinics' last nights."""
    job_silent_s: Mapping[str, float | None]
    """Since each job last succeeded; None where it never did."""
    job_failure: Mapping[str, str]
    """The kind of failure of each job whose last run failed."""


def watch(session: Session, *, wall_now: datetime) -> Watched:
    """Look at everything that is watched, in the system's scope; a sandbox's nights by its own clock."""
    now = now_in(session, wall_now)
    last = last_nights(session)
    zones = zones_by_clinic(session)
    waits = {
        upcoming.clinic_id: now - night_due(upcoming.night, zones[upcoming.clinic_id])
        for upcoming in next_nights(session)
    }
    known = beats(session)
    silent = {
        job: _since(beat.ok_at, wall_now) if (beat := known.get(job)) else None for job in JOB_SILENT_MAX
    }
    failure = {
        job: beat.failure
        for job, beat in known.items()
        if beat.failure and beat.failed_at and (beat.ok_at is None or beat.ok_at < beat.failed_at)
    }
    ages = [now - night.cutoff_at for night in last.values() if night.cutoff_at is not None]
    return Watched(
        findings=(
            *_overdue(last, waits),
            *_not_assessed(last),
            *_silent(silent, failure),
            *_switched_off(session, last),
            *_stuck(overdue_messages(session, now - MESSAGE_OVERDUE_AFTER)),
        ),
        overdue_hours=_hours(max(waits.values(), default=timedelta(0))),
        night_age_hours=_hours(max(ages)) if ages else None,
        not_assessed=sum(night.failed for night in last.values()),
        job_silent_s=silent,
        job_failure=failure,
    )


def _overdue(last: Mapping[int, LastNight], waits: Mapping[int, timedelta]) -> Iterator[Finding]:
    for clinic_id, wait in waits.items():
        if wait > NIGHT_OVERDUE_AFTER:
            uid, night = last[clinic_id].clinic_uid, last[clinic_id].night
            since = "No night was ever complete" if night is None else f"The last complete night is {night}"
            told = f"{since}; the next one is {_hours(wait):.0f} h overdue. Alerts may be missing."
            yield Finding("night_overdue", uid, f"Clinic {uid}: {told}")


def _not_assessed(last: Mapping[int, LastNight]) -> Iterator[Finding]:
    for night in last.values():
        if night.failed:
            courses = "1 course was" if night.failed == 1 else f"{night.failed} courses were"
            told = f"{courses} not assessed on the night {night.night}. The others were."
            yield Finding("courses_not_assessed", night.clinic_uid, f"Clinic {night.clinic_uid}: {told}")


def _silent(silent: Mapping[str, float | None], failure: Mapping[str, str]) -> Iterator[Finding]:
    for job, since_s in silent.items():
        if since_s is not None and since_s <= JOB_SILENT_MAX[job].total_seconds():
            continue
        told = "has never succeeded" if since_s is None else f"has not succeeded for {since_s / 3600:.0f} h"
        ended = f"Its last run failed: {failure[job]}." if job in failure else "Is python -m jobs running?"
        yield Finding("job_silent", job, f"The job {job} {told}. {ended}")


def _stuck(count: int) -> Iterator[Finding]:
    """The sweeper of the outbox: what neither ended nor is tried in time."""
    if count:
        told = "1 message is" if count == 1 else f"{count} messages are"
        yield Finding("messages_overdue", "outbox", f"{told} not sent in time. Staff may not have been told.")


def _switched_off(session: Session, last: Mapping[int, LastNight]) -> Iterator[Finding]:
    for clinic_id, version in mode_versions(session).items():
        off = off_in([version])
        if off is not None:
            uid = last[clinic_id].clinic_uid
            told = f"Its forecast switched itself off on {off.at.date()}; the plain rule goes on."
            yield Finding("forecast_off", uid, f"Clinic {uid}: {told} {off.why}")


def _since(ok_at: datetime | None, now: datetime) -> float | None:
    """Seconds since a beat; None where there is none, or it is from the future: the clock was set back."""
    if ok_at is None or ok_at - now > CLOCKS_APART:
        return None
    return max(0.0, (now - ok_at).total_seconds())


def _hours(stretch: timedelta) -> float:
    return round(max(timedelta(0), stretch) / HOUR, 1)
