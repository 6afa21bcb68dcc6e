"""Passkeys at the desk: made and removed under My account, and the way in without a password.

A script hands what is asked to the browser, and sends its answer as an ordinary form.
"""

from typing import Any

from flask import jsonify, request, url_for
from flask.typing import ResponseReturnValue

from diary.desk.account import fresh, me
from diary.desk.door import at_desk, desk, done, own_path, show, staff_work
from diary.desk.forms import Form
from diary.desk.signing import enter, refuse_elsewhere
from diary.services import own_account, passkeys, second_factor
from diary.services.attempts import count_tries, passkey_doors
from diary.services.passkeys import Asked, Site
from diary.web.body import Unreadable, read_json
from diary.web.database import db
from diary.web.signing_in import client, counted, leave_earlier_session
from diary.web.work import roof, work
from schemas.account import PasskeyIn, PasskeyNameIn, PasskeySignInIn


@desk.post("/passkey/options")
def passkey_options() -> ResponseReturnValue:
    """What a browser needs to sign in by a passkey."""
    refuse_elsewhere()
    asking, _ = passkey_doors(request.remote_addr)
    count_tries(db.engine, asking, now=roof().clock())
    with work(write=True) as unit:
        return _options(passkeys.ask_for_known(unit.session, site=_site(), now=unit.wall_now))


@desk.post("/passkey")
def passkey_sign_in() -> ResponseReturnValue:
    """Sign in by the passkey that answered."""
    form = Form()
    back = own_path(request.form.get("back"), otherwise=url_for("desk.worklist"))
    with form.refusals():
        refuse_elsewhere()
        given = form.read(PasskeySignInIn)
        credential = _credential(given["credential"])
        _, trying = passkey_doors(request.remote_addr)
        with counted(trying), work(write=True) as unit:
            signed_in = passkeys.sign_in(
                unit.session,
                step=given["step"],
                credential=credential,
                site=_site(),
                now=unit.wall_now,
                client=client(),
            )
        leave_earlier_session()
        return enter(signed_in, back)
    with work(write=False) as unit:
        sandbox = unit.sandbox
    return show("sign_in.html", None, form=form, back=back, sandbox=sandbox), form.status


@desk.post("/account/passkeys/options")
def new_passkey_options() -> ResponseReturnValue:
    """What a browser needs to make a passkey."""
    with staff_work(write=True) as unit:
        asked = passkeys.ask_for_new(unit.session, fresh(unit), site=_site(), now=unit.wall_now)
    return _options(asked)


@desk.post("/account/passkeys")
def add_passkey() -> ResponseReturnValue:
    """Keep the passkey that the browser made; with the first factor come the recovery codes."""
    given = Form().read(PasskeyIn)
    with at_desk(write=True) as (unit, frame):
        person = fresh(unit)
        credential = _credential(given["credential"])
        first = not second_factor.has_second_factor(unit.session, person.id)
        passkeys.add(
            unit.session,
            person,
            step=given["step"],
            credential=credential,
            name=given["name"],
            site=_site(),
            now=unit.wall_now,
        )
        own_account.prove(me(unit)[1], way="passkey")
        codes = second_factor.new_recovery_codes(unit.session, person, now=unit.wall_now) if first else []
    return show("recovery_codes.html", frame, codes=codes) if first else done("passkey", "desk.account")


@desk.post("/account/passkeys/<uid:uid>/name")
def rename_passkey(uid: str) -> ResponseReturnValue:
    """What its person calls it."""
    given = Form().read(PasskeyNameIn)
    with staff_work(write=True) as unit:
        passkeys.rename(unit.session, me(unit)[0], uid, given["name"])
    return done("saved", "desk.account")


@desk.post("/account/passkeys/<uid:uid>/remove")
def remove_passkey(uid: str) -> ResponseReturnValue:
    """It opens nothing any more."""
    with staff_work(write=True) as unit:
        passkeys.remove(unit.session, fresh(unit), uid, now=unit.wall_now)
    return done("passkey_removed", "desk.account")


def _site() -> Site:
    return Site.at(roof().settings.public_url)


def _options(asked: Asked) -> ResponseReturnValue:
    return jsonify(step=asked.step.token, options=asked.options)


def _credential(text: str) -> dict[str, Any]:
    """The browser's answer, read with the depth and the keys that a body may have.

    Raises:
        Unreadable: when it is no JSON object.
    """
    found = read_json(text.encode())
    if not isinstance(found, dict):
        raise Unreadable("body_not_an_object", "The passkey's answer is not an object.")
    return found
