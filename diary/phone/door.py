"""The phone's door: its blueprint, unit of work and cookies, and how its pages and problems are shown."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from diary.phone.cookies import put_cookie
from diary.phone.files import LASTING, SCRIPTS_VERSION, STATIC_FILES, answer, packed_page
from diary.phone.languages.english import ENGLISH
from diary.phone.languages.spoken import LANGUAGES
from diary.phone.preferences import colours, text_size
from diary.phone.speaking import CONSENT_KEYS, spoken
from diary.services.own_diary import Contact, OwnDiary, own_diary
from diary.services.phone_tokens import is_due, renew
from diary.web.asking import CSRF_FIELD, DEVICE_COOKIE, csrf_token
from diary.web.codes import STATUS_OF, Problem
from diary.web.doors import OWN_FILES, Door
from diary.web.work import SAFE_METHODS, Work, roof, work

# Browsers keep a cookie at most 400 days from when it was last set; each saved answer sets it again.
SIGNED_IN_FOR: Final = timedelta(days=400)
JOIN_COOKIE: Final = "__Host-join"
"""Held by a phone that is joining: what its forms are checked against, and proof that cookies work."""


class _Phone(Blueprint):
    """A blueprint whose files are named with their digest, so that a phone fetches each version once."""

    def send_static_file(self, filename: str) -> Response:
        """A file, kept for a year."""
        if filename not in STATIC_FILES:
            raise NotFound
        return answer(STATIC_FILES[filename], cache=LASTING)


phone = _Phone("phone", __name__, url_prefix="/app", template_folder="templates", static_folder="static")


@contextmanager
def phone_work(*, write: bool) -> Iterator[Work]:
    """The unit of work of a phone, signed in by its cookie."""
    with work(write=write, cookie=DEVICE_COOKIE) as unit:
        yield unit


def diary_of(unit: Work) -> OwnDiary:
    """The frame of the patient's diary, in the language of this phone's pages."""
    return own_diary(unit.session, unit.patient, locale=spoken().tag, now=unit.now)


def show(template: str, unit: Work | None, **facts: Any) -> str:
    """A page; `unit` is None where none was opened."""
    sandbox = unit is not None and unit.sandbox
    return render_template(f"phone/{template}", **{**_names(), "sandbox": sandbox, **facts})


def show_packed(template: str, unit: Work, **facts: Any) -> Response:
    """A page that each phone fetches to keep, packed.

    It may repeat nothing that a request said: then packing gives nobody a measure of its secrets (BREACH).
    """
    return answer(packed_page(show(template, unit, **facts)), cache="no-store")


def show_refused(unit: Work, code: str, contact: Contact) -> ResponseReturnValue:
    """A page that says why not, and whom to ask."""
    return show("problem.html", unit, code=_known(code), contact=contact), STATUS_OF[code]


def renewed(unit: Work) -> str | None:
    """Another token for this phone where its own has served for long; the unit writes."""
    device, token = unit.caller.device, request.cookies.get(DEVICE_COOKIE)
    if device is None or token is None or not is_due(device, now=unit.now):
        return None
    return renew(unit.session, device, token, now=unit.now)


def keep_signed_in(response: Response, token: str) -> None:
    """Give the phone its cookie, or give it 400 more days."""
    put_cookie(response, DEVICE_COOKIE, token, max_age=SIGNED_IN_FOR)


def _show_problem(problem: Problem) -> ResponseReturnValue:
    """A page in plain words; a phone that was never signed in goes to join."""
    if problem.code == "not_signed_in" and _is_new_here():
        return redirect(url_for("phone.join"), 303)
    return show("problem.html", None, code=_known(problem.code), contact=None)


def _is_new_here() -> bool:
    return request.method in SAFE_METHODS and DEVICE_COOKIE not in request.cookies


def _known(code: str) -> str:
    return code if f"problem.{code}" in ENGLISH.texts else "other"


DOOR: Final = Door(prefix="/app", content_policy=OWN_FILES, show_problem=_show_problem)


def file_address(name: str) -> str:
    """Where a file stands; its digest makes another version another address."""
    return url_for("phone.static", filename=name, v=STATIC_FILES[name].digest)


def script_address(name: str) -> str:
    """Where a script stands, in the version of today."""
    return url_for("phone.script", version=SCRIPTS_VERSION, name=name)


def own_csrf() -> str:
    """What the forms and scripts of this phone send back; empty for a phone that is not known yet."""
    token = request.cookies.get(DEVICE_COOKIE) or request.cookies.get(JOIN_COOKIE)
    return csrf_token(roof().settings.secret_key, token) if token is not None else ""


def _names() -> dict[str, Any]:
    """What every page may call; no context processor, since none runs where an address is unknown."""
    language = spoken()
    return {
        "language": language,
        "text": text_size(),
        "colours": colours(),
        "languages": LANGUAGES.values(),
        "t": language.say,
        "consent_keys": CONSENT_KEYS,
        "long_day": language.long_day,
        "short_day": language.short_day,
        "weekday": language.weekday,
        "day_month": language.day_month,
        "file": file_address,
        "script": script_address,
        "signed_in": DEVICE_COOKIE in request.cookies,
        "worker": "on" if roof().settings.phone_offline else "off",
        "csrf_field": CSRF_FIELD,
        "csrf": own_csrf(),
    }
