"""Me: what a phone needs to know each time it starts."""

from config.words import FOLLOW_STATES, NEXT_STEPS
from schemas.base import Outgoing
from schemas.enrolment import ClinicOut, InstrumentOut, ReferenceOut
from schemas.fields import Choice, Day, ListOf, Part, Uuid, WholeNumber, Zone


class OfferOut(Outgoing):
    """Infusion days that the clinic offers and the patient has not answered."""

    booking = Uuid(description="`uid` of the booking to accept or decline.")
    first_day = Day(description="First infusion day.")
    last_day = Day(description="Last infusion day.")
    version = WholeNumber(1, 2**31 - 1, description="Of the booking; answer with it in If-Match.")


class MeOut(Outgoing):
    """Whose phone this is, what can be answered now, and what comes next."""

    patient = Part(ReferenceOut, description="The patient.")
    device = Part(ReferenceOut, description="This phone.")
    follow_state = Choice(FOLLOW_STATES, description="Whether the diary goes on.")
    zone = Zone(description="The last known time zone of the patient.")
    clinic = Part(ClinicOut, description="Whom to call.")
    instrument = Part(InstrumentOut, description="The question to ask.")
    open_days = ListOf(
        Day(description="A day."), max_items=4, description="Days that can be answered now, newest first."
    )
    next_steps = ListOf(
        Choice(NEXT_STEPS, description="A step."), max_items=len(NEXT_STEPS), description="What to do next."
    )
    offer = Part(OfferOut, allow_none=True, description="An offer that waits for an answer.")
