"""Records what a patient answers: new, the same again, a correction, or a conflict that is said plainly."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from config.protocol import Protocol
from diary.domain.days import ClockCheck, answerable_days, clock_check
from diary.domain.errors import Refusal
from diary.services import audit
from diary.services.packed_days import put_score
from diary.services.zones import note_zone
from diary.storage.courses import CourseRow, course_rows
from diary.storage.entries import EntryRow, add_entry, rivals, stand_down
from diary.storage.ids import new_uid
from diary.storage.patients import Diarist
from diary.storage.protocols import instrument_id_for, protocol_at
from diary.storage.tables.entry import Entry
from diary.storage.unit import clinic_of, scope_of

# Nobody thinks again so often. A phone that goes wrong does, and each version costs the next one more.
VERSIONS_MAX: Final = 50


@dataclass(frozen=True, slots=True)
class Answer:
    """One day's answer as it was sent.

    `answered_at` keeps the phone's own offset; `supersedes` is the id (the phone's or ours) of the version
    that this one corrects.
    """

    client_id: str
    day: date
    nrs: int
    answered_at: datetime
    sent_at: datetime
    zone: str
    source: str = "phone"
    supersedes: str | None = None
    reason: str | None = None
    layout: str | None = None
    locale: str | None = None
    client_version: str | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """The entry that stands for the request, and whether this request made it."""

    entry: EntryRow
    created: bool


def record(session: Session, patient: Diarist, answer: Answer, *, now: datetime) -> Recorded:
    """Record one answer; safe to repeat.

    Same id and content: the stored answer again. Same id, other content: refused. Same day and score under
    another id: the standing entry. Another score for a day that has one: refused, unless the answer names the
    version it corrects.

    The caller holds the patient's row locked, so that two phones cannot both be first.

    Raises:
        Refusal: entry_id_reused, day_already_answered, superseded_version_changed, day_in_future, day_closed,
            day_changed_too_often, patient_not_followed.
    """
    met = rivals(session, patient.id, client_id=answer.client_id, day=answer.day)
    for entry in met:
        if entry.client_id == answer.client_id:
            return Recorded(_same_again(entry, answer), created=False)
    if patient.follow_state == "stopped":
        raise Refusal(
            "patient_not_followed", "This diary has ended. Call the clinic if you want to take part again."
        )
    _, protocol = protocol_at(session, now)
    clock = clock_check(answer.answered_at, answer.sent_at, now, ZoneInfo(answer.zone))
    _check_day(answer, clock, protocol)

    of_day = [entry for entry in met if entry.day == answer.day]
    place = _place(answer, of_day)
    if place.same is not None:
        return Recorded(place.same, created=False)
    if len(of_day) >= VERSIONS_MAX:
        raise Refusal(
            "day_changed_too_often",
            f"{answer.day} was changed {VERSIONS_MAX} times. Ask the clinic to correct it.",
            pointer="/day",
        )
    courses = course_rows(session, patient.id)
    instrument_id = instrument_id_for(session, courses, now)
    entry = _version(session, patient, answer, clock, place, instrument_id=instrument_id, now=now)
    action = "entry.amend" if answer.supersedes else "entry.record"
    _store(session, entry, place.replaces, courses, action=action, now=now)
    note_zone(session, patient, answer.zone, since_at=clock.corrected_at)
    return Recorded(entry, created=True)


def correct(
    session: Session, patient: Diarist, standing: Entry, *, nrs: int | None, reason: str, now: datetime
) -> EntryRow:
    """File a correction of staff beside a patient's entry; `nrs=None` says that no answer stands for the day.

    The patient's own entry is never changed: both are shown, and the patient sees both.

    Raises:
        Refusal: superseded_version_changed when a newer version took the entry's place meanwhile.
    """
    if not standing.standing:
        raise Refusal(
            "superseded_version_changed", "This answer was changed meanwhile. Reload it and look again."
        )
    scope = scope_of(session)
    entry = EntryRow(
        clinic_id=clinic_of(session),
        uid=new_uid(now),
        patient_id=patient.id,
        client_id=new_uid(now),
        day=standing.day,
        version=standing.version + 1,
        kind="correction" if nrs is not None else "void",
        nrs=nrs,
        standing=True,
        supersedes=standing.uid,
        source="clinic_phone",
        actor_kind=scope.actor_kind,
        actor_id=scope.actor_id,
        taken_by_id=scope.actor_id if scope.actor_kind == "staff" else None,
        reason=reason,
        answered_at=now,
        answered_offset_min=0,
        zone=patient.zone,
        sent_at=now,
        received_at=now,
        skew_s=0,
        late=True,
        clock_suspect=False,
        instrument_version_id=standing.instrument_version_id,
    )
    courses = course_rows(session, patient.id)
    _store(session, entry, standing, courses, action="entry.correct", now=now)
    return entry


def _store(
    session: Session,
    entry: EntryRow,
    replaces: EntryRow | Entry | None,
    courses: Sequence[CourseRow],
    *,
    action: str,
    now: datetime,
) -> None:
    """Write the version, the packed days of the courses it falls in, and the audit row."""
    if replaces is not None:
        stand_down(session, replaces.id)
    add_entry(session, entry)
    if entry.standing:
        put_score(session, courses, day=entry.day, nrs=None if entry.clock_suspect else entry.nrs, now=now)
    audit.note(
        session,
        action,
        now=now,
        object="entry",
        object_uid=entry.uid,
        patient_id=entry.patient_id,
        detail={"day": entry.day.isoformat(), "version": entry.version, "source": entry.source},
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an answer goes in its day's chain of versions."""

    version: int
    standing: bool
    replaces: EntryRow | None = None
    same: EntryRow | None = None


def _same_again(stored: EntryRow, answer: Answer) -> EntryRow:
    """All but the sent time must be equal: the phone repeats, it does not rewrite."""
    same = (
        stored.day == answer.day
        and stored.nrs == answer.nrs
        and stored.answered_at == answer.answered_at
        and stored.zone == answer.zone
        and stored.supersedes == answer.supersedes
        and stored.reason == answer.reason
    )
    if not same:
        raise Refusal(
            "entry_id_reused",
            "This id was already used for another answer. Send the answer again under a new id.",
            pointer="/id",
        )
    return stored


def _check_day(answer: Answer, clock: ClockCheck, protocol: Protocol) -> None:
    """Answered in time is what counts, however late it arrives; a suspect clock is kept and set aside.

    A clock that is not suspect may be minutes off: at 03:00 by its own time the phone asks for the new day.
    """
    if answer.source in ("clinic_phone", "clinic_paper", "import") or clock.suspect:
        return
    open_days = answerable_days(clock.corrected_at, ZoneInfo(answer.zone), protocol.backdate_days)
    newest = max(open_days[0], clock.day_meant_as_answered)
    oldest = min(open_days[-1], clock.day_meant_as_answered - timedelta(days=protocol.backdate_days))
    if answer.day > newest:
        raise Refusal(
            "day_in_future",
            f"{answer.day} has not begun where this was answered. Use {newest} or earlier.",
            pointer="/day",
        )
    if answer.day < oldest:
        raise Refusal(
            "day_closed",
            f"{answer.day} can no longer be changed from the phone. Use {oldest} or later, "
            "or ask the clinic to correct it.",
            pointer="/day",
        )


def _place(answer: Answer, of_day: list[EntryRow]) -> _Place:
    """Find the answer's place among the versions of its day, whatever the order of arrival.

    Higher versions count more, so what arrives late goes under all others; that may be at 0 or below.
    """
    if not of_day:
        # A correction before its original stands, and leaves room below.
        return _Place(version=1 if answer.supersedes is None else 2, standing=True)
    below, above = of_day[0].version - 1, of_day[-1].version + 1
    if any(entry.supersedes == answer.client_id for entry in of_day):  # its correction came first
        return _Place(version=below, standing=False)
    standing = next(entry for entry in of_day if entry.standing)
    if answer.supersedes in (standing.client_id, standing.uid):
        return _Place(version=above, standing=True, replaces=standing)
    ids = {known for entry in of_day for known in (entry.client_id, entry.uid)}
    waits = any(entry.supersedes is not None and entry.supersedes not in ids for entry in of_day)
    if waits and answer.answered_at < standing.answered_at:  # between them is what has not arrived yet
        return _Place(version=below, standing=False)
    if answer.supersedes is None:
        if standing.nrs == answer.nrs:
            return _Place(version=standing.version, standing=True, same=standing)
        raise _conflict("day_already_answered", standing)
    if answer.supersedes not in ids and answer.answered_at > standing.answered_at:
        return _Place(version=above, standing=True, replaces=standing)
    raise _conflict("superseded_version_changed", standing)


def _conflict(code: str, standing: EntryRow) -> Refusal:
    return Refusal(
        code,
        f"{standing.day} already has an answer. To change it, name the version you correct in 'supersedes'.",
        pointer="/day",
        facts={"current": standing},
    )


def _version(
    session: Session,
    patient: Diarist,
    answer: Answer,
    clock: ClockCheck,
    place: _Place,
    *,
    instrument_id: int,
    now: datetime,
) -> EntryRow:
    scope = scope_of(session)
    offset = answer.answered_at.utcoffset()
    assert offset is not None
    return EntryRow(
        clinic_id=clinic_of(session),
        uid=new_uid(now),
        patient_id=patient.id,
        client_id=answer.client_id,
        day=answer.day,
        version=place.version,
        kind="answer",
        nrs=answer.nrs,
        standing=place.standing,
        supersedes=answer.supersedes,
        source=answer.source,
        actor_kind=scope.actor_kind,
        actor_id=scope.actor_id,
        taken_by_id=scope.actor_id if scope.actor_kind == "staff" else None,
        reason=answer.reason,
        answered_at=answer.answered_at,
        answered_offset_min=int(offset.total_seconds() // 60),
        zone=answer.zone,
        sent_at=answer.sent_at.astimezone(UTC),
        received_at=now,
        skew_s=max(-(2**31), min(2**31 - 1, clock.skew_s)),
        late=answer.day != clock.day_corrected
        and (clock.suspect or answer.day != clock.day_meant_as_answered),
        clock_suspect=clock.suspect,
        instrument_version_id=instrument_id,
        layout=answer.layout,
        locale=answer.locale,
        client_version=answer.client_version,
    )
