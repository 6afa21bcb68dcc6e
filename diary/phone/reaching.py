"""Reaching the clinic: whom to call now, and asking to be called."""

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from diary.domain.days import diary_day
from diary.phone.door import diary_of, phone_work, show, show_packed
from diary.services.alerts import ask_for_call
from diary.services.own_diary import call_asked_at
from diary.storage.courses import courses_of


def help_page() -> ResponseReturnValue:
    """The clinic's telephone, its hours, and what to do in an emergency."""
    with phone_work(write=False) as unit:
        diary = diary_of(unit)
    return show_packed("help.html", unit, contact=diary.contact)


def call() -> ResponseReturnValue:
    """One button, about the treatment or the days; once it is pressed, since when the call is waited for."""
    with phone_work(write=False) as unit:
        diary = diary_of(unit)
        asked_at = call_asked_at(unit.session, unit.patient)
    asked_on = diary_day(asked_at, diary.zone) if asked_at is not None else None
    wants = "diary" if request.args.get("about") == "days" else "treatment"
    return show("call.html", unit, contact=diary.contact, asked_on=asked_on, wants=wants)


def ask() -> ResponseReturnValue:
    """Ask to be called; pressed twice, it is one request."""
    wants = "diary" if request.form.get("wants") == "diary" else "treatment"
    with phone_work(write=True) as unit:
        present = (
            course.id for course in courses_of(unit.session, unit.patient.id) if course.status == "open"
        )
        ask_for_call(unit.session, unit.patient, course_id=next(present, None), wants=wants, now=unit.now)
    return redirect(url_for("phone.call"), 303)
