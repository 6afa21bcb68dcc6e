"""Regimens: how a clinic plans its infusions."""

from functools import partial
from typing import Any

from diary.api.door import api_work, met_on_second_try
from diary.api.finding import found
from diary.api.frame import ETAG, NEXT_PAGE, Routes
from diary.services.regimens import add_regimen, change_regimen
from diary.storage.courses import regimen_by_uid, regimens_page
from diary.web.pages import Place, page, place_of
from diary.web.versions import etag_of, require_version
from schemas.regimen import RegimenIn, RegimenOut, RegimenPatch, RegimensIn, RegimensOut

routes = Routes("regimens", __name__, url_prefix="/v1/regimens", description="How infusions are planned.")


@routes.route("", methods=["GET"])
@routes.arguments(RegimensIn, location="query")
@routes.response(200, RegimensOut, headers=NEXT_PAGE)
def list_regimens(query: dict[str, Any]) -> Any:
    """The clinic's regimens by name, retired ones too."""
    with api_work(write=False) as unit:
        place = place_of(query.get("cursor"), str)
        rows = regimens_page(unit.session, after=str(place.key) if place else None, limit=query["limit"] + 1)
        listed = page(rows, limit=query["limit"], place=lambda row: Place(row.name, row.id))
    return listed, 200, listed.headers


@routes.route("", methods=["POST"])
@routes.arguments(RegimenIn)
@routes.response(201, RegimenOut, headers=ETAG)
def declare(body: dict[str, Any]) -> Any:
    """A new regimen to plan with."""
    return met_on_second_try(partial(_declare, body))


def _declare(body: dict[str, Any]) -> Any:
    with api_work(write=True) as unit:
        told = {"dose_mg_kg_h": None, "adjuncts": [], **body}
        regimen = add_regimen(unit.session, **told, now=unit.now)
    return regimen, 201, etag_of(regimen.version)


@routes.route("/<uid:regimen_uid>", methods=["PATCH"])
@routes.names_version
@routes.arguments(RegimenPatch)
@routes.response(200, RegimenOut, headers=ETAG)
def change(body: dict[str, Any], regimen_uid: str) -> Any:
    """Change a regimen; what was given under it stays as it was recorded."""
    with api_work(write=True) as unit:
        regimen = found(regimen_by_uid(unit.session, regimen_uid, lock=True))
        require_version(regimen.version)
        change_regimen(unit.session, regimen, body, now=unit.now)
    return regimen, 200, etag_of(regimen.version)
