"""My account at the desk: second factor, sessions, password; each person's own and nobody else's."""

from datetime import time, timedelta
from typing import Final

from flask import request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from diary.charts.qr import qr_code
from diary.desk.door import at_desk, desk, done, show, staff_work
from diary.desk.forms import Form
from diary.domain.errors import Refusal
from diary.domain.hours import Hours
from diary.domain.totp import app_address, spelt
from diary.services import accounts, own_account, second_factor, staff_wishes
from diary.services.attempts import sign_in_doors
from diary.services.staff import check_password
from diary.storage.tables.staff import Staff, StaffSession
from diary.web.signing_in import counted
from diary.web.work import Work, roof
from schemas.account import AuthenticatorIn, MailsIn, PasswordIn

# What changes how a person signs in asks for a sign-in not longer ago than this.
FRESH: Final = timedelta(minutes=15)
ISSUER: Final = "Pain diary"


@desk.get("/account")
def account() -> ResponseReturnValue:
    """What stands between this account and somebody else."""
    with at_desk() as (unit, frame):
        person, session = me(unit)
        own = own_account.own_account(unit.session, person, session, now=unit.wall_now)
    return show("account.html", frame, own=own, can_mail=roof().settings.smtp_url is not None)


@desk.route("/account/authenticator", methods=["GET", "POST"])
def authenticator() -> ResponseReturnValue:
    """An app that shows codes: scanned, then proved by its first code."""
    form = Form()
    if form.sent:
        with form.refusals():
            given = form.read(AuthenticatorIn)
            return _set_authenticator(given["sealed"], given["code"])
    settings = roof().settings
    with at_desk() as (unit, frame):
        person = fresh(unit)
    # A refused form shows the same secret again: the app has it already.
    sealed = form.value("sealed")
    secret = second_factor.unsealed(person, sealed, secret_keys=roof().secret_keys)
    if secret is None:
        secret, sealed = second_factor.draw_secret(person, secret_key=settings.secret_key)
    address = app_address(secret, account=person.email, issuer=ISSUER)
    qr = Markup(qr_code(address))  # noqa: S704 - squares, drawn from the address
    return show(
        "authenticator.html", frame, form=form, sealed=sealed, spelt=spelt(secret), qr=qr
    ), form.status


@desk.post("/account/authenticator/remove")
def remove_authenticator() -> ResponseReturnValue:
    """The app's codes count no more."""
    with staff_work(write=True) as unit:
        second_factor.remove_authenticator(unit.session, fresh(unit), now=unit.wall_now)
    return done("authenticator_removed", "desk.account")


@desk.post("/account/recovery-codes")
def recovery_codes() -> ResponseReturnValue:
    """New recovery codes; the earlier ones end."""
    with at_desk(write=True) as (unit, frame):
        codes = second_factor.new_recovery_codes(unit.session, fresh(unit), now=unit.wall_now)
    return show("recovery_codes.html", frame, codes=codes)


@desk.route("/account/password", methods=["GET", "POST"])
def change_password() -> ResponseReturnValue:
    """Another password; every other session ends."""
    form = Form()
    if form.sent:
        with form.refusals():
            given = form.read(PasswordIn)
            _check_current(given["current"])
            with staff_work(write=True) as unit:
                person, session = me(unit)
                accounts.set_password(
                    unit.session, person, given["new"], now=unit.wall_now, pointer="/new", but=session
                )
            return done("password", "desk.account")
    with at_desk() as (unit, frame):
        email = me(unit)[0].email
    return show("password.html", frame, form=form, email=email), form.status


@desk.route("/account/mails", methods=["GET", "POST"])
def mails_page() -> ResponseReturnValue:
    """What of that which can wait is mailed, and at which hours."""
    with at_desk() as (unit, frame):
        found = staff_wishes.told(unit.session, me(unit)[0])
    first: dict[str, object] = {"mails": found.mails}
    if found.hours is not None:
        first |= {name: getattr(found.hours, name).strftime("%H:%M") for name in ("opens", "closes")}
    form = Form(first)
    if form.sent:
        with form.refusals():
            given = form.read(MailsIn)
            times = [time.fromisoformat(given[name]) for name in ("opens", "closes") if name in given]
            hours = Hours(*times) if times else None
            with staff_work(write=True) as unit:
                staff_wishes.set_wish(
                    unit.session, me(unit)[0], mails=given["mails"], hours=hours, now=unit.now
                )
            return done("mails", "desk.account")
    return show("mails.html", frame, form=form), form.status


@desk.post("/account/sessions/<uid:uid>/end")
def end_session(uid: str) -> ResponseReturnValue:
    """Sign one other browser out."""
    with staff_work(write=True) as unit:
        person, _ = me(unit)
        own_account.end_session(unit.session, person, uid, now=unit.wall_now)
    return done("session_ended", "desk.account")


@desk.post("/account/sessions/end-others")
def end_other_sessions() -> ResponseReturnValue:
    """Sign every other browser out."""
    with staff_work(write=True) as unit:
        person, session = me(unit)
        accounts.end_sessions(unit.session, person, now=unit.wall_now, but=session)
    return done("session_ended", "desk.account")


def me(unit: Work) -> tuple[Staff, StaffSession]:
    """The person who is asking, and the session they ask by."""
    assert unit.caller.staff is not None
    assert unit.caller.session is not None
    return unit.caller.staff, unit.caller.session


def fresh(unit: Work) -> Staff:
    """The person who is asking, if they signed in a moment ago: a browser left open changes no factor.

    Raises:
        Refusal: sign_in_again.
    """
    person, session = me(unit)
    if unit.wall_now - session.created_at > FRESH:
        raise Refusal("sign_in_again", "Sign in again: this changes how you sign in.")
    return person


def _set_authenticator(sealed: str, code: str) -> ResponseReturnValue:
    with at_desk(write=True) as (unit, frame):
        person = fresh(unit)
        first = not second_factor.has_second_factor(unit.session, person.id)
        second_factor.set_authenticator(
            unit.session,
            person,
            sealed=sealed,
            code=code,
            secret_keys=roof().secret_keys,
            now=unit.wall_now,
        )
        own_account.prove(me(unit)[1])
        codes = second_factor.new_recovery_codes(unit.session, person, now=unit.wall_now) if first else []
    return show("recovery_codes.html", frame, codes=codes) if first else done("authenticator", "desk.account")


def _check_current(password: str) -> None:
    """Tries are counted as those at the sign-in page are.

    Raises:
        Refusal: too_many_attempts; sign_in_failed.
    """
    with staff_work(write=False) as unit:
        email = me(unit)[0].email
    with counted(*sign_in_doors(email, request.remote_addr)), staff_work(write=False) as unit:
        try:
            check_password(unit.session, email=email, password=password)
        except Refusal as refusal:
            raise Refusal(refusal.code, "This is not your password.", pointer="/current") from None
