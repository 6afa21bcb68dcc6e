"""The clinic's own checklist before an infusion: each line ticked by name and time, never in the way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from diary.domain import booking_states
from diary.domain.errors import Refusal
from diary.services import audit
from diary.services.happenings import Names, who_did
from diary.storage.checklists import checklist_versions, ticks_of
from diary.storage.tables.booking import Booking
from diary.storage.tables.checklist import ChecklistTick, ChecklistVersion
from diary.storage.unit import clinic_of


@dataclass(frozen=True, slots=True)
class Line:
    """One line with its standing tick, if any."""

    place: int
    text: str
    by: str | None
    at: datetime | None

    @property
    def ticked(self) -> bool:
        """Whether a tick stands."""
        return self.at is not None


@dataclass(frozen=True, slots=True)
class Checklist:
    """The list in force, as it stands for one booking."""

    n: int
    lines: tuple[Line, ...]

    @property
    def ticked(self) -> int:
        """How many lines have a tick."""
        return sum(line.ticked for line in self.lines)


def keep_checklist(session: Session, lines: Sequence[str], *, now: datetime) -> None:
    """From now on these lines; what was ticked of lines that stay word for word stays ticked."""
    versions = checklist_versions(session)
    if list(lines) == (versions[-1].lines if versions else []):
        return
    n = len(versions) + 1
    session.add(ChecklistVersion(clinic_id=clinic_of(session), n=n, valid_from_at=now, lines=list(lines)))
    session.flush()
    audit.note(session, "checklist.change", now=now, object="clinic", detail={"n": n, "lines": len(lines)})


def checklist_for(session: Session, booking: Booking | None, staff: Names) -> Checklist | None:
    """The list in force with what was ticked for the booking; None where the clinic has none."""
    versions = checklist_versions(session)
    if not versions or not versions[-1].lines:
        return None
    texts = {version.id: version.lines for version in versions}
    presses = ticks_of(session, booking.id) if booking is not None else []
    newest = {texts[press.checklist_version_id][press.line]: press for press in presses}
    return Checklist(
        n=versions[-1].n,
        lines=tuple(
            _line(place, text, newest.get(text), staff) for place, text in enumerate(versions[-1].lines)
        ),
    )


def tick(
    session: Session, booking: Booking, *, n: int, place: int, ticked: bool, staff_id: int, now: datetime
) -> None:
    """Tick a line, or take its tick back; a line that stands so already keeps who did it first.

    Args:
        session: of the clinic.
        booking: which re-treatment it is about.
        n: the version of the list that was looked at.
        place: of the line in it, from 0.
        ticked: whether it is to be ticked.
        staff_id: who presses.
        now: when.

    Raises:
        Refusal: changed_meanwhile; booking_wrong_state; not_found.
    """
    versions = checklist_versions(session)
    if not versions or versions[-1].n != n:
        raise Refusal("changed_meanwhile", "The checklist was changed. Nothing was written.")
    if booking.state not in booking_states.LIVE:
        raise Refusal("booking_wrong_state", "This booking has ended; its checklist stands as it was.")
    standing = checklist_for(session, booking, {})
    if standing is None or place >= len(standing.lines):
        raise Refusal("not_found", "The checklist has no such line.")
    if standing.lines[place].ticked == ticked:
        return
    session.add(
        ChecklistTick(
            clinic_id=clinic_of(session),
            checklist_version_id=versions[-1].id,
            line=place,
            booking_id=booking.id,
            staff_id=staff_id,
            at=now,
            ticked=ticked,
        )
    )
    session.flush()
    audit.note(
        session,
        "checklist.tick",
        now=now,
        object="booking",
        object_uid=booking.uid,
        patient_id=booking.patient_id,
        detail={"n": n, "line": place, "ticked": ticked},
    )


def _line(place: int, text: str, press: ChecklistTick | None, staff: Names) -> Line:
    if press is None or not press.ticked:
        return Line(place, text, None, None)
    return Line(place, text, who_did("staff", press.staff_id, staff), press.at)
