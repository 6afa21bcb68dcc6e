"""A record of another clinic that is opened in an emergency."""

from schemas.base import Incoming
from schemas.fields import Text, Uuid


class EmergencyIn(Incoming):
    """Whose record, and why."""

    clinic = Uuid(required=True, description="`uid` of the clinic that treats the patient.")
    known_as = Text(100, required=True, description="The whole pseudonym or hospital number there.")
    reason = Text(500, min_length=10, required=True, description="Why it has to be now, for both clinics.")
