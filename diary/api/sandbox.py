"""The sandbox clock: what time it is here, and moving it on, in sandbox databases only."""

from datetime import datetime, timedelta
from typing import Any

from diary.api.door import api_work
from diary.api.frame import Routes
from diary.services.sandbox import Here, ask_to_advance, installation
from schemas.clock import ClockIn, ClockOut

routes = Routes("sandbox", __name__, url_prefix="/v1/sandbox", description="Twelve weeks in seconds.")


@routes.route("/clock", methods=["GET"])
@routes.response(200, ClockOut)
def get_clock() -> Any:
    """What time it is here, and where the clock is going."""
    with api_work(write=False) as unit:
        return _shown(installation(unit.session), unit.now)


@routes.route("/clock", methods=["POST"])
@routes.arguments(ClockIn)
@routes.response(202, ClockOut)
def advance(body: dict[str, Any]) -> Any:
    """Move the clock on; the scheduler runs every night on the way. Read the clock until it stands."""
    with api_work(write=True) as unit:
        to = body["to"] if "to" in body else unit.now + timedelta(days=body["nights"])
        return _shown(ask_to_advance(unit.session, to=to), unit.now)


def _shown(here: Here, now: datetime) -> dict[str, Any]:
    return {"kind": here.kind, "now_at": now, "target_at": here.target_at}
