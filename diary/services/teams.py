"""Teams: groups of staff that share patients."""

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from diary.domain.errors import Refusal
from diary.services import audit
from diary.storage.ids import new_uid
from diary.storage.rota import members, teams
from diary.storage.tables.staff import Staff, Team, TeamMember
from diary.storage.unit import clinic_of

TEAMS_MAX: Final = 50


def add_team(session: Session, *, name: str, now: datetime) -> Team:
    """A new team, with nobody in it.

    Raises:
        Refusal: team_name_taken; limit_reached.
    """
    known = teams(session)
    if any(team.name == name for team in known):
        raise Refusal("team_name_taken", "Another team has this name. Choose another.", pointer="/name")
    if len(known) >= TEAMS_MAX:
        raise Refusal("limit_reached", f"A clinic has {TEAMS_MAX} teams at most.", pointer="/name")
    team = Team(clinic_id=clinic_of(session), uid=new_uid(now), name=name)
    session.add(team)
    session.flush()
    audit.note(session, "team.add", now=now, object="team", object_uid=team.uid)
    return team


def join_team(session: Session, team: Team, person: Staff, *, now: datetime) -> None:
    """The person works in the team; once is enough."""
    if any(row.staff_id == person.id for row in members(session, team_ids=[team.id])):
        return
    session.add(TeamMember(clinic_id=clinic_of(session), team_id=team.id, staff_id=person.id))
    session.flush()
    _note(session, "team.join", team, person, now)


def leave_team(session: Session, team: Team, person: Staff, *, now: datetime) -> None:
    """The person works in the team no longer."""
    rows = [row for row in members(session, team_ids=[team.id]) if row.staff_id == person.id]
    for row in rows:
        session.delete(row)
    session.flush()
    if rows:
        _note(session, "team.leave", team, person, now)


def _note(session: Session, action: str, team: Team, person: Staff, now: datetime) -> None:
    audit.note(session, action, now=now, object="team", object_uid=team.uid, detail={"staff": person.uid})
