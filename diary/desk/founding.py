"""The first run in the browser: one form, open while nothing is set up, with the terminal's code only."""

import hmac
from typing import Any, Final

import marshmallow as ma
from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from config.protocol import DEFAULT
from config.settings import env_name
from config.wordings import QUESTION
from diary.desk.door import show, show_problem
from diary.desk.forms import Form
from diary.desk.kept_form import pack, unpack
from diary.domain.errors import Refusal
from diary.services.attempts import Door as Tries
from diary.services.attempts import network_of
from diary.services.founding import Founding, found, is_founded
from diary.services.mail_test import try_mail
from diary.storage.ids import new_uid
from diary.storage.unit import Scope, unit
from diary.web.database import db
from diary.web.doors import OWN_FILES, Door
from diary.web.rights import ANYONE, Right
from diary.web.signing_in import counted
from diary.web.work import request_id, roof
from schemas.fields import ZONES
from schemas.founding import FoundingIn, MailTestIn

TRIES_PER_HOUR: Final = 30
USUAL: Final = {
    "weekdays": ("mon", "tue", "wed", "thu", "fri"),
    "beds": 0,
    "chairs": 0,
    "lead_days": DEFAULT.lead_days,
}
# Of the operator's own file, not of the form: what the page shows as set or not set.
FROM_THE_ENVIRONMENT: Final = ("public_url", "smtp_url", "mail_from", "operator_email")

KEPT: Final = "__Host-setup"
KEPT_FOR_S: Final = 7 * 24 * 3600
SECRETS: Final = ("setup_code", "password", "password_again")

founding = Blueprint("founding", __name__, url_prefix="/setup")
FOUNDING: Final[dict[str, Right]] = {
    "GET founding.setup": frozenset({ANYONE}),
    "POST founding.setup": frozenset({ANYONE}),
    "POST founding.test_mail": frozenset({ANYONE}),
    "POST founding.keep": frozenset({ANYONE}),
}
DOOR: Final = Door(prefix="/setup", content_policy=OWN_FILES, show_problem=show_problem)


@founding.route("", methods=["GET", "POST"])
def setup() -> ResponseReturnValue:
    """Found the clinic; once that is done, this page is no more."""
    if _founded():
        if request.method == "POST":
            raise Refusal("already_set_up", "This database is set up already. Sign in instead.")
        return redirect(url_for("desk.sign_in"), 303)
    form = Form({**USUAL, **unpack(request.cookies.get(KEPT, ""))})
    if form.sent:
        with form.refusals():
            given = form.read(FoundingIn)
            _check_code(given.pop("setup_code"))
            _found(given)
            response = redirect(url_for("desk.sign_in", done="founded"), 303)
            response.delete_cookie(KEPT, secure=True, httponly=True, samesite="Strict")
            return response
    return _page(form), form.status


@founding.post("/keep")
def keep() -> ResponseReturnValue:
    """Put the form aside in this browser, without the code and the password; the page shows it again."""
    if _founded():
        raise Refusal("already_set_up", "This database is set up already. Sign in instead.")
    form, kept = Form(), None
    with form.refusals():
        _check_code(form.value("setup_code"))
        kept = pack(form.values, but=SECRETS)
        if kept is None:
            raise ma.ValidationError(
                {"emergency_text": ["Too long to be kept here: shorten it until you go on."]}
            )
    if kept is None:
        return _page(form), form.status
    response = redirect(url_for("founding.setup", done="kept"), 303)
    response.set_cookie(KEPT, kept, max_age=KEPT_FOR_S, secure=True, httponly=True, samesite="Strict")
    return response


@founding.post("/mail")
def test_mail() -> ResponseReturnValue:
    """Send one message to the admin's address, and show the form again with the server's answer."""
    if _founded():
        raise Refusal("already_set_up", "This database is set up already. Sign in instead.")
    form, sent = Form(), None
    with form.refusals():
        given = MailTestIn().load({name: form.value(name) for name in ("setup_code", "email")})
        _check_code(given["setup_code"])
        sent = _try_mail(given["email"])
    return _page(form, sent=sent), form.status


def _found(given: dict[str, Any]) -> None:
    if given.pop("password_again") != given["password"]:
        raise ma.ValidationError({"password_again": ["Type the same password twice."]})
    now = roof().clock()
    asked = Founding(admin_email=given.pop("email"), **given)
    with unit(db.engine, Scope(None, "operator", request_id=request_id()), write=True) as session:
        found(session, asked, clock_at=now if asked.kind == "sandbox" else None, now=now)


def _founded() -> bool:
    with unit(db.engine, Scope(None, "operator"), write=False) as session:
        return is_founded(session)


def _check_code(code: str) -> None:
    """Whoever reads the service's own terminal has it; tries are counted.

    Raises:
        Refusal: setup_code_wrong; too_many_attempts.
    """
    expected = roof().settings.setup_code
    with counted(Tries(f"setup:{network_of(request.remote_addr)}", TRIES_PER_HOUR, 3600)):
        if expected is None or not hmac.compare_digest(code.strip().encode(), expected.encode()):
            raise Refusal(
                "setup_code_wrong",
                "This is not the code that python -m diary serve printed. Look there again.",
                pointer="/setup_code",
            )


def _try_mail(to: str) -> str:
    settings = roof().settings
    if settings.smtp_url is None:
        return "No mail server is set: no message leaves. Set DIARY_SMTP_URL, then start the service again."
    failed = try_mail(settings.smtp_url, sender=settings.mail_from, to=to, key=new_uid(roof().clock()))
    if failed is None:
        return f"The mail server took a message to {to}. Look whether it arrives."
    return f"The mail server did not take it: {failed}"


def _page(form: Form, *, sent: str | None = None) -> str:
    settings = roof().settings
    return show(
        "setup.html",
        None,
        form=form,
        sent=sent,
        questions=QUESTION,
        zones=sorted(ZONES),
        known={env_name(name): getattr(settings, name) is not None for name in FROM_THE_ENVIRONMENT},
    )
