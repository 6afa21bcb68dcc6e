"""Other phones of the same patient: a code made on this one; and those that can sign in, to lock one.

The app on a home screen may need a code, too.
"""

from zoneinfo import ZoneInfo

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from diary.charts.qr import qr_code
from diary.domain.days import diary_day
from diary.phone.door import phone_work, show
from diary.phone.forms import hidden_id
from diary.services.enrolment import make_own_code, revoke_device
from diary.storage.patients import devices_of
from diary.web.work import roof


def another() -> ResponseReturnValue:
    """What a code is for."""
    with phone_work(write=False) as unit:
        pass
    return show("another.html", unit, code=None)


def make_code() -> ResponseReturnValue:
    """A code, shown this once."""
    with phone_work(write=True) as unit:
        settings = roof().settings
        code, _ = make_own_code(unit.session, unit.patient, secret_key=settings.secret_key, now=unit.now)
    address = f"{settings.public_url}/app/join"
    picture = qr_code(f"{address}#{code}")
    return show("another.html", unit, code=code, address=address, picture=picture)


def phones() -> ResponseReturnValue:
    """Those that can open the diary, this one first."""
    with phone_work(write=False) as unit:
        known, zone = devices_of(unit.session, unit.patient.id), ZoneInfo(unit.patient.zone)
        mine = unit.caller.device
        assert mine is not None
        listed = [
            {
                "uid": device.uid,
                "name": device.label or device.platform,
                "used": diary_day(device.last_seen_at, zone),
                "mine": device.id == mine.id,
            }
            for device in known
            if device.revoked_at is None
        ]
    return show("phones.html", unit, phones=sorted(listed, key=lambda one: not one["mine"]))


def lock_phone() -> ResponseReturnValue:
    """Another phone can no longer sign in; one that is not this patient's changes nothing."""
    chosen = hidden_id("phone")
    with phone_work(write=True) as unit:
        for device in devices_of(unit.session, unit.patient.id):
            if device.uid == chosen and device.revoked_at is None:
                revoke_device(unit.session, device.id, now=unit.now)
    return redirect(url_for("phone.phones"), 303)
