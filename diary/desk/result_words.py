"""The words of the pages that show what the clinic learns."""

from collections.abc import Mapping
from typing import Any, Final

from diary.charts.scale import count_text
from diary.desk import words

FACTORS: Final[Mapping[str, str]] = {
    "agent": "Agent",
    "dose": "Dose",
    "hours": "Hours in all",
    "adjunct": "Given beside",
    "setting": "Setting",
    "course": "Which course",
}
KINDS: Final[Mapping[str, str]] = {
    "answer": "changed by the patient",
    "correction": "corrected by staff",
    "void": "taken back",
}
_GROUPS: Final[Mapping[str, Mapping[str, str]]] = {
    "agent": words.AGENTS,
    "setting": words.SETTINGS_OF_CARE,
}


def group_name(factor: str, name: str) -> str:
    """A group as staff read it.

    >>> group_name("agent", "s_ketamine"), group_name("dose", "not recorded")
    ('S-ketamine', 'Not recorded')
    """
    told = _GROUPS.get(factor, {}).get(name, name)
    return told[:1].upper() + told[1:]


def lasted(median: Mapping[str, Any]) -> str:
    """The median under a line's name.

    >>> lasted({"day": 70}), lasted({"day": None})
    ('median 10.0 weeks', 'median not reached')
    """
    return "median not reached" if median["day"] is None else f"median {median['day'] / 7:.1f} weeks"


def how_long(one: Mapping[str, Any]) -> str:
    """How long the relief of one course lasted.

    >>> how_long({"days": 80, "lost": False})
    'at least 80 days'
    """
    days = count_text(one["days"], "day")
    return days if one["lost"] else f"at least {days}"


def percent(share: float | None) -> str:
    """A share as words.

    >>> percent(0.437), percent(None)
    ('44 %', '-')
    """
    return "-" if share is None else f"{round(100 * share)} %"
