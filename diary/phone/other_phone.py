"""Another phone of the same patient: a code made on this one. The app on a home screen may need one, too."""

from flask.typing import ResponseReturnValue

from diary.charts.qr import qr_code
from diary.phone.door import phone_work, show
from diary.services.enrolment import make_own_code
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
