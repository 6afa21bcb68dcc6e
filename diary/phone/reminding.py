"""When this phone reminds: the hour, notes to this phone, and a calendar that works on every phone."""

from typing import Any, Final

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from config.notes import note_for
from diary.domain.calendar_feed import daily_alarm
from diary.domain.reminding import DEFAULT_MINUTE
from diary.phone.door import phone_work, show
from diary.phone.forms import chosen_word, ticked
from diary.services import reminders
from diary.services.reach import subscribe, unsubscribe
from diary.storage.patients import patient_by_id
from diary.storage.reach import subscriptions_of_device
from diary.storage.reminders import reminder_of
from diary.storage.unit import Scope, enter
from diary.web.work import Work, roof, work

HALF_HOURS: Final = range(6 * 60, 23 * 60, 30)


def remind() -> ResponseReturnValue:
    """When, and by which ways."""
    with phone_work(write=False) as unit:
        facts = _facts(unit)
    return show("remind.html", unit, **facts, feed=None, saved="saved" in request.args)


def keep_reminder() -> ResponseReturnValue:
    """Keep the hour."""
    with phone_work(write=True) as unit:
        minute = int(chosen_word("minute", [str(minute) for minute in HALF_HOURS]))
        reminders.set_reminder(
            unit.session,
            unit.patient,
            wanted=bool(ticked("wanted", ("yes",))),
            minute=minute,
            now=unit.now,
        )
    return redirect(url_for("phone.remind", saved="yes"), 303)


def keep_push() -> ResponseReturnValue:
    """Notes come to this browser from now on; a script of the page sends what the browser gave it."""
    with phone_work(write=True) as unit:
        assert unit.caller.device is not None
        given = {name: request.form.get(name, "")[:2048] for name in ("endpoint", "p256dh", "auth")}
        device_id = unit.caller.device.id
        subscribe(unit.session, unit.patient, device_id=device_id, **given, now=unit.now)
    return redirect(url_for("phone.remind", saved="yes"), 303)


def end_push() -> ResponseReturnValue:
    """No more notes to this phone."""
    with phone_work(write=True) as unit:
        assert unit.caller.device is not None
        unsubscribe(unit.session, unit.caller.device.id, now=unit.now)
    return redirect(url_for("phone.remind", saved="yes"), 303)


def make_calendar() -> ResponseReturnValue:
    """A new secret address, shown this once; the one before opens nothing any more."""
    with phone_work(write=True) as unit:
        token = reminders.new_feed(unit.session, unit.patient, now=unit.now)
        facts = _facts(unit)
    feed = f"{roof().settings.public_url}{url_for('phone.calendar', token=token)}"
    return show("remind.html", unit, **facts, feed=feed, saved=False)


def end_calendar() -> ResponseReturnValue:
    """The address opens nothing any more."""
    with phone_work(write=True) as unit:
        reminders.end_feed(unit.session, unit.patient, now=unit.now)
    return redirect(url_for("phone.remind", saved="yes"), 303)


def calendar(token: str) -> ResponseReturnValue:
    """The calendar behind a secret address; for whoever has it, and it says nothing worth having."""
    with work(write=False) as unit:
        row = reminders.opened_feed(unit.session, token)
        if row is None:
            raise NotFound
        enter(unit.session, Scope(row.clinic_id, "patient", row.patient_id, "patient"))
        patient = patient_by_id(unit.session, row.patient_id)
        words, _ = note_for("reminder", patient.locale)
        wanted = row.wanted and patient.follow_state == "followed"
        text = daily_alarm(minute=row.minute, words=words.title, key=patient.uid, now=unit.now, wanted=wanted)
    return Response(text, content_type="text/calendar; charset=utf-8")


def note_shown(uid: str) -> ResponseReturnValue:
    """A phone says that it showed a note; who makes one up changes nothing."""
    with work(write=True) as unit:
        reminders.note_shown(unit.session, uid, now=unit.now)
    return Response(status=204)


def _facts(unit: Work) -> dict[str, Any]:
    row = reminder_of(unit.session, unit.patient.id)
    minute = row.minute if row is not None else DEFAULT_MINUTE
    keys = roof().settings.push_keys
    assert unit.caller.device is not None
    return {
        "wanted": row.wanted if row is not None else False,
        "minutes": sorted({*HALF_HOURS, minute}),
        "minute": minute,
        "push_key": keys[1] if keys is not None else None,
        "push_on": bool(subscriptions_of_device(unit.session, unit.caller.device.id)),
        "has_feed": row is not None and row.feed_hash is not None,
    }
