"""What a patient tells besides the score: "please call me", and optional items of a day."""

from typing import Any

from diary.api.door import api_work
from diary.api.frame import Routes
from diary.services.alerts import ask_for_call
from diary.services.clinics import the_clinic
from diary.services.items import record_items
from diary.storage.courses import courses_of
from schemas.call import CallIn, CallOut
from schemas.items import ItemsIn, ItemsOut

routes = Routes("wishes", __name__, url_prefix="/v1", description="Calls and optional questions.")


@routes.route("/calls", methods=["POST"])
@routes.arguments(CallIn)
@routes.response(201, CallOut)
@routes.alt_response(200, schema=CallOut, description="Asked already: the request that stands.", success=True)
def ask(body: dict[str, Any]) -> Any:
    """Please call me. Not urgent; asked again while it is open, it is the same request."""
    with api_work(write=True) as unit:
        open_course = next(
            (each for each in courses_of(unit.session, unit.patient.id) if each.status == "open"), None
        )
        asked = ask_for_call(
            unit.session,
            unit.patient,
            course_id=open_course.id if open_course else None,
            wants=body["wants"],
            now=unit.now,
        )
        answer = {"id": body["id"], "asked_at": asked.alert.opened_at, "clinic": the_clinic(unit.session)}
    return answer, 201 if asked.created else 200


@routes.route("/items", methods=["POST"])
@routes.arguments(ItemsIn)
@routes.response(201, ItemsOut)
@routes.alt_response(200, schema=ItemsOut, description="Known already: nothing new is stored.", success=True)
def answer_items(body: dict[str, Any]) -> Any:
    """Optional questions of one day. A red-flag answer reaches staff on arrival. Safe to repeat."""
    with api_work(write=True) as unit:
        stored = record_items(
            unit.session,
            unit.patient,
            client_id=body["id"],
            day=body["day"],
            items=body["items"],
            answered_at=body["answered_at"],
            sent_at=body["sent_at"],
            now=unit.now,
        )
        answer = {
            "id": body["id"],
            "day": body["day"],
            "received_at": stored.received_at,
            "red_flags": stored.red_flags,
            "call": the_clinic(unit.session) if stored.red_flags else None,
        }
    return answer, 201 if stored.created else 200
