"""The question as a phone shows it: the wording of the patient's course, in a language it has."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from config.scales import NRS
from diary.storage.courses import courses_of
from diary.storage.protocols import instrument_for
from diary.storage.tables.patient import Patient

FALLBACK_LOCALE = "en"


def instrument_shown(session: Session, patient: Patient, *, now: datetime) -> dict[str, Any]:
    """The instrument version of the course under way, with the treated area put into the question."""
    version = instrument_for(session, patient.id, now)
    locale = patient.locale if patient.locale in version.texts else FALLBACK_LOCALE
    texts = version.texts[locale]
    areas = [course.treated_area for course in courses_of(session, patient.id) if course.treated_area]
    area = areas[-1] if areas else None
    where = f"{area} " if area else ""
    return {
        "version": version.n,
        "loinc": version.loinc,
        "locale": locale,
        "question": texts["question"].format(where=where),
        "question_for_day": texts["question_for_day"].replace("{where}", where),
        "recall_hours": version.recall_hours,
        "low": NRS.low,
        "low_anchor": texts["low"],
        "high": NRS.high,
        "high_anchor": texts["high"],
        "treated_area": area,
    }
