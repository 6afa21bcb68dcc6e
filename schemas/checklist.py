"""The clinic's checklist before an infusion: its lines, and a press on one."""

from typing import Any, Final

import marshmallow as ma

from schemas.base import Incoming
from schemas.fields import Choice, Text

LINES_MAX: Final = 20
LINE_LENGTH_MAX: Final = 140


class ChecklistIn(Incoming):
    """The whole list, a line each; without lines there is no checklist."""

    lines = Text(LINES_MAX * LINE_LENGTH_MAX, lines=True, description="The lines, in their order.")

    @ma.post_load
    def _split(self, values: dict[str, Any], **_: object) -> dict[str, list[str]]:
        lines = [" ".join(line.split()) for line in values.get("lines", "").splitlines() if line.strip()]
        if len(lines) > LINES_MAX:
            raise ma.ValidationError(f"These are {len(lines)} lines. Keep at most {LINES_MAX}.", "lines")
        if any(len(line) > LINE_LENGTH_MAX for line in lines):
            raise ma.ValidationError(f"Keep each line within {LINE_LENGTH_MAX} characters.", "lines")
        if len(set(lines)) < len(lines):
            raise ma.ValidationError("A line stands twice. Say each once.", "lines")
        return {"lines": lines}


class TickIn(Incoming):
    """A line is ticked, or its tick is taken back."""

    ticked = Choice(("yes", "no"), required=True, description="Whether it is to be ticked.")
