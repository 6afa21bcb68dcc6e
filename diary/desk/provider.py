"""Signing in by the organisation's identity provider: there and back; linked to an account once.

The way there is a page, not a redirect: by our content policy a form may only lead to our own pages, also by
redirects, and a provider may lead on to others.
"""

from typing import Any, Final

from flask import current_app, make_response, request, url_for
from flask.typing import ResponseReturnValue

from diary.desk.account import fresh, me
from diary.desk.door import desk, done, own_path, show, staff_work
from diary.desk.forms import NOT_OF_THE_FORM, Form
from diary.desk.signing import enter, refuse_elsewhere
from diary.domain.errors import Refusal
from diary.services import account_links, own_account, provider_sign_ins
from diary.services.attempts import count_tries, provider_doors
from diary.services.provider import Provider, provider_failed
from diary.services.secrets import token_digest
from diary.services.sign_in_steps import STEP_LIFE
from diary.services.sign_ins import facts_of
from diary.services.staff import open_session
from diary.web.asking import STAFF_COOKIE
from diary.web.codes import STATUS_OF
from diary.web.database import db
from diary.web.signing_in import client, counted, leave_earlier_session
from diary.web.work import roof, work
from schemas.account import InvitedIn

COOKIE: Final = "__Host-provider"
# Longer ones are no provider's, and would only cost.
CODE_MAX_CHARACTERS: Final = 4096


@desk.post("/provider")
def to_provider() -> ResponseReturnValue:
    """On the way to sign in."""
    form = Form()
    back = own_path(request.form.get("back"), otherwise=url_for("desk.worklist"))
    with form.refusals():
        refuse_elsewhere()
        return _leave({"for": "sign_in", "back": back})
    return _shown_again(form, back)


@desk.post("/account/provider")
def link_provider() -> ResponseReturnValue:
    """On the way to link it to the account that asks."""
    with staff_work(write=False) as unit:
        facts = facts_of(fresh(unit))
    return _leave({"for": "account", **facts}, cookie=STAFF_COOKIE)


@desk.post("/account/provider/remove")
def unlink_provider() -> ResponseReturnValue:
    """It signs this person in no more."""
    with staff_work(write=True) as unit:
        person, mine = fresh(unit), me(unit)[1]
        provider_sign_ins.unlink_own(unit.session, person, mine, now=unit.wall_now)
    return done("provider_unlinked", "desk.account")


@desk.post("/invitation/provider")
def join_by_provider() -> ResponseReturnValue:
    """On the way to take up an invitation by it."""
    refuse_elsewhere()
    token = Form().read(InvitedIn)["token"]
    with work(write=False) as unit:
        account_links.look_at_link(unit.session, token, now=unit.wall_now)
    return _leave({"for": "invitation", "link": token_digest(token)})


@desk.get("/provider/back")
def from_provider() -> ResponseReturnValue:
    """Back from there: a session, or a link to the account that asked."""
    _, trying = provider_doors(request.remote_addr)
    form, facts = Form(sent=True), dict[str, Any]()
    try:
        with counted(trying):
            facts = _taken_back()
            arrived = _ARRIVALS[facts["for"]](facts, _identity(facts))
    except Refusal as refusal:
        if facts.get("for") == "account" or refusal.code in NOT_OF_THE_FORM:
            raise
        form.errors[""], form.status = refusal.message, STATUS_OF[refusal.code]
        return _shown_again(form, url_for("desk.worklist"))
    response = make_response(arrived)
    response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="Lax")
    return response


def _leave(facts: dict[str, Any], *, cookie: str | None = None) -> ResponseReturnValue:
    asking, _ = provider_doors(request.remote_addr)
    count_tries(db.engine, asking, now=roof().clock())
    provider = _provider()
    provider.reach(now=roof().clock())
    with work(write=True, cookie=cookie) as unit:
        asked = provider_sign_ins.ask(unit.session, facts, now=unit.wall_now)
        sandbox = unit.sandbox
    address = provider.address(asked, now=roof().clock())
    response = make_response(show("to_provider.html", None, address=address, sandbox=sandbox))
    response.headers["Refresh"] = f"0; url={address}"
    response.set_cookie(
        COOKIE,
        asked.token,
        max_age=int(STEP_LIFE.total_seconds()),
        secure=True,
        httponly=True,
        samesite="Lax",
    )
    return response


def _taken_back() -> dict[str, Any]:
    token, state = request.cookies.get(COOKIE, ""), request.args.get("state", "")
    with work(write=True) as unit:
        return provider_sign_ins.take_back(unit.session, token, state, now=unit.wall_now)


def _identity(facts: dict[str, Any]) -> str:
    """Who came back; asked with no unit of work open, since it waits for another machine."""
    code = request.args.get("code", "")
    if not code or len(code) > CODE_MAX_CHARACTERS:
        raise provider_failed("no code")
    return _provider().identity(
        code,
        issuer=request.args.get("iss"),
        nonce=facts["nonce"],
        verifier=facts["verifier"],
        now=roof().clock(),
    )


def _signed_in(facts: dict[str, Any], identity: str) -> ResponseReturnValue:
    with work(write=True) as unit:
        opened = provider_sign_ins.sign_in(unit.session, identity, now=unit.wall_now, client=client())
    leave_earlier_session()
    return enter(opened, own_path(facts["back"], otherwise=url_for("desk.worklist")))


def _linked(facts: dict[str, Any], identity: str) -> ResponseReturnValue:
    with staff_work(write=True) as unit:
        if unit.caller.session is None:
            raise Refusal("not_signed_in", "Sign in first.")
        person, mine = me(unit)
        if person.id != facts["staff"]:
            raise Refusal("sign_in_again", "Somebody else asked for this. Start again.")
        provider_sign_ins.link(unit.session, person, identity, now=unit.wall_now)
        own_account.prove(mine, way="provider")
    return done("provider_linked", "desk.account")


def _joined(facts: dict[str, Any], identity: str) -> ResponseReturnValue:
    with work(write=True) as unit:
        person = account_links.accept_invitation(unit.session, facts["link"], now=unit.wall_now)
        provider_sign_ins.link(unit.session, person, identity, now=unit.wall_now)
        opened = open_session(unit.session, person, now=unit.wall_now, way="provider", client=client())
    leave_earlier_session()
    return enter(opened, url_for("desk.worklist"))


_ARRIVALS: Final = {"sign_in": _signed_in, "account": _linked, "invitation": _joined}


def _provider() -> Provider:
    """The installation's provider, one a process: it keeps what the other side said of itself.

    Raises:
        Refusal: not_found, where there is none.
    """
    settings = roof().settings
    if settings.provider_issuer is None:
        raise Refusal("not_found", "This service has no such sign-in.")
    if "diary.provider" not in current_app.extensions:
        current_app.extensions["diary.provider"] = Provider(settings)
    found: Provider = current_app.extensions["diary.provider"]
    return found


def _shown_again(form: Form, back: str) -> ResponseReturnValue:
    with work(write=False) as unit:
        sandbox = unit.sandbox
    return show("sign_in.html", None, form=form, back=back, sandbox=sandbox), form.status
