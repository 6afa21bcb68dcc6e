"""What became of a clinic's alerts: counted by kind, with shares and the median time to a decision."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median
from typing import Final, NamedTuple

from diary.domain.demand_record import Came

# Chances of loss within 28 days are held against what came on these course days, fixed in advance: 28 days
# apart, so that the days ahead of one forecast of a course are not those of another.
TOLD_ON_DAYS: Final = tuple(range(21, 365, 28))
AHEAD_DAYS: Final = 28
# Fewer forecasts draw nothing that chance would not draw.
FORECASTS_MIN: Final = 30
BINS: Final = 5


class AlertFate(NamedTuple):
    """One alert: its kind, when it opened, when a person first did something with it, their verdict."""

    kind: str
    opened_at: datetime
    acted_at: datetime | None
    label: str | None


@dataclass(frozen=True, slots=True)
class KindRecord:
    """The alerts of one kind."""

    kind: str
    opened: int
    acted: int
    right: int
    not_right: int
    cannot_tell: int
    hours_to_decision: float | None
    """Median, of those that somebody acted on."""

    def per_100_patient_weeks(self, patient_weeks: float) -> float | None:
        """How many came to 100 patients in a week; None before any night."""
        return 100 * self.opened / patient_weeks if patient_weeks else None


def by_kind(alerts: Iterable[AlertFate], *, kinds: Sequence[str]) -> list[KindRecord]:
    """The kinds that came, in the order of `kinds`.

    >>> (one,) = by_kind([AlertFate("step", datetime(2026, 8, 3), None, "no")], kinds=["loss", "step"])
    >>> one.opened, one.acted, one.not_right, one.hours_to_decision
    (1, 0, 1, None)
    """
    known: dict[str, list[AlertFate]] = {}
    for alert in alerts:
        known.setdefault(alert.kind, []).append(alert)
    return [_of_kind(kind, known[kind]) for kind in kinds if kind in known]


def _of_kind(kind: str, alerts: Sequence[AlertFate]) -> KindRecord:
    hours = [(one.acted_at - one.opened_at).total_seconds() / 3600 for one in alerts if one.acted_at]
    labels = [one.label for one in alerts]
    return KindRecord(
        kind,
        opened=len(alerts),
        acted=len(hours),
        right=labels.count("yes"),
        not_right=labels.count("no"),
        cannot_tell=labels.count("cannot_tell"),
        hours_to_decision=median(hours) if hours else None,
    )


@dataclass(frozen=True, slots=True)
class AlikeTold:
    """Forecasts of about the same chance: how many, their mean, and the share of them that came true."""

    forecasts: int
    told: float
    seen: float


def calibrated(told: Iterable[tuple[float, date, Came]]) -> list[AlikeTold]:
    """Forecasts of a loss by a day, in bins of a fifth, lowest first; what is not settled is left out.

    Args:
        told: the chance, the day by which the loss was to come, and what is known of the course by now.
    """
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for chance, by, came in told:
        if came.known_by(by):
            lost = came.lost_on is not None and came.lost_on <= by
            bins[min(BINS - 1, int(chance * BINS))].append((chance, lost))
    return [
        AlikeTold(
            len(some),
            sum(chance for chance, _ in some) / len(some),
            sum(lost for _, lost in some) / len(some),
        )
        for some in bins
        if some
    ]
