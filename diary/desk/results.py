"""What the clinic learns: how long relief lasts, by what was given. A job computes it; this page shows it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from flask import request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from diary.charts.survival import GROUPS_MAX, SurvivalLine, survival_chart
from diary.desk import result_words
from diary.desk.door import at_desk, desk, show
from diary.services.clinics import the_clinic
from diary.storage.results import result

FIRST_FACTOR: Final = "agent"


@desk.get("/results")
def durability_page() -> ResponseReturnValue:
    """Time from infusion to loss, one way to tell courses apart at a time."""
    with at_desk() as (unit, frame):
        kept = result(unit.session, "durability", the_clinic(unit.session).uid)
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
