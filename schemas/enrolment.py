"""Enrolment: a one-time code from the clinic, exchanged for a phone's token."""

import re

from config.scales import NRS
from schemas.base import Incoming, Outgoing
from schemas.fields import Choice, Code, Formed, Locale, Moment, Part, Text, Uuid, WholeNumber, YesNo, Zone


class TextVersion(Formed):
    """Which version of a text: a number, date or name that one text has, not the text itself."""

    asks = "Enter a version of at most 40 letters, digits, dots and dashes, such as 2026-11."
    form = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,39}")


class PhoneIn(Incoming):
    """What the phone says of itself."""

    label = Text(60, description="What the patient calls the phone.")
    platform = Text(60, description="Operating system and version.")
    client_version = Text(40, description="Version of the app.")


class EnrolmentIn(Incoming):
    """The code from the clinic, and the consent that was given on the phone."""

    code = Code(required=True, description="The 8 characters from the clinic; case and dashes are forgiven.")
    device = Part(PhoneIn, load_default=dict, description="What the phone says of itself.")
    zone = Zone(required=True, description="The phone's time zone.")
    locale = Locale(required=True, description="The patient's language.")
    consent_version = TextVersion(
        required=True, description="Your version of the text the patient accepted; keep the text by it."
    )


class ClinicOut(Outgoing):
    """Whom to call, and when."""

    name = Text(200, description="Name of the clinic.")
    phone = Text(60, description="Telephone number of the clinic.")
    opening_hours = Text(300, description="When somebody answers.")
    emergency_text = Text(1000, description="What to do out of hours.")


class InstrumentOut(Outgoing):
    """The question as it is asked; its version stays the same within a course."""

    version = WholeNumber(1, 100000, description="Number of this wording in the clinic.")
    loinc = Text(20, description="LOINC code of the question.")
    locale = Locale(description="The language of these texts.")
    question = Text(300, description="The question about today.")
    question_for_day = Text(300, description="The question about an earlier day; {day} stands for its name.")
    recall_hours = WholeNumber(1, 168, description="How far back the question looks, hours.")
    low = WholeNumber(NRS.low, NRS.high, description="Lowest answer, NRS points.")
    low_anchor = Text(100, description="What the lowest answer means.")
    high = WholeNumber(NRS.low, NRS.high, description="Highest answer, NRS points.")
    high_anchor = Text(100, description="What the highest answer means.")
    treated_area = Text(200, allow_none=True, description="Where the pain is asked about.")
    direction = Choice(
        ("ltr", "rtl"), description="Which way the numbers run, whatever the direction of your page."
    )
    validated = YesNo(
        description="Whether the wording is a validated translation; those that the service brings are not."
    )


class ReferenceOut(Outgoing):
    """Something known by its id alone."""

    uid = Uuid(description="The service's own id.")


class EnrolmentOut(Outgoing):
    """A paired phone. The token is shown this once."""

    token = Text(120, description="Bearer token of this phone; keep it in the phone's safe store.")
    device = Part(ReferenceOut, description="The phone.")
    patient = Part(ReferenceOut, description="The patient.")
    clinic = Part(ClinicOut, description="Whom to call.")
    instrument = Part(InstrumentOut, description="The question to ask.")


class RenewedOut(Outgoing):
    """A phone's new token. It is shown this once."""

    token = Text(120, description="Keep it, and the one before until the first answer that the new one gets.")


class EnrolmentCodeOut(Outgoing):
    """A new one-time code. It is shown this once, and ends the codes before it."""

    code = Text(20, description="The code to type.")
    expires_at = Moment(description="When it ends.")
    url = Text(500, description="The address to scan; the code stands in its fragment, outside server logs.")
