"""Calls: a patient asks to be called."""

from config.words import CALL_WISHES
from schemas.base import Incoming, Outgoing
from schemas.enrolment import ClinicOut
from schemas.fields import Choice, Moment, Part, Uuid


class CallIn(Incoming):
    """Please call me. Asked twice, it is one request."""

    id = Uuid(required=True, description="Made by the client, once; kept for every repeat.")
    wants = Choice(CALL_WISHES, load_default="treatment", description="What about.")


class CallOut(Outgoing):
    """The request stands; and whom to call oneself if it cannot wait."""

    id = Uuid(description="The client's id.")
    asked_at = Moment(description="Since when the request stands.")
    clinic = Part(ClinicOut, description="Whom to call if it cannot wait.")
