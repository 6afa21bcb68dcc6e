"""Whom a form is about: treating staff read the name on it, and each reading leaves a trace."""

from diary.desk.frame import Frame
from diary.services.patients import read_identity
from diary.storage.tables.patient import Patient, PatientIdentity
from diary.web.work import Work


def identity_for(unit: Work, frame: Frame, patient: Patient) -> PatientIdentity | None:
    """Who the patient is, for those who may know; the unit writes, for the trace."""
    return read_identity(unit.session, patient, now=unit.now) if frame.treating else None
