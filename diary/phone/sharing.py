"""Sharing a diary: the patient's links, and the page that one of them opens for whoever holds it."""

from flask import request
from flask.typing import ResponseReturnValue

from diary.charts.qr import qr_code
from diary.domain.days import diary_day
from diary.domain.errors import Refusal
from diary.phone.door import diary_of, phone_work, show
from diary.phone.forms import FormFault, hidden_id, typed_share_code
from diary.phone.looking_back import days_chart
from diary.phone.speaking import spoken
from diary.services import sharing
from diary.services.attempts import shared_doors
from diary.services.own_diary import CHART_DAYS, infusions_of, own_days, own_diary
from diary.storage.patients import links_of
from diary.web.codes import STATUS_OF
from diary.web.signing_in import counted
from diary.web.work import Work, roof, work

OF_THE_LINK = frozenset({"link_closed", "too_many_attempts"})


def share() -> ResponseReturnValue:
    """What a link shows and to whom, and those that work now."""
    with phone_work(write=False) as unit:
        links = _links(unit)
    return show("share.html", unit, links=links, code=None)


def make_share() -> ResponseReturnValue:
    """A new link, shown this once: as a picture, as an address, and as a code to type."""
    with phone_work(write=True) as unit:
        code, _ = sharing.make_link(
            unit.session, unit.patient, secret_key=roof().settings.secret_key, now=unit.now
        )
        links = _links(unit)
    address = f"{roof().settings.public_url}/app/shared"
    # Behind the # it is in no log of any server.
    picture = qr_code(f"{address}#{code}")
    return show("share.html", unit, links=links, code=code, address=address, picture=picture)


def end_share() -> ResponseReturnValue:
    """End one link."""
    with phone_work(write=True) as unit:
        sharing.end_link(unit.session, unit.patient, hidden_id("link") or "", now=unit.now)
        links = _links(unit)
    return show("share.html", unit, links=links, code=None)


def shared() -> ResponseReturnValue:
    """Ask for the code; a link brings it along."""
    return _ask_for_code()


def open_shared() -> ResponseReturnValue:
    """The diary, to read. It is the answer to a form, so no address opens it, and none is kept."""
    try:
        code = typed_share_code()
        with counted(*shared_doors(request.remote_addr)), work(write=True) as unit:
            opened = sharing.open_link(unit.session, code, secret_keys=roof().secret_keys, now=unit.now)
            return _diary(unit, opened)
    except FormFault as fault:
        return _ask_for_code(fault.key), fault.status
    except Refusal as refusal:
        if refusal.code not in OF_THE_LINK:
            raise
        return _ask_for_code(refusal.code), STATUS_OF[refusal.code]


def _diary(unit: Work, opened: sharing.Shared) -> str:
    patient = opened.patient
    diary = own_diary(unit.session, patient, locale=spoken().tag, now=unit.now)
    days = own_days(unit.session, patient, diary, last=diary.today, days=CHART_DAYS, withhold=False)
    infusions = infusions_of(unit.session, patient)
    return show(
        "shared.html",
        unit,
        diary=diary,
        days=[day for day in days if day.reply == "answered"],
        infusions=infusions,
        chart=days_chart(diary, days, infusions),
        until=diary_day(opened.expires_at, diary.zone),
    )


def _ask_for_code(error: str | None = None) -> str:
    with work(write=False) as unit:
        pass
    typed = request.form.get("code", "")[:40]
    return show("shared_code.html", unit, error=error, typed=typed)


def _links(unit: Work) -> list[dict[str, object]]:
    """Those that work now: their id, their last day, and how often each was opened."""
    zone = diary_of(unit).zone
    known = links_of(unit.session, unit.patient.id)
    return [
        {"uid": link.uid, "until": diary_day(link.expires_at, zone), "opened": link.opened}
        for link in sharing.open_links(known, now=unit.now)
    ]
