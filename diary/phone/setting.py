"""Settings of one phone: its language, how the numbers look, where it is, and signing out."""

from flask import make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from diary.phone.cookies import drop_cookie
from diary.phone.door import phone_work, show
from diary.phone.forms import FormFault, chosen_word, chosen_zone
from diary.phone.languages.spoken import LANGUAGES
from diary.phone.places import places
from diary.phone.preferences import (
    COLOURS,
    LAYOUTS,
    SIZES,
    keep_colours,
    keep_language,
    keep_layout,
    keep_text_size,
    layout,
    text_size,
)
from diary.services import patients
from diary.services.enrolment import revoke_device
from diary.services.zones import note_zone
from diary.web.asking import DEVICE_COOKIE


def settings() -> ResponseReturnValue:
    """What can be set."""
    with phone_work(write=False) as unit:
        zone = unit.patient.zone
    return show(
        "settings.html",
        unit,
        layouts=LAYOUTS,
        layout=layout(),
        sizes=SIZES,
        size=text_size(),
        colour_choices=COLOURS,
        place=zone.replace("_", " "),
        saved="saved" in request.args,
    )


def keep_settings() -> ResponseReturnValue:
    """Remember the language and how the numbers look on this phone; messages come in that language, too."""
    with phone_work(write=True) as unit:
        chosen = chosen_word("language", LANGUAGES)
        if unit.patient.locale != chosen:
            patients.change(unit.session, unit.patient, {"locale": chosen}, now=unit.now)
        response = make_response(redirect(url_for("phone.settings", saved="yes"), 303))
    keep_language(response, LANGUAGES[chosen])
    keep_layout(response, request.form.get("layout", ""))
    keep_text_size(response, request.form.get("text", ""))
    keep_colours(response, request.form.get("colours", ""))
    return response


def place() -> ResponseReturnValue:
    """Where the phone is: a traveller's day starts and ends elsewhere."""
    with phone_work(write=False) as unit:
        zone = unit.patient.zone
    return show("place.html", unit, places=places(zone), error=None)


def keep_place() -> ResponseReturnValue:
    """From now on the days are those of this place."""
    try:
        zone = chosen_zone()
    except FormFault as fault:
        with phone_work(write=False) as unit:
            present = unit.patient.zone
        return show("place.html", unit, places=places(present), error=fault.key), fault.status
    with phone_work(write=True) as unit:
        note_zone(unit.session, unit.patient, zone, since_at=unit.now)
    return redirect(url_for("phone.settings", saved="yes"), 303)


def leave() -> ResponseReturnValue:
    """Ask once whether this phone shall be signed out."""
    with phone_work(write=False) as unit:
        pass
    return show("leave.html", unit)


def sign_out() -> ResponseReturnValue:
    """End this phone's session; what it sent stays."""
    with phone_work(write=True) as unit:
        assert unit.caller.device is not None
        revoke_device(unit.session, unit.caller.device.id, now=unit.now)
    response = make_response(redirect(url_for("phone.left"), 303))
    drop_cookie(response, DEVICE_COOKIE)
    return response


def left() -> ResponseReturnValue:
    """Say that the phone is signed out."""
    return show("left.html", None)
