"""Nights: which were run, when, and what they counted."""

from datetime import date
from typing import Any

from diary.api.door import api_work
from diary.api.frame import NEXT_PAGE, Routes
from diary.storage.nights import nights_page
from diary.storage.tables.night import NightRun
from diary.web.pages import Place, page, place_of
from diary.web.work import Work
from schemas.night import NightOut, NightsIn, NightsOut

routes = Routes("nights", __name__, url_prefix="/v1/nights", description="The nightly assessment.")

PLAIN = tuple(name for name in NightOut().fields if name != "age_hours")


@routes.route("", methods=["GET"])
@routes.arguments(NightsIn, location="query")
@routes.response(200, NightsOut, headers=NEXT_PAGE)
def list_nights(query: dict[str, Any]) -> Any:
    """The clinic's nights, the newest first."""
    with api_work(write=False) as unit:
        place = place_of(query.get("cursor"), date)
        before = place.key if place else None
        assert before is None or isinstance(before, date)
        rows = nights_page(unit.session, before=before, limit=query["limit"] + 1)
        listed = page(rows, limit=query["limit"], place=lambda run: Place(run.night, run.id))
        items = [_shown(unit, run) for run in listed.items]
    return {"items": items, "next_cursor": listed.next_cursor}, 200, listed.headers


def _shown(unit: Work, run: NightRun) -> dict[str, Any]:
    age = unit.wall_now - run.finished_at if run.finished_at is not None else None
    hours = round(max(0.0, age.total_seconds() / 3600), 1) if age is not None else None
    return {name: getattr(run, name) for name in PLAIN} | {"age_hours": hours}
