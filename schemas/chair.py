"""Chairs and beds: where infusions are given, and on which days."""

from typing import Any

from config.words import CHAIR_KINDS, WEEKDAYS
from schemas.base import Incoming, Outgoing
from schemas.fields import Choice, Day, ListOf, Part, Text, Uuid
from schemas.page import PageIn, PageOut


def weekdays(**options: Any) -> ListOf:
    """The weekdays on which it is used, each once."""
    day = Choice(WEEKDAYS, description="A weekday.")
    return ListOf(day, min_items=1, max_items=7, description="The weekdays on which it is used.", **options)


class ChairIn(Incoming):
    """A new chair or bed, which holds one infusion at a time."""

    name = Text(60, required=True, description="What the clinic calls it.")
    kind = Choice(CHAIR_KINDS, required=True, description="A chair for outpatients, or a bed.")
    weekdays = weekdays(required=True)


class ChairOut(Outgoing):
    """A chair or bed."""

    uid = Uuid(description="The service's own id.")
    name = Text(60, description="What the clinic calls it.")
    kind = Choice(CHAIR_KINDS, description="A chair for outpatients, or a bed.")
    weekdays = weekdays(allow_none=True)


class ChairsIn(PageIn):
    """Which chairs to list."""


class ChairsOut(PageOut):
    """Chairs and beds in use, by name."""

    items = ListOf(Part(ChairOut, description="One chair or bed."), max_items=200, description="This page.")


class ClosedDaysIn(Incoming):
    """Closed days that open again."""

    chair = Uuid(description="`uid` of the chair or bed; left out: the whole clinic.")
    first_day = Day(required=True, description="First day closed.")
    last_day = Day(required=True, description="Last day closed.")


class ClosureIn(ClosedDaysIn):
    """Days on which nobody is infused there."""

    reason = Text(200, required=True, description="Why, for colleagues.")
