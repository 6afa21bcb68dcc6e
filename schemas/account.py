"""What people send about their own account: codes, secrets of an app, passwords."""

import re

import marshmallow as ma

from config.words import STAFF_ROLES
from schemas.base import Incoming
from schemas.fields import Choice, Formed, Password, Text, YesNo

CODE_LENGTH_MAX = 40
STEP_LENGTH_MAX = 100
# Without an attestation an answer is 1 to 2 kB.
CREDENTIAL_LENGTH_MAX = 16_000


class Email(Formed):
    """An address that a mail server takes, as a name to sign in by."""

    asks = "Enter an e-mail address, such as nora@clinic.example."
    form = re.compile(
        r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]{0,180}[A-Za-z0-9])?", re.ASCII
    )


class SecondHalfIn(Incoming):
    """The second half of a sign-in."""

    step = Text(STEP_LENGTH_MAX, required=True, description="The step that the first half began.")
    code = Text(CODE_LENGTH_MAX, required=True, description="The app's code, or a recovery code.")


class AuthenticatorIn(Incoming):
    """An authenticator app, with its first code."""

    sealed = Text(300, required=True, description="The app's secret, as the page gave it.")
    code = Text(CODE_LENGTH_MAX, required=True, description="The code that the app shows.")


class PasskeySignInIn(Incoming):
    """A passkey's answer to a sign-in."""

    step = Text(STEP_LENGTH_MAX, required=True, description="The step that the question began.")
    credential = Text(CREDENTIAL_LENGTH_MAX, required=True, description="The browser's answer, as JSON.")


class PasskeyNameIn(Incoming):
    """What its person calls a passkey."""

    name = Text(60, required=True, description="Such as: ward tablet.")


class PasskeyIn(PasskeySignInIn, PasskeyNameIn):
    """A new passkey."""


class InvitedIn(Incoming):
    """An invitation that is taken up by the organisation's own sign-in."""

    token = Text(STEP_LENGTH_MAX, required=True, description="The token of the link.")


class PasswordIn(Incoming):
    """Another password, with the one that stands."""

    current = Password(200, required=True, description="The password until now.")
    new = Password(200, required=True, description="The password from now on.")


class ClockTime(Formed):
    """A time of day on a clock with 24 hours."""

    asks = "Give a time such as 07:30."
    form = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]", re.ASCII)


class MailsIn(Incoming):
    """What a person is mailed of what can wait, and when."""

    mails = YesNo(required=True, description="Whether they are mailed.")
    opens = ClockTime(description="From this time on, on the clinic's clock.")
    closes = ClockTime(description="Up to this time.")

    @ma.validates_schema
    def _two_times(self, values: dict[str, object], **_: object) -> None:
        for name, other in (("opens", "closes"), ("closes", "opens")):
            if name not in values and other in values:
                raise ma.ValidationError("Give both times, or none.", name)
        if "opens" in values and values["opens"] == values["closes"]:
            raise ma.ValidationError("Give two different times, or none for any hour.", "closes")


class InvitationIn(Incoming):
    """Somebody who joins the clinic."""

    name = Text(200, required=True, description="As colleagues read it.")
    email = Email(required=True, description="E-mail address to sign in by.")
    role = Choice(STAFF_ROLES, required=True, description="What the person may do.")


class RoleIn(Incoming):
    """Another role."""

    role = Choice(STAFF_ROLES, required=True, description="What the person may do.")


class LinkIn(Incoming):
    """The password that somebody sets by a link."""

    token = Text(100, required=True, description="The link's token.")
    password = Password(200, required=True, description="The password from now on.")
