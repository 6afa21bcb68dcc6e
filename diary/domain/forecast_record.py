"""How much later than the forecast the plain rule spoke: of one loss, and of all the losses of a clinic."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Final

Verdicts = Sequence[tuple[date, str | None]]
"""The nights that opened an alert of loss and raised it, first to last, each with its level."""


FORESEEN: Final = ("watch", "likely_lost")
"""Levels that the forecast alone gives."""


def foreseen_on(verdicts: Verdicts) -> date | None:
    """The night on which the forecast spoke; None where it did not, or not before the rule.

    >>> foreseen_on([(date(2026, 8, 3), "watch"), (date(2026, 8, 31), "confirmed")])
    datetime.date(2026, 8, 3)
    """
    if not verdicts or verdicts[0][1] not in FORESEEN:
        return None
    return verdicts[0][0]


def confirmed_on(verdicts: Verdicts) -> date | None:
    """The night on which the plain rule first spoke."""
    return next((night for night, level in verdicts if level == "confirmed"), None)


@dataclass(frozen=True, slots=True)
class ForecastRecord:
    """What became of the alerts of loss of a clinic."""

    lead_days: tuple[int, ...]
    """Of losses that the forecast spoke of and the rule confirmed later: by how many days, ascending."""
    not_foreseen: int
    """Losses that the rule confirmed, and the forecast had not spoken."""
    unconfirmed: int
    """Alerts of the forecast that the rule has not confirmed: it may yet, or never."""

    @property
    def confirmed(self) -> int:
        """Losses that the rule confirmed."""
        return len(self.lead_days) + self.not_foreseen


def record_of(alerts: Iterable[Verdicts]) -> ForecastRecord:
    """Count the alerts of loss, each by its verdicts."""
    leads, not_foreseen, unconfirmed = [], 0, 0
    for verdicts in alerts:
        foreseen, confirmed = foreseen_on(verdicts), confirmed_on(verdicts)
        if confirmed is None:
            unconfirmed += 1
        elif foreseen is None:
            not_foreseen += 1
        else:
            leads.append((confirmed - foreseen).days)
    return ForecastRecord(tuple(sorted(leads)), not_foreseen, unconfirmed)


def told(record: ForecastRecord) -> str:
    """The record in a few sentences.

    >>> print(told(ForecastRecord((9, 16, 30), not_foreseen=0, unconfirmed=0)))
    Of 3 losses that the rule confirmed, the forecast spoke before it of 3: 16 days in the median, 9 to 30.
    """
    if not record.confirmed:
        return f"The rule has confirmed no loss so far; the forecast spoke of {record.unconfirmed or 'none'}."
    leads = record.lead_days
    days = (
        f"{len(leads)}: {median(leads):.0f} days in the median, {leads[0]} to {leads[-1]}"
        if leads
        else "none"
    )
    said = [f"Of {record.confirmed} losses that the rule confirmed, the forecast spoke before it of {days}."]
    if record.not_foreseen and leads:
        said.append(f"{record.not_foreseen} it did not foresee.")
    if record.unconfirmed:
        alerts = "alert" if record.unconfirmed == 1 else "alerts"
        said.append(f"{record.unconfirmed} more {alerts} of the forecast the rule has not confirmed so far.")
    return " ".join(said)
