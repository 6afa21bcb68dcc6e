"""What became of alerts, counted by kind; and how chances came true, of forecasts that are settled."""

from datetime import UTC, date, datetime, timedelta

from diary.domain.alert_record import AlertFate, by_kind, calibrated
from diary.domain.demand_record import Came

OPENED = datetime(2026, 8, 3, 5, tzinfo=UTC)
BY = date(2026, 8, 31)


def fate(kind: str, hours: float | None = None, label: str | None = None) -> AlertFate:
    return AlertFate(kind, OPENED, None if hours is None else OPENED + timedelta(hours=hours), label)


def test_each_kind_has_its_counts_its_verdicts_and_its_median_hours():
    alerts = [
        fate("loss", 2, "yes"),
        fate("loss", 6, "no"),
        fate("loss", 100, None),
        fate("loss"),
        fate("step"),
    ]
    loss, step = by_kind(alerts, kinds=["loss", "step", "silence"])
    assert (loss.opened, loss.acted, loss.right, loss.not_right, loss.cannot_tell) == (4, 3, 1, 1, 0)
    assert loss.hours_to_decision == 6
    assert loss.per_100_patient_weeks(200) == 2
    assert (step.opened, step.hours_to_decision, step.per_100_patient_weeks(0)) == (1, None, None)


def test_chances_are_held_against_losses_that_came_by_the_day_and_unknown_ones_are_left_out():
    lost = Came(BY + timedelta(days=11), BY + timedelta(days=11))
    late = Came(BY + timedelta(days=12), BY + timedelta(days=12))
    silent = Came(None, BY)
    low, high = calibrated([(0.1, BY, late), (0.9, BY, lost), (1.0, BY, late), (0.9, BY, silent)])
    assert (low.forecasts, low.told, low.seen) == (1, 0.1, 0)
    assert (high.forecasts, high.told, high.seen) == (2, 0.95, 0.5)
