"""What each column of a study's record means: the data dictionary that goes with its files."""

from collections.abc import Mapping
from typing import Final

from diary.services.export_dictionary import DICTIONARY_COLUMNS, dictionary_rows

__all__ = ["DICTIONARY_COLUMNS", "study_dictionary_rows"]

_PARTICIPANTS: Final[Mapping[str, str]] = {
    "pseudonym": "What the clinic calls the patient; never a name.",
    "stands": "screened, not_eligible, declined, consented, allotted, completed or withdrew.",
    "screened_on": "The day of the newest screening.",
    "consented_on": "The day of consent.",
    "allotted_on": "The day on which the list gave a place.",
    "ended_on": "The day on which the patient completed the study or withdrew from it.",
    "stratum": "Which list the place came from.",
    "number": "The place's number, by which the pharmacy finds the arm.",
    "course": "The number of the course that takes part, within the patient.",
    "first_infusion_day": "The course's first infusion day.",
    "last_infusion_day": "Its last one; day 1 follows.",
    "baseline_kind": "own, carried, stated or none.",
    "baseline_nrs": "Empty for an own one: the mean of the last 7 answered days before.",
    "treated_area": "As the question names it.",
    "uid": "The patient's own id, unique everywhere.",
}
_STEPS: Final[Mapping[str, str]] = {
    "pseudonym": "What the clinic calls the patient; never a name.",
    "step": "What was done: where a patient can stand, a visit, or a deviation.",
    "day": "When it was.",
    "visit": "Which visit.",
    "detail": "In the words of who wrote it; of an allotment, the number of the place.",
    "actor_kind": "Who wrote it: staff or operator.",
    "actor_id": "Which person, by a number of the clinic's own.",
    "recorded_at": "When it was written, in UTC.",
    "taken_back_at": "When it was taken back as a mistake, in UTC; such a row counts no more.",
    "taken_back_reason": "Why.",
    "uid": "This row's own id, unique everywhere.",
}
_TRAIL: Final[Mapping[str, str]] = {
    "at": "When it was done or read, in UTC.",
    "actor_kind": "Who: patient, staff, integration, operator or system.",
    "actor_id": "Which one, by a number of the clinic's own.",
    "action": "What was done or read.",
    "object": "To what kind of thing.",
    "object_uid": "To which one.",
    "pseudonym": "Whom it concerned.",
    "detail": "States before and after, counts and digests; never a score or a name.",
    "origin": "From where.",
    "id": "The row's number in the clinic's trail.",
}
_ARMS: Final[Mapping[str, str]] = {
    "pseudonym": "What the clinic calls the patient; never a name.",
    "number": "The place's number on the list.",
    "arm": "Which arm; written only once two people have unblinded the study.",
}
PARTICIPANT_COLUMNS: Final = tuple(_PARTICIPANTS)
STEP_COLUMNS: Final = tuple(_STEPS)
TRAIL_COLUMNS: Final = tuple(_TRAIL)
ARM_COLUMNS: Final = tuple(_ARMS)


def study_dictionary_rows() -> list[list[str]]:
    """Every column of every file of a study, in its order.

    >>> [row for row in study_dictionary_rows() if row[0] == "arms"][-1][1]
    'arm'
    """
    own = (("participants", _PARTICIPANTS), ("steps", _STEPS), ("audit", _TRAIL), ("arms", _ARMS))
    return [
        *dictionary_rows(),
        *([record, column, means] for record, columns in own for column, means in columns.items()),
    ]
