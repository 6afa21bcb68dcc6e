"""What is mostly said of an alert, for answers in one press: why it can wait, and what came of it."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from diary.desk.words import OUTCOMES

SNOOZE_DAYS: Final = (3, 7, 14)
SNOOZE_REASONS: Final = ("Visit planned", "Flare after an injury", "Called; waits", "On holiday")


class Answer(NamedTuple):
    """An outcome with the reason that goes with it."""

    outcome: str
    reason: str = ""

    @property
    def shown(self) -> str:
        """On its button.

        >>> Answer("not_loss", "Infection").shown, Answer("handled").shown
        ('Not a loss of relief: infection', 'Handled')
        """
        return f"{OUTCOMES[self.outcome]}: {self.reason.lower()}" if self.reason else OUTCOMES[self.outcome]


# Why scores rose without a loss; the word is kept as the alert's reason, for the detector's own record.
_NO_LOSS: Final = tuple(
    Answer("not_loss", reason)
    for reason in (
        "Flare after an injury",
        "Infection",
        "A procedure",
        "Stress",
        "Wrong entry",
        "A fault in the data",
    )
)
_DECIDED: Final = tuple(
    Answer(outcome)
    for outcome in (
        "watch_until_visit", "treated_otherwise", "declined_by_patient", "not_eligible",
        "authorisation_refused",
    )
)  # fmt: skip
_WELLBEING: Final = tuple(Answer(outcome) for outcome in ("unwell", "in_hospital"))

ANSWERS: Final[Mapping[str, tuple[Answer, ...]]] = {
    "loss": (*_NO_LOSS, *_DECIDED),
    "step": (*_NO_LOSS, Answer("called"), *_DECIDED[:2], *_WELLBEING),
    "review": (Answer("called"), *_DECIDED),
    "no_response": (Answer("called"), *_DECIDED),
    "silence": (Answer("called"), Answer("well_and_stopped"), *_WELLBEING),
    "red_flag": (Answer("handled"), Answer("called"), *_WELLBEING, Answer("treated_otherwise")),
    "call_me": (Answer("called"), Answer("handled")),
    "not_assessed": (Answer("handled"),),
}
