"""Courses: infusion days and the follow-up after them, each with its baseline."""

from config.scales import NRS
from config.words import BASELINE_KINDS, COURSE_CLOSINGS, COURSE_STATES, COURSE_STATUSES
from schemas.base import Incoming, Outgoing
from schemas.fields import (
    MEAN_DECIMALS,
    Choice,
    Day,
    ListOf,
    Moment,
    Number,
    Part,
    Text,
    Uuid,
    WholeNumber,
    YesNo,
)
from schemas.page import PageIn, PageOut


class CourseIn(Incoming):
    """A course whose infusion is expected; the diary begins to collect its baseline."""

    regimen = Uuid(required=True, description="`uid` of the regimen.")
    planned_first_day = Day(required=True, description="When the infusion is expected to begin.")
    treated_area = Text(
        200, description="Where the pain is asked about, such as: in your right hand and arm."
    )


class BaselineIn(Incoming):
    """A baseline set by a clinician, with a reason."""

    kind = Choice(BASELINE_KINDS, required=True, description="`own` goes back to the patient's own days.")
    nrs = Number(NRS.low, NRS.high, description="Mean pain before treatment, NRS points.")
    stated_on = Day(description="Date of the note that states it.")
    source = Text(200, description="Where it is stated.")
    reason = Text(300, required=True, description="Why.")


class BaselineOut(Outgoing):
    """The pain before treatment, against which relief is measured."""

    kind = Choice(BASELINE_KINDS, description="Own days, carried from an earlier course, stated, or none.")
    nrs = Number(
        NRS.low,
        NRS.high,
        decimals=MEAN_DECIMALS,
        allow_none=True,
        description="Mean, NRS points; null: no percentages.",
    )
    answers = WholeNumber(0, 14, description="Answered days that it rests on.")
    weak = YesNo(description="Rests on too few answers, or on the notes alone.")


class CourseOut(Outgoing):
    """A course. `state` and `day_number` are null until a night has judged it."""

    uid = Uuid(description="The service's own id.")
    patient = Uuid(description="`uid` of the patient.")
    number = WholeNumber(1, 32767, description="Number of the course of this patient, from 1.")
    status = Choice(COURSE_STATUSES, description="Planned, open or closed.")
    regimen = Uuid(allow_none=True, description="`uid` of the regimen.")
    treated_area = Text(200, allow_none=True, description="Where the pain is asked about.")
    planned_first_day = Day(allow_none=True, description="When the infusion is expected to begin.")
    first_infusion_day = Day(allow_none=True, description="First infusion day.")
    last_infusion_day = Day(allow_none=True, description="Last infusion day; day 1 follows it.")
    baseline = Part(BaselineOut, description="The baseline in force.")
    state = Choice(COURSE_STATES, allow_none=True, description="What the last night found.")
    night = Day(allow_none=True, description="The diary day of the first night that found this state.")
    day_number = WholeNumber(
        -32768, 32767, allow_none=True, description="Its course day; 0 until the infusion has ended."
    )
    closing = Choice(COURSE_CLOSINGS, allow_none=True, description="Why follow-up ended.")
    closed_at = Moment(allow_none=True, description="When follow-up ended.")
    version = WholeNumber(1, 2**31 - 1, description="Rises with each change; the ETag.")


class CoursesIn(PageIn):
    """Which courses of a patient to list."""


class CoursesOut(PageOut):
    """Courses of a patient, the newest first."""

    items = ListOf(Part(CourseOut, description="One course."), max_items=200, description="This page.")
