"""Sessions: staff sign in with a password and get a token for a working day."""

from typing import Any

from diary.api.door import api_work
from diary.api.frame import Routes
from diary.services.staff import sign_out
from diary.web.signing_in import sign_in
from schemas.session import SessionIn, SessionOut

routes = Routes("sessions", __name__, url_prefix="/v1/sessions", description="Signing in and out.")


@routes.route("", methods=["POST"])
@routes.arguments(SessionIn)
@routes.response(201, SessionOut)
def open_session(body: dict[str, Any]) -> Any:
    """Sign in; the token is shown this once."""
    opened = sign_in(email=body["email"], password=body["password"], code=body.get("code"))
    return {"token": opened.token, "expires_at": opened.expires_at, "staff": opened.staff}


@routes.route("/current", methods=["DELETE"])
@routes.response(204)
def end_session() -> Any:
    """Sign out."""
    with api_work(write=True) as unit:
        assert unit.caller.session is not None
        sign_out(unit.session, unit.caller.session, now=unit.wall_now)
    return ""
