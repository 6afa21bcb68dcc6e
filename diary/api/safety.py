"""What every alert and booking shows: days since the last infusion, infusion days, the last liver test."""

from typing import Any

from diary.services.safety import Safety


def safety_shown(safety: Safety) -> dict[str, Any]:
    """The facts that a person weighs before treating again."""
    return {
        "days_since_infusion": safety.days_since_infusion,
        "infusion_days_12_months": safety.infusion_days_12_months,
        "last_liver_test": safety.liver_test,
        "minimum_interval_days": safety.minimum_interval_days,
        "warning": safety.warning,
    }
