"""Chairs and beds: those in use, for offers that name one."""

from typing import Any

from diary.api.door import api_work
from diary.api.frame import NEXT_PAGE, Routes
from diary.storage.chairs import chairs_page
from diary.web.pages import Place, page, place_of
from schemas.chair import ChairsIn, ChairsOut

routes = Routes("chairs", __name__, url_prefix="/v1/chairs", description="Where infusions are given.")


@routes.route("", methods=["GET"])
@routes.arguments(ChairsIn, location="query")
@routes.response(200, ChairsOut, headers=NEXT_PAGE)
def list_chairs(query: dict[str, Any]) -> Any:
    """The clinic's chairs and beds in use, by name."""
    with api_work(write=False) as unit:
        place = place_of(query.get("cursor"), str)
        rows = chairs_page(unit.session, after=str(place.key) if place else None, limit=query["limit"] + 1)
        listed = page(rows, limit=query["limit"], place=lambda row: Place(row.name, row.id))
    return listed, 200, listed.headers
