"""Alerts: reasons for a person to look at a patient, and what people do with them."""

from typing import Any

import marshmallow as ma

from config.words import ALERT_KINDS, ALERT_LABELS, ALERT_OUTCOMES, ALERT_STATUSES, LOSS_LEVELS
from schemas.base import Incoming, Outgoing
from schemas.fields import (
    MEAN_DECIMALS,
    Choice,
    Day,
    Described,
    ListOf,
    Moment,
    Part,
    Text,
    Uuid,
    WholeNumber,
    YesNo,
)
from schemas.page import PageIn, PageOut
from schemas.safety import SafetyOut
from schemas.session import StaffOut

LIVE = "live"
OWNER_WORDS = ("me", "nobody")


class Owner(Uuid):
    """Whose alerts: a colleague's by `uid`, `me`, or `nobody`."""

    asks = "Enter the uid of a colleague, or: me, nobody."

    def limits(self) -> dict[str, Any]:
        """A UUID or one of two words."""
        return {"pattern": f"^({self.form.pattern}|{'|'.join(OWNER_WORDS)})$"}

    def read(self, value: Any) -> str:
        """The uid or the word."""
        return value if isinstance(value, str) and value in OWNER_WORDS else super().read(value)


class Facts(Described, ma.fields.Dict):
    """An object whose keys depend on the kind of alert; means leave rounded."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:  # noqa: ARG002
        return {
            name: round(fact, MEAN_DECIMALS) if isinstance(fact, float) else fact
            for name, fact in value.items()
        }


class PatientNameOut(Outgoing):
    """Which patient."""

    uid = Uuid(description="The service's own id.")
    pseudonym = Text(40, description="What the clinic calls the patient here.")


class AlertOut(Outgoing):
    """An alert: decision support, never a diagnosis. `reason` can be checked by hand from `facts`."""

    uid = Uuid(description="The service's own id.")
    kind = Choice(ALERT_KINDS, description="What it is about.")
    level = Choice(LOSS_LEVELS, allow_none=True, description="How far a loss has come; null for other kinds.")
    status = Choice(ALERT_STATUSES, description="What is being done about it.")
    title = Text(100, description="Its name in words.")
    reason = Text(500, description="Why it was opened, in one sentence.")
    facts = Facts(description="The numbers behind the sentence.")
    patient = Part(PatientNameOut, description="The patient.")
    course = Uuid(allow_none=True, description="`uid` of the course; null when it stands without one.")
    night = Day(allow_none=True, description="The diary day that it was judged as of.")
    late = YesNo(description="Found by a night that was made up later.")
    owner = Part(StaffOut, allow_none=True, description="Who took it.")
    opened_at = Moment(description="When it opened: its age.")
    changed_at = Moment(description="When something last happened to it.")
    acknowledged_at = Moment(allow_none=True, description="When somebody took it.")
    snoozed_until = Day(allow_none=True, description="When it comes back.")
    snooze_reason = Text(300, allow_none=True, description="Why it waits.")
    ended_at = Moment(allow_none=True, description="When it ended.")
    outcome = Choice(ALERT_OUTCOMES, allow_none=True, description="What came of it.")
    end_reason = Text(500, allow_none=True, description="Why it ended.")
    safety = Part(SafetyOut, description="What to weigh before treating again.")
    actions = ListOf(
        Text(40, description="An action."), max_items=10, description="What can be done with it now."
    )
    version = WholeNumber(1, 2**31 - 1, description="Rises with each change; the ETag.")


class AlertsIn(PageIn):
    """Which alerts to list."""

    status = Choice(
        (LIVE, *ALERT_STATUSES), load_default=LIVE, description="Only these; `live`: all that are not ended."
    )
    kind = Choice(ALERT_KINDS, description="Only this kind.")
    owner = Owner(description="Only those of this colleague.")


class AlertsOut(PageOut):
    """Alerts, the newest first."""

    items = ListOf(Part(AlertOut, description="One alert."), max_items=200, description="This page.")


class AcknowledgeIn(Incoming):
    """Take the alert; nothing needs to be said."""


class SnoozeIn(Incoming):
    """Put the alert aside for a reason, until a day."""

    until = Day(required=True, description="When it comes back.")
    reason = Text(300, required=True, description="Why it can wait.")


class OutcomeIn(Incoming):
    """End the alert with what came of it."""

    outcome = Choice(ALERT_OUTCOMES, required=True, description="What came of it.")
    reason = Text(500, lines=True, description="For colleagues.")


class LabelIn(Incoming):
    """Was this alert right? Apart from what was done about it."""

    label = Choice(ALERT_LABELS, required=True, description="Your verdict; a second one replaces the first.")
