"""Taking part in a study, step by step: screened, agreed, allotted, seen, and how it ended."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

_DEVIATIONS: Final = frozenset({"minor_deviation", "major_deviation"})
_ALONG: Final = _DEVIATIONS | {"visit"}
# What may follow what: None is who was never screened. Visits and deviations change nobody's standing.
NEXT: Final[Mapping[str | None, frozenset[str]]] = {
    None: frozenset({"screened"}),
    "screened": frozenset({"not_eligible", "declined", "consented"}),
    "not_eligible": frozenset({"screened"}),
    "declined": frozenset({"screened"}),
    "consented": frozenset({"not_eligible", "allotted", "withdrew"}) | _ALONG,
    "allotted": frozenset({"completed", "withdrew"}) | _ALONG,
    "completed": _DEVIATIONS,
    "withdrew": _DEVIATIONS,
}


@dataclass(frozen=True, slots=True)
class PlannedVisit:
    """A visit of the protocol: on which course day, and how many days earlier or later it still counts."""

    name: str
    day_number: int
    window_days: int


@dataclass(frozen=True, slots=True)
class VisitDue:
    """A planned visit of one patient; `state`: done, due, overdue or later."""

    name: str
    day: date
    window_days: int
    state: str


def standing(steps: Iterable[str]) -> str | None:
    """Where somebody stands after these steps, first to last.

    >>> standing(["screened", "consented", "allotted", "visit"])
    'allotted'
    """
    places = [step for step in steps if step in NEXT]
    return places[-1] if places else None


def visits_due(
    plan: Sequence[PlannedVisit], *, done: Iterable[str], last_infusion_day: date, today: date
) -> list[VisitDue]:
    """The planned visits of a patient who was infused, by day.

    >>> plan = [PlannedVisit("week 4", 28, 3)]
    >>> [visit.state for visit in visits_due(
    ...     plan, done=[], last_infusion_day=date(2026, 8, 7), today=date(2026, 9, 8))]
    ['overdue']
    """
    names = set(done)
    found = []
    for visit in sorted(plan, key=lambda visit: visit.day_number):
        day = last_infusion_day + timedelta(days=visit.day_number)
        opens, closes = (day + timedelta(days=days) for days in (-visit.window_days, visit.window_days))
        state = "later" if today < opens else "due" if today <= closes else "overdue"
        found.append(VisitDue(visit.name, day, visit.window_days, "done" if visit.name in names else state))
    return found
