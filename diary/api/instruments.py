"""The question as a phone shows it: the wording of the patient's course, in a language it has."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from config.scales import NRS
from diary.services.own_diary import question_of
from diary.storage.protocols import instrument_for
from diary.storage.tables.patient import Patient


def instrument_shown(session: Session, patient: Patient, *, now: datetime) -> dict[str, Any]:
    """The instrument version of the course under way, with the treated area put into the question."""
    version = instrument_for(session, patient.id, now)
    question = question_of(session, patient, locale=patient.locale, now=now)
    return {
        "version": version.n,
        "loinc": version.loinc,
        "locale": question.locale,
        "question": question.about_today,
        "question_for_day": question.about_day,
        "recall_hours": version.recall_hours,
        "low": NRS.low,
        "low_anchor": question.low_anchor,
        "high": NRS.high,
        "high_anchor": question.high_anchor,
        "treated_area": question.treated_area,
        "direction": question.direction,
        "validated": version.texts[question.locale].get("validated") == "yes",
    }
