"""Bookings: re-treatment step by step, from request to the recorded infusion."""

import marshmallow as ma

from config.words import BOOKING_STATES
from schemas.alert import PatientNameOut
from schemas.base import Incoming, Outgoing
from schemas.fields import Choice, Day, ListOf, Moment, Part, Text, Uuid, WholeNumber, YesNo
from schemas.page import PageIn, PageOut
from schemas.safety import SafetyOut


class BookingIn(Incoming):
    """A request for re-treatment: from an alert, which is then parked, or for a patient."""

    alert = Uuid(description="`uid` of the alert that led to it.")
    patient = Uuid(description="`uid` of the patient, when no alert did.")
    regimen = Uuid(required=True, description="`uid` of the regimen.")
    note = Text(500, lines=True, description="For colleagues.")

    @ma.validates_schema
    def _one_of_two(self, values: dict[str, object], **_: object) -> None:
        if ("alert" in values) == ("patient" in values):
            raise ma.ValidationError("Send either an alert or a patient.", "alert")


class BookingOut(Outgoing):
    """A booking."""

    uid = Uuid(description="The service's own id.")
    patient = Part(PatientNameOut, description="The patient.")
    course = Uuid(allow_none=True, description="`uid` of the course under way.")
    alert = Uuid(allow_none=True, description="`uid` of the alert that led to it.")
    regimen = Uuid(description="`uid` of the regimen.")
    state = Choice(BOOKING_STATES, description="How far it has come.")
    authorisation_reference = Text(100, allow_none=True, description="The payer's reference.")
    authorisation_expires_on = Day(allow_none=True, description="Last day that the authorisation covers.")
    offered_first_day = Day(allow_none=True, description="First infusion day offered.")
    offered_last_day = Day(allow_none=True, description="Last infusion day offered.")
    chair = Uuid(allow_none=True, description="`uid` of the chair or bed that holds these days.")
    can_come_at_short_notice = YesNo(description="The patient can take a place that falls free.")
    override_reason = Text(300, allow_none=True, description="Why the minimum interval was set aside.")
    note = Text(500, allow_none=True, description="For colleagues.")
    safety = Part(SafetyOut, description="What to weigh before treating again.")
    actions = ListOf(Text(40, description="A step."), max_items=10, description="The steps possible now.")
    created_at = Moment(description="When it was requested.")
    changed_at = Moment(description="When it last moved.")
    version = WholeNumber(1, 2**31 - 1, description="Rises with each change; the ETag.")


class BookingsIn(PageIn):
    """Which bookings to list."""

    state = Choice(BOOKING_STATES, description="Only those in this state.")
    patient = Uuid(description="Only those of this patient.")


class BookingsOut(PageOut):
    """Bookings, the newest first."""

    items = ListOf(Part(BookingOut, description="One booking."), max_items=200, description="This page.")


class AuthoriseIn(Incoming):
    """A physician authorises."""

    reference = Text(100, required=True, description="The payer's reference.")
    expires_on = Day(description="Last day that the authorisation covers.")


class OfferIn(Incoming):
    """Offer the patient infusion days."""

    first_day = Day(required=True, description="First infusion day.")
    last_day = Day(required=True, description="Last infusion day.")
    chair = Uuid(description="`uid` of the chair or bed, which nobody else can then book on these days.")
    override_reason = Text(300, description="Why the minimum interval is set aside; physicians only.")


class AcceptIn(Incoming):
    """The patient can come on the offered days; nothing more needs to be said."""


class DeclineIn(Incoming):
    """The patient cannot come on the offered days."""

    note = Text(300, lines=True, description="Why, or when instead.")


class ConfirmIn(Incoming):
    """The place is certain."""

    note = Text(300, lines=True, description="For colleagues.")


class WaitIn(Incoming):
    """Put the patient on the waiting list, able to come at short notice."""

    note = Text(300, lines=True, description="For colleagues.")


class RefuseIn(Incoming):
    """The request is refused; the alert comes back with its age."""

    note = Text(300, lines=True, required=True, description="Why.")


class CancelIn(Incoming):
    """The booking is off; the alert comes back with its age."""

    note = Text(300, lines=True, required=True, description="Why.")


class NoShowIn(Incoming):
    """The patient did not come; the alert comes back with its age."""

    note = Text(300, lines=True, description="What is known.")
