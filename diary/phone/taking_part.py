"""Taking part: a break, going on, and stopping for good."""

from datetime import date, timedelta
from typing import Final

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from diary.phone.door import diary_of, phone_work, show
from diary.phone.forms import chosen_word
from diary.services import own_part
from diary.services.own_part import PAUSE_DAYS

ENDS: Final = "go_on"
CHOICES: Final = (*(str(days) for days in PAUSE_DAYS), ENDS)


def pause() -> ResponseReturnValue:
    """The break that goes on, or how long one may be."""
    with phone_work(write=False) as unit:
        diary = diary_of(unit)
        present = own_part.pause_of(unit.session, unit.patient, now=unit.now)
    choices: list[tuple[int, date]] = [(days, diary.today + timedelta(days=days)) for days in PAUSE_DAYS]
    return show("pause.html", unit, diary=diary, present=present, choices=choices)


def keep_pause() -> ResponseReturnValue:
    """Take a break, or go on."""
    chosen = chosen_word("pause", CHOICES)
    with phone_work(write=True) as unit:
        diary = diary_of(unit)
        if chosen == ENDS:
            own_part.go_on(unit.session, unit.patient, now=unit.now)
        else:
            until = diary.today + timedelta(days=int(chosen))
            own_part.take_break(unit.session, unit.patient, until=until, now=unit.now)
    return redirect(url_for("phone.pause"), 303)


def stop() -> ResponseReturnValue:
    """Ask once whether somebody wants to stop, and say what stays; afterwards, that it is so."""
    with phone_work(write=False) as unit:
        diary = diary_of(unit)
    return show("stop.html", unit, diary=diary, stopped=diary.follow_state == "stopped")


def stop_now() -> ResponseReturnValue:
    """Withdraw. This phone stays signed in, so that the diary can still be read and taken home."""
    with phone_work(write=True) as unit:
        own_part.stop(unit.session, unit.patient, now=unit.now)
    return redirect(url_for("phone.stop"), 303)
