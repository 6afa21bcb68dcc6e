"""Studies at the desk: one that begins, a line of its log, a request to be told an arm."""

from typing import Any, Final

import marshmallow as ma

from config.words import ESTIMANDS, STUDY_MASKINGS, STUDY_STEPS
from schemas.base import Incoming
from schemas.fields import Choice, Day, Text, WholeNumber

NAME_LENGTH_MAX: Final = 80
REASON_LENGTH_MAX: Final = 300
VISITS_MAX: Final = 20


class StudyIn(Incoming):
    """A study before anybody takes part; nothing of it changes later but that it ends."""

    name = Text(NAME_LENGTH_MAX, required=True, description="What the study is called here.")
    arms = Text(6 * NAME_LENGTH_MAX, lines=True, required=True, description="Its arms, one on each line.")
    masking = Choice(STUDY_MASKINGS, required=True, description="Who knows the arms.")
    estimand = Choice(ESTIMANDS, required=True, description="What counts once something else was given.")
    follow_up_days = WholeNumber(7, 365, required=True, description="The last course day of the study.")
    visits = Text(
        VISITS_MAX * NAME_LENGTH_MAX,
        lines=True,
        description="A planned visit on each line: name, day, window.",
    )

    @ma.post_load
    def _split(self, values: dict[str, Any], **_: object) -> dict[str, Any]:
        visits = [_visit(line) for line in _lines(values.get("visits", ""))]
        if len({visit["name"] for visit in visits}) < len(visits) or len(visits) > VISITS_MAX:
            raise ma.ValidationError(f"Name each visit once, and {VISITS_MAX} at most.", "visits")
        return {**values, "arms": _lines(values["arms"]), "visits": visits}


class StudyStepIn(Incoming):
    """A line of a study's log; "allotted" takes the next free place of a stratum, today."""

    pseudonym = Text(NAME_LENGTH_MAX, required=True, description="Whose.")
    kind = Choice(STUDY_STEPS, required=True, description="What was done.")
    day = Day(required=True, description="When.")
    visit = Text(NAME_LENGTH_MAX, description="Which visit, of a visit.")
    stratum = Text(NAME_LENGTH_MAX, description="Which list, of an allotment.")
    detail = Text(REASON_LENGTH_MAX, description="In words.")


class ReasonIn(Incoming):
    """Why something is taken back, or an arm has to be known."""

    reason = Text(REASON_LENGTH_MAX, required=True, description="Why.")


class UnblindIn(ReasonIn):
    """Whose arm has to be known, and why; without a patient, the whole study's."""

    pseudonym = Text(NAME_LENGTH_MAX, description="Whose; empty for the whole study.")


def _lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def _visit(line: str) -> dict[str, Any]:
    parts = [part.strip() for part in line.split(",")]
    numbers = [part for part in parts[1:] if part.isascii() and part.isdigit() and len(part) <= 3]
    if len(parts) != 3 or len(numbers) != 2 or not parts[0]:
        raise ma.ValidationError(f"Write {line!r} as name, course day, days around: Week 4, 28, 3", "visits")
    return {"name": parts[0], "day_number": int(numbers[0]), "window_days": int(numbers[1])}
