"""What the clinic learns: how long relief lasts, by what was given. A job computes it; this page shows it."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

import marshmallow as ma
from flask import request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from diary.charts.answer_map import answer_map_chart
from diary.charts.survival import GROUPS_MAX, SurvivalLine, survival_chart
from diary.desk import result_words
from diary.desk.door import at_desk, desk, page_number, show
from diary.services import audit
from diary.services.answer_map import answer_map, changes_since
from diary.services.clinics import the_clinic
from diary.storage.results import result
from schemas.fields import Day

FIRST_FACTOR: Final = "agent"
CHANGES_DAYS: Final = 7
_SINCE: Final = Day(description="From this day on.")


@desk.get("/results")
def durability_page() -> ResponseReturnValue:
    """Time from infusion to loss, one way to tell courses apart at a time."""
    with at_desk(write=True) as (unit, frame):
        kept = result(unit.session, "durability", the_clinic(unit.session).uid)
        pairs = kept.found["repeats"]["pairs"] if kept is not None else ()
        shown = [pair["patient"] for pair in pairs]
        audit.note_list(unit.session, "results", shown, named=False, now=unit.now)
    if kept is None or not kept.found["factors"]:
        return show("durability.html", frame, kept=kept, factor=None)
    factors = {factor["name"]: factor for factor in kept.found["factors"]}
    factor = factors.get(request.args.get("by", FIRST_FACTOR), factors[FIRST_FACTOR])
    return show(
        "durability.html",
        frame,
        kept=kept,
        found=kept.found,
        factors=list(factors),
        factor=factor,
        chart=_chart(factor),
        said=result_words,
        weeks=_weeks(factor["groups"]),
    )


@desk.get("/results/answers")
def answers_map_page() -> ResponseReturnValue:
    """Who answered on which day, and what of it changed since a day."""
    page = page_number()
    with at_desk(write=True) as (unit, frame):
        since = _asked_day() or frame.today - timedelta(days=CHANGES_DAYS)
        found = answer_map(unit.session, last_day=frame.today, page=page)
        changes = changes_since(unit.session, since, frame.zone)
        shown = [row.pseudonym for row in found.rows] + [one.pseudonym for one in changes]
        audit.note_list(unit.session, "answers", shown, named=False, now=unit.now)
    rows = [(row.pseudonym, row.days) for row in found.rows]
    wide, narrow = (
        answer_map_chart(rows, first_day=found.first_day, narrow=small) for small in (False, True)
    )
    chart = Markup(f'<div class="chart-pair">{wide}{narrow}</div>')  # noqa: S704 - the charts escape
    return show(
        "answers_map.html",
        frame,
        found=found,
        chart=chart,
        changes=changes,
        since=since,
        page=page,
        said=result_words,
    )


def _asked_day() -> date | None:
    try:
        return _SINCE.deserialize(request.args["since"])
    except (KeyError, ma.ValidationError):
        return None


def _chart(factor: Mapping[str, Any]) -> Markup | None:
    """The largest groups that may be drawn; None for none."""
    drawn = [group for group in factor["groups"] if group["drawn"]][:GROUPS_MAX]
    if not drawn:
        return None
    lines = [
        SurvivalLine(
            result_words.group_name(factor["name"], group["name"]),
            [tuple(step) for step in group["curve"]],
            group["at_risk"],
            result_words.lasted(group["median"]),
        )
        for group in drawn
    ]
    title = f"Share that still has relief, by {result_words.FACTORS[factor['name']].lower()}"
    wide, narrow = survival_chart(lines, title=title), survival_chart(lines, title=title, narrow=True)
    return Markup(f'<div class="chart-pair">{wide}{narrow}</div>')  # noqa: S704 - the charts escape


def _weeks(groups: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Of each drawn group its figures at weeks 4, 8, 12 ..., for the table below the chart."""
    return [
        {
            "name": group["name"],
            "week": week,
            "known": group["shares"][week - 1][0],
            "third": group["shares"][week - 1][1],
            "half": group["shares"][week - 1][2],
            "still": group["checked"][week - 1],
            "lost": group["ends"][week - 1][0],
            "again": group["ends"][week - 1][1],
        }
        for group in groups
        if group["drawn"]
        for week in (4, 8, 12, 16, 20, 24)
    ]
