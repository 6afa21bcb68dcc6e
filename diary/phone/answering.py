"""Answering: the question about an open day, what is saved, and a day answered elsewhere meanwhile."""

from datetime import date, timedelta
from typing import Final

from flask import make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from config.scales import NRS
from diary.domain.errors import Refusal
from diary.phone.door import diary_of, keep_signed_in, phone_work, renewed, show, show_refused
from diary.phone.forms import CHANGE_REASONS, chosen_nrs, chosen_reason, day_in_address, hidden_id
from diary.phone.offering import offered_days
from diary.phone.preferences import layout, layout_of_a_form
from diary.phone.questions import asked_today
from diary.services.form_answer import record_form
from diary.services.own_diary import OwnDay, OwnDiary, earlier_answer, own_day
from diary.storage.ids import new_uid
from diary.web.asking import DEVICE_COOKIE
from diary.web.work import Work

# The day has an answer that this page did not know of.
CONFLICTS: Final = frozenset({"day_already_answered", "superseded_version_changed"})
# The day cannot be answered here; the page says whom to ask.
CLOSED: Final = frozenset({"day_closed", "day_changed_too_often", "day_in_future", "patient_not_followed"})


def today() -> ResponseReturnValue:
    """The question about today; once it is answered, what is saved."""
    with phone_work(write=False) as unit:
        diary = diary_of(unit)
        day = own_day(unit.session, unit.patient, diary, day=diary.today)
        yesterday = _unanswered_yesterday(unit, diary) if day.reply == "answered" else None
        offered, asked = offered_days(unit), asked_today(unit, diary)
    if day.reply == "answered":
        return show(
            "saved.html", unit, diary=diary, day=day, yesterday=yesterday, offered=offered, asked=asked
        )
    return _question(unit, diary, day)


def one_day(day: str) -> ResponseReturnValue:
    """The same of any day that can be answered now."""
    with phone_work(write=False) as unit:
        diary = diary_of(unit)
        found = own_day(unit.session, unit.patient, diary, day=day_in_address(day))
    if found.reply == "answered":
        return show("saved.html", unit, diary=diary, day=found, yesterday=None)
    return _question(unit, diary, found)


def change(day: str) -> ResponseReturnValue:
    """The question again, beside the answer that stands."""
    return _ask_again(day_in_address(day))


def save(day: str) -> ResponseReturnValue:
    """Store what was chosen; 303, so that reloading the page repeats nothing."""
    answered_day = day_in_address(day)
    nrs = chosen_nrs()
    if nrs is None:
        return _ask_again(answered_day, error="nrs")
    with phone_work(write=True) as unit:
        diary = diary_of(unit)
        refusal = _record(unit, diary, answered_day, nrs, chosen_reason())
        found = own_day(unit.session, unit.patient, diary, day=answered_day)
        token = renewed(unit) if refusal is None else None
    if refusal is None:
        response = make_response(redirect(_shown_at(answered_day, diary), 303))
        if DEVICE_COOKIE in request.cookies:
            keep_signed_in(response, token or request.cookies[DEVICE_COOKIE])
        return response
    if refusal.code in CONFLICTS:
        page = show("conflict.html", unit, diary=diary, day=found, chosen=nrs, client_id=new_uid(unit.now))
        return page, 409
    if refusal.code in CLOSED:
        return show_refused(unit, refusal.code, diary.contact)
    raise refusal


def _record(unit: Work, diary: OwnDiary, day: date, nrs: int, reason: str | None) -> Refusal | None:
    """Record the answer; a refusal, which has written nothing, comes back to be shown."""
    try:
        record_form(
            unit.session,
            unit.patient,
            client_id=hidden_id("id") or new_uid(unit.now),
            day=day,
            nrs=nrs,
            supersedes=hidden_id("supersedes"),
            reason=reason,
            layout=layout_of_a_form(),
            locale=diary.question.locale,
            now=unit.now,
        )
    except Refusal as refusal:
        return refusal
    return None


def _ask_again(day: date, *, error: str | None = None) -> ResponseReturnValue:
    with phone_work(write=False) as unit:
        diary = diary_of(unit)
        found = earlier_answer(unit.session, unit.patient, diary, day=day)
    return _question(unit, diary, found, error=error)


def _question(unit: Work, diary: OwnDiary, day: OwnDay, *, error: str | None = None) -> ResponseReturnValue:
    """The question, where it can be answered."""
    if diary.follow_state == "stopped":
        return show_refused(unit, "patient_not_followed", diary.contact)
    if not day.is_open:
        return show_refused(unit, "day_in_future" if day.day > diary.today else "day_closed", diary.contact)
    page = show(
        "question.html",
        unit,
        diary=diary,
        day=day,
        numbers=range(NRS.low, NRS.high + 1),
        layout=layout(),
        reasons=CHANGE_REASONS,
        client_id=new_uid(unit.now),
        error=error,
    )
    return page, 200 if error is None else 422


def _shown_at(day: date, diary: OwnDiary) -> str:
    """Where a saved answer is shown."""
    return url_for("phone.today") if day == diary.today else url_for("phone.one_day", day=day.isoformat())


def _unanswered_yesterday(unit: Work, diary: OwnDiary) -> date | None:
    """Yesterday, where the diary had begun and an answer can still be added."""
    yesterday = diary.today - timedelta(days=1)
    if yesterday not in diary.open_days or yesterday < diary.first_day:
        return None
    missing = own_day(unit.session, unit.patient, diary, day=yesterday).reply == "none"
    return yesterday if missing else None
