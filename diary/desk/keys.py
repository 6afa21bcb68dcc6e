"""Keys of other programs, for the clinic's admins: made, shown once, and revoked."""

from flask.typing import ResponseReturnValue

from diary.desk.door import at_desk, desk, done, frame_alone, show, staff_work
from diary.desk.forms import Form
from diary.domain.errors import Refusal
from diary.services.accounts import revoke_key
from diary.services.staff import make_key
from diary.storage.staff import key_by_uid, keys_of_clinic
from diary.web.rights import SCOPES
from schemas.key import key_in


@desk.get("/keys")
def keys_page() -> ResponseReturnValue:
    """Which keys there are; the keys themselves are not kept."""
    with at_desk() as (unit, frame):
        known = keys_of_clinic(unit.session)
    return show("keys.html", frame, keys=known)


@desk.route("/keys/new", methods=["GET", "POST"])
def new_key() -> ResponseReturnValue:
    """A key that opens what its scopes name; it is shown this once. In a sandbox it is a test key."""
    scopes = sorted(set(SCOPES.values()))
    form = Form()
    if form.sent:
        with form.refusals():
            given = form.read(key_in(scopes))
            with at_desk(write=True) as (unit, frame):
                key, secret = make_key(
                    unit.session,
                    name=given["name"],
                    kind="test" if unit.sandbox else "live",
                    scopes=sorted(set(given["scopes"])),
                    now=unit.wall_now,
                )
            return show("key.html", frame, key=key, secret=secret)
    choices = [(scope, scope) for scope in scopes]
    return show("key_new.html", frame_alone(), form=form, scopes=choices), form.status


@desk.post("/keys/<uid:uid>/revoke")
def stop_key(uid: str) -> ResponseReturnValue:
    """The key opens nothing from now on."""
    with staff_work(write=True) as unit:
        key = key_by_uid(unit.session, uid)
        if key is None:
            raise Refusal("not_found", "There is no such key in this clinic.")
        revoke_key(unit.session, key, now=unit.wall_now)
    return done("key_revoked", "desk.keys_page")
