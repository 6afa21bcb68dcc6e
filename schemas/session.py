"""Sessions: staff sign in with a password and get a token for a working day."""

from config.words import STAFF_ROLES
from schemas.base import Incoming, Outgoing
from schemas.fields import Choice, Moment, Part, Password, Text, Uuid


class SessionIn(Incoming):
    """Who signs in."""

    email = Text(254, required=True, description="E-mail address of the account.")
    password = Password(200, required=True, description="Password.")
    code = Text(
        40,
        description="The authenticator app's code or a recovery code, where the account has one.",
    )


class StaffOut(Outgoing):
    """A person of the clinic."""

    uid = Uuid(description="The service's own id.")
    name = Text(200, description="Name.")
    role = Choice(STAFF_ROLES, description="What the person may do.")


class SessionOut(Outgoing):
    """A new session. The token is shown this once."""

    token = Text(100, description="Bearer token of this session.")
    expires_at = Moment(description="When it ends at the latest; it ends earlier when idle.")
    staff = Part(StaffOut, description="Who signed in.")
