"""Patients: followed under a pseudonym; who they are stands apart."""

import marshmallow as ma

from config.words import FOLLOW_STATES, STOP_REASONS
from schemas.base import Incoming, Outgoing
from schemas.fields import Choice, Day, ListOf, Locale, Moment, Part, Text, Uuid, WholeNumber, Zone
from schemas.page import PageIn, PageOut
from schemas.session import StaffOut

PSEUDONYM_LENGTH_MAX = 40


class IdentityIn(Incoming):
    """Who the patient is; read by treating staff only, and every read is recorded."""

    name = Text(200, description="Name.")
    birth_date = Day(description="Date of birth.")
    hospital_number = Text(60, description="Number in the hospital's own records.")
    phone = Text(60, description="Telephone number.")


class PatientIn(Incoming):
    """A new patient."""

    pseudonym = Text(
        PSEUDONYM_LENGTH_MAX, required=True, description="What the clinic calls the patient here."
    )
    identity = Part(IdentityIn, description="Who the patient is.")
    zone = Zone(required=True, description="Where the patient lives.")
    locale = Locale(required=True, description="The patient's language.")


class PatientPatch(Incoming):
    """What to change; keys left out stay as they are."""

    pseudonym = Text(PSEUDONYM_LENGTH_MAX, description="What the clinic calls the patient here.")
    identity = Part(IdentityIn, description="Who the patient is; replaces all four.")
    zone = Zone(description="Where the patient lives.")
    locale = Locale(description="The patient's language.")
    owner = Uuid(
        allow_none=True, description="`uid` of the colleague who looks after the patient; null: nobody."
    )


class IdentityOut(Outgoing):
    """Who the patient is."""

    name = Text(200, allow_none=True, description="Name.")
    birth_date = Day(allow_none=True, description="Date of birth.")
    hospital_number = Text(60, allow_none=True, description="Number in the hospital's own records.")
    phone = Text(60, allow_none=True, description="Telephone number.")


class PatientOut(Outgoing):
    """A patient. `identity` and `owner` are absent where the asker's role does not see them."""

    optional = frozenset({"identity", "owner"})

    uid = Uuid(description="The service's own id.")
    pseudonym = Text(PSEUDONYM_LENGTH_MAX, description="What the clinic calls the patient here.")
    identity = Part(IdentityOut, allow_none=True, description="Who the patient is.")
    zone = Zone(description="The last known time zone.")
    locale = Locale(description="The patient's language.")
    follow_state = Choice(FOLLOW_STATES, description="Followed, paused or stopped.")
    owner = Part(StaffOut, allow_none=True, description="The colleague who looks after the patient.")
    created_at = Moment(description="When the patient was admitted here.")
    version = WholeNumber(1, 2**31 - 1, description="Rises with each change; the ETag.")


class PatientsIn(PageIn):
    """Which patients to list."""

    q = Text(
        60, description="Start of the pseudonym. Names are searched at the desk: none stands in an address."
    )
    follow = Choice(FOLLOW_STATES, description="Only those in this state.")


class PatientsOut(PageOut):
    """Patients by pseudonym."""

    items = ListOf(Part(PatientOut, description="One patient."), max_items=200, description="This page.")


class FollowIn(Incoming):
    """Follow, pause or stop following. Stopping cancels every reminder, message and offer at once."""

    state = Choice(FOLLOW_STATES, required=True, description="From now on.")
    reason = Choice(STOP_REASONS, description="Why following stops; needed then, and only then.")
    until = Day(description="Last day of a pause; without it, until followed again.")
    note = Text(500, lines=True, description="For colleagues.")

    @ma.validates_schema
    def _fits_the_state(self, values: dict[str, object], **_: object) -> None:
        if (values["state"] == "stopped") != ("reason" in values):
            raise ma.ValidationError("Stopping needs a reason; nothing else has one.", "reason")
        if "until" in values and values["state"] != "paused":
            raise ma.ValidationError("Only a pause has an end.", "until")
