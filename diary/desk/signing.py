"""Signing in and out at the desk."""

from typing import Final

from flask import Response, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from diary.desk.door import desk, here, own_path, show, staff_work
from diary.desk.forms import Form
from diary.domain.errors import Refusal
from diary.services.attempts import Door, network_of
from diary.services.demo_door import enter_demo
from diary.services.sign_in_steps import Begun
from diary.services.staff import SESSION_IDLE, SESSION_LIFE, SignedIn
from diary.services.staff import sign_out as end_session
from diary.web.asking import STAFF_COOKIE
from diary.web.rights import ANYONE, RESEARCHER, RIGHTS
from diary.web.signing_in import begin_sign_in, counted, finish_sign_in
from diary.web.work import roof, work
from schemas.account import SecondHalfIn
from schemas.session import SessionIn

DEMO_WINDOW_S: Final = 60
DEMO_TRIES: Final = 60


@desk.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    """E-mail address and password; paste and password managers are welcome."""
    form = Form()
    back = own_path(request.values.get("back"), otherwise=url_for("desk.worklist"))
    if form.sent:
        with form.refusals():
            opened = _begun(form)
            if isinstance(opened, Begun):
                return _ask_for_code(Form({"step": opened.token}, sent=False), back)
            return enter(opened, back)
    with work(write=False) as unit:
        sandbox = unit.sandbox
    return show("sign_in.html", None, form=form, back=back, sandbox=sandbox), form.status


@desk.post("/sign-in/code")
def sign_in_code() -> ResponseReturnValue:
    """The second half: a code of the authenticator app, or a recovery code."""
    form = Form()
    back = own_path(request.form.get("back"), otherwise=url_for("desk.worklist"))
    with form.refusals():
        refuse_elsewhere()
        given = form.read(SecondHalfIn)
        return enter(finish_sign_in(step=given["step"], code=given["code"]), back)
    return _ask_for_code(form, back)


@desk.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End this session."""
    with staff_work(write=True) as unit:
        assert unit.caller.session is not None
        end_session(unit.session, unit.caller.session, now=unit.wall_now)
    response = make_response(redirect(url_for("desk.sign_in"), 303))
    response.delete_cookie(STAFF_COOKIE, secure=True, httponly=True, samesite="Lax")
    # What this browser kept of the pages goes, too: whoever goes back in its history sees none of them. The
    # phone's pages of the same host keep their answers that wait, so nothing else is named.
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@desk.get("/locked")
def locked() -> ResponseReturnValue:
    """What a page that was left open turns into."""
    back = own_path(request.args.get("back"), otherwise=url_for("desk.worklist"))
    with work(write=False) as unit:
        sandbox = unit.sandbox
    return show("locked.html", None, back=back, sandbox=sandbox)


@desk.after_request
def lock_when_idle(response: Response) -> Response:
    """A page that nobody touches for as long as a session may be idle is taken off the screen by itself.

    By a header, so that it works without a script. It leads to a page that asks nothing of the session: two
    pages left open cannot keep one another signed in.
    """
    right = RIGHTS.get(f"GET {request.endpoint}", RIGHTS.get(f"POST {request.endpoint}", frozenset()))
    if response.status_code == 200 and response.mimetype == "text/html" and ANYONE not in right:
        hidden = url_for("desk.locked", back=here())
        response.headers.setdefault("Refresh", f"{int(SESSION_IDLE.total_seconds())}; url={hidden}")
    return response


@desk.get("/demo")
def demo() -> ResponseReturnValue:
    """The demo's own link: in a sandbox, with the demo's key, a session of its nurse or physician."""
    door = Door(f"demo:{network_of(request.remote_addr)}", DEMO_TRIES, DEMO_WINDOW_S)
    with counted(door), work(write=True) as unit:
        signed_in = enter_demo(
            unit.session,
            who=request.args.get("who", "nurse"),
            key=request.args.get("key", ""),
            expected_key=roof().settings.demo_key,
            now=unit.wall_now,
        )
    return enter(signed_in, own_path(request.args.get("back"), otherwise=url_for("desk.worklist")))


def refuse_elsewhere() -> None:
    """A page elsewhere must not sign a colleague in as somebody else.

    Raises:
        Refusal: csrf_failed.
    """
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise Refusal("csrf_failed", "Open this page by itself and sign in there.")


def enter(signed_in: SignedIn, back: str) -> ResponseReturnValue:
    """To the page that was wanted, with the session's cookie."""
    if signed_in.staff.role == RESEARCHER and back == url_for("desk.worklist"):
        back = url_for("desk.durability_page")  # the worklist names patients
    response = make_response(redirect(back, 303))
    response.set_cookie(
        STAFF_COOKIE,
        signed_in.token,
        max_age=int(SESSION_LIFE.total_seconds()),
        secure=True,
        httponly=True,
        samesite="Lax",
    )
    return response


def _begun(form: Form) -> SignedIn | Begun:
    refuse_elsewhere()
    given = form.read(SessionIn)
    return begin_sign_in(email=given["email"], password=given["password"])


def _ask_for_code(form: Form, back: str) -> ResponseReturnValue:
    with work(write=False) as unit:
        sandbox = unit.sandbox
    return show("sign_in_code.html", None, form=form, back=back, sandbox=sandbox), form.status
