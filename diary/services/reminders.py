"""Reminds patients, keeps when they want it, and learns from what their phones say."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from diary.domain import reminding
from diary.domain.days import diary_day
from diary.services import audit, outbox
from diary.services.asked_days import unasked_days, unfollowed
from diary.services.secrets import FEED, new_token, token_digest
from diary.storage.courses import open_courses_of
from diary.storage.follow import follow_histories
from diary.storage.patients import Diarist, patients_by_id
from diary.storage.reminders import (
    days_with_answers,
    due_reminders,
    feed_presented,
    message_presented,
    reminder_of,
)
from diary.storage.tables.course import Course
from diary.storage.tables.patient import Patient
from diary.storage.tables.reach import Reminder
from diary.storage.unit import Scope, clinic_of, enter, present

BATCH: Final = 500
# So far back silence is looked for: a thin schedule asks on two days a week.
LOOK_BACK_DAYS: Final = 28


def remind_due(session: Session, *, now: datetime) -> int:
    """Look at everybody in the unit's clinic whose moment has come; how many were looked at."""
    due = due_reminders(session, now, limit=BATCH)
    if not due:
        return 0
    ids = [row.patient_id for row in due]
    patients = patients_by_id(session, ids)
    todays = _todays(session, list(patients.values()), due)
    letters = []
    for row in due:
        patient = patients[row.patient_id]
        wish, plan = wish_of(row, patient), _plan(row)
        sent = reminding.sends(plan, wish, todays[patient.id], now=now)
        if sent:
            key = f"{plan.step}:{patient.uid}:{plan.day}"
            ends_at = reminding.ends_at(plan)
            letters.append(outbox.Letter(plan.step, key, patient_id=patient.id, expires_at=ends_at))
        _keep(row, reminding.next_plan(plan, wish, sent=sent, now=now))
    outbox.enqueue_all(session, letters, now=now)
    session.flush()
    return len(due)


def set_reminder(session: Session, patient: Diarist, *, wanted: bool, minute: int, now: datetime) -> Reminder:
    """Keep when the patient wants to be reminded, from the next evening on."""
    row = reminder_of(session, patient.id)
    if row is None:
        row = Reminder(clinic_id=clinic_of(session), patient_id=patient.id)
        session.add(row)
    row.wanted, row.minute = wanted, minute
    _keep(row, reminding.first_plan(wish_of(row, patient), after=now))
    session.flush()
    return row


def begin_reminding(session: Session, patient: Diarist, *, now: datetime) -> None:
    """Somebody's phone takes notes now: who never chose is reminded at eight."""
    if reminder_of(session, patient.id) is None:
        set_reminder(session, patient, wanted=True, minute=reminding.DEFAULT_MINUTE, now=now)


def new_feed(session: Session, patient: Diarist, *, now: datetime) -> str:
    """A new secret address for the patient's calendar; an earlier one opens nothing any more."""
    row = reminder_of(session, patient.id) or set_reminder(
        session, patient, wanted=True, minute=reminding.DEFAULT_MINUTE, now=now
    )
    token = new_token(FEED)
    row.feed_hash = token_digest(token)
    session.flush()
    audit.note(session, "calendar.make", now=now, object="patient", patient_id=patient.id)
    return token


def end_feed(session: Session, patient: Diarist, *, now: datetime) -> None:
    """The calendar's address opens nothing any more."""
    row = reminder_of(session, patient.id)
    if row is not None and row.feed_hash is not None:
        row.feed_hash = None
        session.flush()
        audit.note(session, "calendar.end", now=now, object="patient", patient_id=patient.id)


def opened_feed(session: Session, token: str) -> Reminder | None:
    """Whose calendar a secret opens, in a unit that has entered no clinic."""
    digest = token_digest(token)
    present(session, digest)
    return feed_presented(session, digest)


def note_shown(session: Session, uid: str, *, now: datetime) -> None:
    """A phone says that it showed a note; said twice or of none that was sent, it changes nothing."""
    present(session, uid)
    message = message_presented(session, uid)
    if message is None or message.patient_id is None or message.shown_at is not None:
        return
    enter(session, Scope(message.clinic_id, "patient", message.patient_id, "patient"))
    message.shown_at = now
    session.flush()


def wish_of(row: Reminder, patient: Diarist) -> reminding.Wish:
    """When they want it, where they are now."""
    return reminding.Wish(on=row.wanted, minute=row.minute, zone=patient.zone, seed=patient.uid)


def _todays(
    session: Session, patients: Sequence[Patient], due: Sequence[Reminder]
) -> dict[int, reminding.Today]:
    """What is known of each as their moment comes, in a few queries for all."""
    ids = [patient.id for patient in patients]
    days = {row.patient_id: _plan(row).day for row in due}
    since = min(days.values()) - timedelta(days=LOOK_BACK_DAYS)
    answered = days_with_answers(session, ids, since=since)
    courses = open_courses_of(session, ids)
    follow = follow_histories(session, ids, until=max(row.next_at for row in due if row.next_at))
    found = {}
    for patient in patients:
        of = answered.get(patient.id, set())
        asked = _asked(
            courses.get(patient.id), list(unfollowed(follow.get(patient.id, ()))), days[patient.id]
        )
        known_since = diary_day(patient.created_at, ZoneInfo(patient.zone))
        before = [day for day in asked[:-1] if day >= known_since]
        found[patient.id] = reminding.Today(
            followed=patient.follow_state == "followed",
            asked=bool(asked) and asked[-1] == days[patient.id],
            answered=days[patient.id] in of,
            unanswered_days=reminding.unanswered_in_a_row(before, frozenset(of)),
        )
    return found


def _asked(course: Course | None, away: Sequence[tuple[str, date, date | None]], day: date) -> list[date]:
    """The days up to this one that were asked about."""
    days = [day - timedelta(days=back) for back in range(LOOK_BACK_DAYS, -1, -1)]
    unasked: set[date] = set()
    for _, first, last in away:
        unasked.update(one for one in days if first <= one and (last is None or one <= last))
    if course is not None and course.last_infusion_day is not None:
        last_day = course.last_infusion_day
        numbers = unasked_days(course, (), last=last_day, night=(day - last_day).days)
        unasked.update(last_day + timedelta(days=number) for number in numbers)
    return [one for one in days if one not in unasked]


def _plan(row: Reminder) -> reminding.Plan:
    assert row.next_at is not None
    assert row.day is not None
    return reminding.Plan("nudge" if row.step == "nudge" else "reminder", row.next_at, row.day)


def _keep(row: Reminder, plan: reminding.Plan | None) -> None:
    row.next_at = plan.at if plan is not None else None
    row.step = plan.step if plan is not None else None
    row.day = plan.day if plan is not None else None
