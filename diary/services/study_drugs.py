"""Once a study is unblinded, what its courses were given is recorded by its name, arm by arm."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from config.words import AGENTS
from diary.domain.errors import Refusal
from diary.services.course_today import today_of
from diary.services.infusions import Given, correct_infusion
from diary.storage.courses import administrations_of_course, course_by_id
from diary.storage.patients import patient_by_id
from diary.storage.studies import allotted_courses, arms_of
from diary.storage.tables.course import Administration
from diary.storage.tables.study import Study

REASON: Final = "the study was unblinded"


@dataclass(frozen=True, slots=True)
class Named:
    """What came of it."""

    corrected: int
    """Blocks of infusion days."""
    otherwise: tuple[str, ...]
    """Pseudonyms of patients with a block under another name than their arm's: a deviation, or a mistake."""


def name_drugs(session: Session, study: Study, agent_of: Mapping[str, str], *, now: datetime) -> Named:
    """Correct each study drug that stands to what its arm was given; again, it is the same.

    What stands under a name of its own is left: whether a patient got something else, no list can tell.

    Args:
        session: of the clinic.
        study: unblinded, or open.
        agent_of: by the name of every arm what it was given.
        now: when.

    Raises:
        Refusal: study_masked; study_wrong_state, for other arms than the study's or no such agent.
    """
    if study.unblinded_at is None and study.masking == "masked":
        raise Refusal("study_masked", f"{study.name} is masked: nobody knows yet what was given.")
    arms = {arm.id: arm.name for arm in arms_of(session, study)}
    named = [agent for agent in AGENTS if agent != "study_drug"]
    if set(agent_of) != set(arms.values()) or not set(agent_of.values()) <= set(named):
        raise Refusal(
            "study_wrong_state",
            f"Name what each of {', '.join(arms.values())} was given, once: {', '.join(named)}.",
        )
    corrected, otherwise = 0, set()
    for course_id, arm_id in sorted(allotted_courses(session, study).items()):
        for row in administrations_of_course(session, course_id):
            agent = agent_of[arms[arm_id]]
            if row.standing and row.agent == "study_drug":
                _correct(session, row, agent, now=now)
                corrected += 1
            elif row.standing and row.agent != agent:
                otherwise.add(patient_by_id(session, row.patient_id).pseudonym)
    return Named(corrected, tuple(sorted(otherwise)))


def _correct(session: Session, row: Administration, agent: str, *, now: datetime) -> None:
    patient = patient_by_id(session, course_by_id(session, row.course_id).patient_id)
    told = {name: getattr(row, name) for name in Given.__slots__}
    given = Given(**{**told, "agent": agent, "reason": REASON})
    correct_infusion(session, patient, row, given, today=today_of(patient, now), now=now)
