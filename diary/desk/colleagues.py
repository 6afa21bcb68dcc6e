"""Staff at the desk, for the clinic's admins: who has an account, in which role, and how they come in."""

from flask import make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from config.words import STAFF_ROLES
from diary.desk import words
from diary.desk.door import at_desk, desk, done, frame_alone, show, staff_work
from diary.desk.forms import Form
from diary.desk.frame import Frame
from diary.desk.signing import refuse_elsewhere
from diary.domain.errors import Refusal
from diary.services import account_links, accounts, provider_sign_ins, second_factor
from diary.services.account_links import Link, look_at_link, use_link
from diary.services.colleagues import colleague, colleagues
from diary.storage.staff import staff_by_uid
from diary.storage.tables.staff import Staff
from diary.web.work import Work, roof, work
from schemas.account import InvitationIn, LinkIn, RoleIn

ROLE_CHOICES = [(role, words.ROLES[role]) for role in STAFF_ROLES]


@desk.get("/staff")
def staff_page() -> ResponseReturnValue:
    """Everyone with an account here."""
    with at_desk() as (unit, frame):
        found = colleagues(unit.session, now=unit.wall_now)
    return show("staff.html", frame, colleagues=found)


@desk.route("/staff/new", methods=["GET", "POST"])
def invite() -> ResponseReturnValue:
    """An account for somebody who joins, and the link by which they set their password."""
    form = Form()
    if form.sent:
        with form.refusals():
            given = form.read(InvitationIn)
            with at_desk(write=True) as (unit, frame):
                person, link = account_links.invite(unit.session, **given, now=unit.wall_now)
            return _show_link(frame, person, link)
    return show("staff_new.html", frame_alone(), form=form, roles=ROLE_CHOICES), form.status


@desk.get("/staff/<uid:uid>")
def staff_member(uid: str) -> ResponseReturnValue:
    """One account, and what an admin may do about it."""
    with at_desk() as (unit, frame):
        found = colleague(unit.session, _person(unit, uid), now=unit.wall_now)
    return show("staff_member.html", frame, one=found, roles=ROLE_CHOICES)


@desk.post("/staff/<uid:uid>/role")
def change_role(uid: str) -> ResponseReturnValue:
    """Another role, from the next request on."""
    given = Form().read(RoleIn)
    with staff_work(write=True) as unit:
        accounts.change_role(unit.session, _person(unit, uid), given["role"], now=unit.wall_now)
    return done("role", "desk.staff_member", uid=uid)


@desk.post("/staff/<uid:uid>/link")
def make_link(uid: str) -> ResponseReturnValue:
    """A link by which the person sets a password; it is shown this once."""
    with at_desk(write=True) as (unit, frame):
        person = _person(unit, uid)
        kind = "reset" if person.password_hash is not None else "invitation"
        link = account_links.make_link(unit.session, person, kind, now=unit.wall_now)
    return _show_link(frame, person, link)


@desk.post("/staff/<uid:uid>/<any(disable,enable,forget,leave,unlink):what>")
def change_account(uid: str, what: str) -> ResponseReturnValue:
    """End the account or open it again; forget a lost second factor; sign out everywhere; unlink."""
    change = {
        "disable": accounts.disable,
        "enable": accounts.enable,
        "forget": second_factor.remove_factors,
        "leave": accounts.end_sessions,
        "unlink": provider_sign_ins.unlink,
    }[what]
    with staff_work(write=True) as unit:
        change(unit.session, _person(unit, uid), now=unit.wall_now)
    return done(f"account_{what}", "desk.staff_member", uid=uid)


@desk.get("/link/<token>")
def link_page(token: str) -> ResponseReturnValue:
    """An invitation or a reset, opened by whom it is for."""
    return _show_password(token, Form({"token": token}))


@desk.post("/link")
def set_own_password() -> ResponseReturnValue:
    """The password that its person chose; the link opens nothing any more."""
    form = Form()
    with form.refusals():
        refuse_elsewhere()
        given = form.read(LinkIn)
        with work(write=True) as unit:
            use_link(unit.session, given["token"], given["password"], now=unit.wall_now)
        return make_response(redirect(url_for("desk.sign_in", done="password_set"), 303))
    return _show_password(form.value("token"), form)


def _show_password(token: str, form: Form) -> ResponseReturnValue:
    with work(write=False) as unit:
        opened = None
        try:
            opened = look_at_link(unit.session, token, now=unit.wall_now)
        except Refusal:
            if request.method != "POST":
                raise
        sandbox = unit.sandbox
    return show("link.html", None, form=form, opened=opened, sandbox=sandbox), form.status


def _show_link(frame: Frame, person: Staff, link: Link) -> ResponseReturnValue:
    address = f"{roof().settings.public_url}{url_for('desk.link_page', token=link.token)}"
    return show("staff_link.html", frame, person=person, address=address, ends_at=link.ends_at)


def _person(unit: Work, uid: str) -> Staff:
    found = staff_by_uid(unit.session, uid)
    if found is None:
        raise Refusal("not_found", "There is no such account in this clinic.")
    return found
