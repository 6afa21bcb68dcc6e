"""Whose patients a worklist is about: one's own and those one covers for, the team's, the clinic's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from diary.services.covers import stand_ins
from diary.services.happenings import Names
from diary.storage.rota import covers_on, members
from diary.storage.worklist import Narrow

WHOSE: Final = ("clinic", "team", "mine")
"""The clinic's come first: a list that hides a patient must be asked for."""


@dataclass(frozen=True, slots=True)
class Covered:
    """A colleague whose work somebody has, until a day; None for who does not work on this weekday."""

    name: str
    until: date | None


@dataclass(frozen=True, slots=True)
class Whose:
    """What was asked for, and for whom it also stands in."""

    staff_ids: Sequence[int] | None
    team_ids: Sequence[int]
    covering: tuple[Covered, ...]
    """Colleagues who are away and whose work comes to whoever asks."""

    def narrow(self) -> Narrow:
        """The same for a query."""
        return Narrow(self.staff_ids, self.team_ids)


def whose_patients(session: Session, whose: str, *, staff_id: int, today: date, names: Names) -> Whose:
    """Resolve one of `WHOSE` for somebody of the staff, on a day."""
    away = [absent for absent, stand_in in stand_ins(session, today).items() if stand_in == staff_id]
    until = {row.absent_id: row.last_day for row in covers_on(session, today)}
    covering = tuple(Covered(names[absent][1], until.get(absent)) for absent in away if absent != staff_id)
    if whose == "clinic":
        return Whose(None, (), covering)
    people = sorted({staff_id, *away})
    if whose == "mine":
        return Whose(people, (), covering)
    works_in = {row.team_id for row in members(session) if row.staff_id in people}
    colleagues = {row.staff_id for row in members(session, team_ids=sorted(works_in))}
    return Whose(sorted({*people, *colleagues}), sorted(works_in), covering)
