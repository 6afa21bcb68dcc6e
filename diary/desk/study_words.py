"""What the words of a study are called at the desk."""

from collections.abc import Mapping
from typing import Final

STEPS: Final[Mapping[str, str]] = {
    "screened": "Screened",
    "not_eligible": "Not eligible",
    "declined": "Declined",
    "consented": "Consented",
    "allotted": "Allotted: takes the next place of the list",
    "visit": "Visit",
    "minor_deviation": "Minor deviation",
    "major_deviation": "Major deviation",
    "withdrew": "Withdrew",
    "completed": "Completed",
}
STANDS: Final[Mapping[str, str]] = {**STEPS, "allotted": "Allotted"}
MASKINGS: Final[Mapping[str, str]] = {
    "masked": "Masked: nobody here sees an arm until two people unblind it",
    "open": "Open: arms are shown from the beginning",
}
ESTIMANDS: Final[Mapping[str, str]] = {
    "treatment_policy": "Treatment policy: every answer counts, whatever else was given",
    "hypothetical": "Without rescue: answers from the first rescue drug or booster on are set aside",
}
VISIT_STATES: Final[Mapping[str, str]] = {
    "done": "done",
    "due": "due",
    "overdue": "overdue",
    "later": "later",
}
FILES: Final[Mapping[str, str]] = {
    "participants": "who takes part",
    "entries": "answers",
    "infusions": "infusions",
    "steps": "log",
    "audit": "audit trail",
    "arms": "arms",
    "dictionary": "what each column means",
}
