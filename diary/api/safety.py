"""What every alert and booking shows: days since the last infusion, infusion days, the last liver test."""

from typing import Any

from diary.services.clinics import local_day
from diary.services.patient_page import safety_of
from diary.storage.protocols import protocol_at
from diary.storage.tables.patient import Patient
from diary.web.work import Work


def safety_shown(unit: Work, patient: Patient) -> dict[str, Any]:
    """The facts that a person weighs before treating again."""
    _, protocol = protocol_at(unit.session, unit.now)
    today = local_day(unit.session, unit.now)
    safety = safety_of(unit.session, patient, today=today, protocol=protocol)
    return {
        "days_since_infusion": safety.days_since_infusion,
        "infusion_days_12_months": safety.infusion_days_12_months,
        "last_liver_test": safety.liver_test,
        "minimum_interval_days": safety.minimum_interval_days,
        "warning": safety.warning,
    }
