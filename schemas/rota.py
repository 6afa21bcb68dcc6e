"""Who works when: covers, holidays, the weekdays of the desk, teams."""

from config.words import WEEKDAYS
from schemas.base import Incoming
from schemas.fields import Choice, Day, ListOf, Text, Uuid


class CoverIn(Incoming):
    """One person's work goes to another for some days."""

    absent = Uuid(required=True, description="`uid` of the person who is away.")
    cover = Uuid(required=True, description="`uid` of the person who takes the work.")
    first_day = Day(required=True, description="First day.")
    last_day = Day(required=True, description="Last day.")
    reason = Text(200, required=True, description="Why, for colleagues.")


class CoverEndsIn(Incoming):
    """Which cover ends."""

    absent = Uuid(required=True, description="`uid` of the person who was away.")
    first_day = Day(required=True, description="The day on which it began.")


class HolidayIn(Incoming):
    """Days on which nobody works at the desk."""

    first_day = Day(required=True, description="First day.")
    last_day = Day(required=True, description="Last day.")
    name = Text(100, required=True, description="What it is called.")


class HolidayBackIn(Incoming):
    """Which holiday is taken back."""

    first_day = Day(required=True, description="Its first day.")
    last_day = Day(required=True, description="Its last day.")


class WorkingWeekIn(Incoming):
    """The weekdays on which the desk works."""

    weekdays = ListOf(
        Choice(WEEKDAYS, description="A weekday."),
        min_items=1,
        max_items=7,
        required=True,
        description="The weekdays on which somebody is at the desk.",
    )


class OwnWeekIn(Incoming):
    """The weekdays on which a person works."""

    weekdays = ListOf(
        Choice(WEEKDAYS, description="A weekday."),
        min_items=1,
        max_items=7,
        required=True,
        description="The weekdays on which they work.",
    )
    cover = Uuid(description="`uid` of the person who has their work on the others.")


class TeamIn(Incoming):
    """A new team."""

    name = Text(60, required=True, description="What the clinic calls it.")


class MemberIn(Incoming):
    """Who joins or leaves a team."""

    staff = Uuid(required=True, description="`uid` of the person.")
