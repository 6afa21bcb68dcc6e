"""Joining: a code from the clinic, the consent, and a phone that stays signed in."""

from secrets import token_urlsafe
from typing import Any, Final

from flask import Response, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from diary.domain.errors import Refusal
from diary.phone.cookies import drop_cookie, put_cookie
from diary.phone.door import JOIN_COOKIE, diary_of, keep_signed_in, phone_work, show
from diary.phone.forms import NUMBERS, FormFault, chosen_nrs, chosen_zone, typed_code
from diary.phone.places import places
from diary.phone.preferences import keep_language, layout
from diary.phone.speaking import CONSENT_VERSION, just_chosen, spoken
from diary.services.attempts import enrolment_doors
from diary.services.enrolment import Phone, redeem
from diary.services.form_answer import CLIENT_VERSION
from diary.services.invitation import invitation
from diary.services.own_diary import own_day
from diary.web.asking import check_csrf, csrf_token
from diary.web.codes import STATUS_OF
from diary.web.signing_in import counted
from diary.web.work import Work, roof, work

# Said on the page where the code is typed.
OF_THE_CODE: Final = frozenset(
    {
        "code_wrong",
        "code_used",
        "code_expired",
        "too_many_devices",
        "too_many_attempts",
    }
)


def join() -> ResponseReturnValue:
    """Ask for the code. A phone that is signed in goes to today: it may have kept this address."""
    try:
        with phone_work(write=False) as unit:
            signed_in = unit.caller.patient is not None
    except Refusal:  # its session has ended
        signed_in = False
    if signed_in:
        return redirect(url_for("phone.today"), 303)
    return _ask_for_code()


def consent() -> ResponseReturnValue:
    """Look the code up and ask for consent, naming the clinic. The code is not used up yet."""
    try:
        return _ask_for_consent(_presented_code())
    except (FormFault, Refusal) as fault:
        return _ask_again(fault)


def agree() -> ResponseReturnValue:
    """Redeem the code with the consent given; this phone is signed in from now on."""
    try:
        code = _presented_code()
        try:
            zone = chosen_zone()
        except FormFault as fault:
            return _ask_for_consent(code, fault.key)
        with counted(*enrolment_doors(request.remote_addr)), work(write=True) as unit:
            enrolled = redeem(
                unit.session,
                code,
                Phone(zone, spoken().tag, CONSENT_VERSION, client_version=CLIENT_VERSION),
                secret_keys=roof().secret_keys,
                now=unit.now,
            )
    except (FormFault, Refusal) as fault:
        return _ask_again(fault)
    response = make_response(redirect(url_for("phone.ready"), 303))
    keep_signed_in(response, enrolled.token)
    drop_cookie(response, JOIN_COOKIE)
    return response


def ready() -> ResponseReturnValue:
    """Say what comes next, once: who kept this address comes to today."""
    with phone_work(write=False) as unit:
        diary = diary_of(unit)
        answered = own_day(unit.session, unit.patient, diary, day=diary.today).reply == "answered"
    if answered or diary.first_day < diary.today:
        return redirect(url_for("phone.today"), 303)
    return show("ready.html", unit)


def practice() -> ResponseReturnValue:
    """The question, to try out."""
    return _practice()


def practise() -> ResponseReturnValue:
    """What was chosen is shown and kept nowhere: no answer that was a try can ever be taken for one."""
    chosen = chosen_nrs()
    if chosen is None:
        return _practice(error="nrs"), 422
    return _practice(chosen=chosen)


def _practice(*, chosen: int | None = None, error: str | None = None) -> str:
    with phone_work(write=False) as unit:
        diary = diary_of(unit)
    return show(
        "practice.html", unit, diary=diary, numbers=NUMBERS, layout=layout(), chosen=chosen, error=error
    )


def _presented_code() -> str:
    """The code of this form, after what guards the form: cookies that work, and its own token."""
    token = request.cookies.get(JOIN_COOKIE)
    if token is None:
        # Said before the code is used up: without cookies the phone could not stay signed in.
        raise FormFault("cookies", status=403)
    check_csrf(request, secret_keys=roof().secret_keys, token=token)
    return typed_code()


def _ask_again(fault: FormFault | Refusal) -> ResponseReturnValue:
    if isinstance(fault, FormFault):
        return _ask_for_code(fault.key, fault.status)
    if fault.code not in OF_THE_CODE:
        raise fault
    wait_s = fault.facts.get("retry_after_s", 0)
    assert isinstance(wait_s, int)
    response = _ask_for_code(fault.code, STATUS_OF[fault.code], minutes=-(-wait_s // 60))
    if wait_s:
        response.headers["Retry-After"] = str(wait_s)
    return response


def _ask_for_code(error: str | None = None, status: int = 200, *, minutes: int = 0) -> Response:
    with work(write=False) as unit:
        pass
    typed = request.form.get("code", "")
    return _page("join.html", unit, status=status, error=error, minutes=minutes, typed=typed[:20])


def _ask_for_consent(code: str, error: str | None = None) -> Response:
    with counted(*enrolment_doors(request.remote_addr)), work(write=False) as unit:
        invited = invitation(unit.session, code, secret_keys=roof().secret_keys, now=unit.now)
    return _page(
        "consent.html",
        unit,
        status=200 if error is None else 422,
        error=error,
        code=code,
        clinic=invited.clinic,
        places=places(invited.zone),
    )


def _page(template: str, unit: Work, *, status: int, **facts: Any) -> Response:
    """A page of joining, with the cookie that its form is checked against."""
    token = request.cookies.get(JOIN_COOKIE) or token_urlsafe(32)
    csrf = csrf_token(roof().settings.secret_key, token)
    response = make_response(show(template, unit, csrf=csrf, **facts), status)
    put_cookie(response, JOIN_COOKIE, token, max_age=None)
    if just_chosen() is not None:
        keep_language(response, spoken())
    return response
