"""Nights: the assessments of diary days, clinic by clinic."""

from config.words import NIGHT_STATES
from schemas.base import Outgoing
from schemas.fields import Choice, Day, ListOf, Moment, Number, Part, WholeNumber, YesNo
from schemas.page import PageIn, PageOut

COURSES_MAX = 2**31 - 1


class NightOut(Outgoing):
    """One night. Its counts add up: seen = judged + silent + failed."""

    night = Day(description="The diary day that was judged, with all days before it.")
    state = Choice(NIGHT_STATES, description="Under way, done, done with failures, or failed.")
    late = YesNo(description="Made up after its due time.")
    cutoff_at = Moment(description="When it was due; what was received later counts from the next night on.")
    started_at = Moment(description="When it started.")
    finished_at = Moment(allow_none=True, description="When it finished.")
    age_hours = Number(0, 1e6, allow_none=True, description="Hours since it finished.")
    courses_seen = WholeNumber(0, COURSES_MAX, description="Courses looked at.")
    courses_judged = WholeNumber(0, COURSES_MAX, description="Courses judged from their scores.")
    courses_silent = WholeNumber(0, COURSES_MAX, description="Courses without recent answers.")
    courses_failed = WholeNumber(0, COURSES_MAX, description="Courses that could not be judged.")
    alerts_opened = WholeNumber(0, COURSES_MAX, description="Alerts opened.")
    alerts_ended = WholeNumber(0, COURSES_MAX, description="Alerts cleared or superseded.")


class NightsIn(PageIn):
    """Which nights to list."""


class NightsOut(PageOut):
    """Nights of the clinic, the newest first."""

    items = ListOf(Part(NightOut, description="One night."), max_items=200, description="This page.")
