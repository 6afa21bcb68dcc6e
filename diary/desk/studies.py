"""The clinic's studies: what a job computed of each, by arm once it is unblinded, pooled until then."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask.typing import ResponseReturnValue
from markupsafe import Markup

from diary.charts.trial import TrialArm, WeekMean, trial_chart
from diary.desk.door import at_desk, desk, show
from diary.storage.results import result
from diary.storage.studies import studies
from diary.storage.tables.result import Result


@dataclass(frozen=True, slots=True)
class StudyShown:
    """A study with what was computed of it, and its picture; neither before the first week is over."""

    uid: str
    name: str
    kept: Result | None
    chart: Markup | None


@desk.get("/results/studies")
def studies_page() -> ResponseReturnValue:
    """Every study of the clinic, week by week."""
    with at_desk() as (unit, frame):
        shown = []
        for study in studies(unit.session):
            kept = result(unit.session, "study", study.uid)
            # One that was computed while it was masked stays so until the next week.
            shown.append(
                StudyShown(study.uid, study.name, kept, _chart(kept.found) if kept is not None else None)
            )
    return show("studies.html", frame, shown=shown)


def _chart(found: Mapping[str, Any]) -> Markup | None:
    arms = [TrialArm(name, tuple(WeekMean(*week) for week in weeks)) for name, weeks in found["arms"]]
    if not any(arm.weeks for arm in arms):
        return None
    return Markup(trial_chart(*arms))  # noqa: S704 - the charts escape
