"""Sessions: staff sign in with a password and get a token for a working day."""

import hashlib
from typing import Any

from flask import request

from diary.api.frame import Routes
from diary.services.attempts import count_attempt
from diary.services.staff import sign_in, sign_out
from diary.web.database import db
from diary.web.work import roof, work
from schemas.session import SessionIn, SessionOut

TRIES_PER_ACCOUNT = 10
TRIES_PER_ADDRESS = 50
WINDOW_S = 15 * 60

routes = Routes("sessions", __name__, url_prefix="/v1/sessions", description="Signing in and out.")


@routes.route("", methods=["POST"])
@routes.arguments(SessionIn)
@routes.response(201, SessionOut)
def open_session(body: dict[str, Any]) -> Any:
    """Sign in; the token is shown this once."""
    now = roof().clock()
    account = hashlib.sha256(body["email"].lower().encode()).hexdigest()[:32]
    for door, limit in (
        (f"signin:{account}", TRIES_PER_ACCOUNT),
        (f"signin:{request.remote_addr}", TRIES_PER_ADDRESS),
    ):
        count_attempt(db.engine, door, limit=limit, window_s=WINDOW_S, now=now)
    with work(write=True) as unit:
        opened = sign_in(unit.session, email=body["email"], password=body["password"], now=unit.wall_now)
        return {"token": opened.token, "expires_at": opened.expires_at, "staff": opened.staff}


@routes.route("/current", methods=["DELETE"])
@routes.response(204)
def end_session() -> Any:
    """Sign out."""
    with work(write=True) as unit:
        assert unit.caller.session is not None
        sign_out(unit.session, unit.caller.session, now=unit.wall_now)
    return ""
