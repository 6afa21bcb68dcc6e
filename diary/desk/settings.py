"""The clinic's settings at the desk: what is chosen here, in one look."""

from flask.typing import ResponseReturnValue

from diary.desk.door import at_desk, desk, show
from diary.services.clinics import the_clinic
from diary.storage.protocols import foresight_at, protocol_at
from diary.storage.rota import covers_from, holidays_from, teams
from diary.storage.staff import staff_of_clinic


@desk.get("/settings")
def settings_page() -> ResponseReturnValue:
    """What this clinic has chosen, and where each choice is changed."""
    with at_desk() as (unit, frame):
        session = unit.session
        _, protocol = protocol_at(session, unit.now)
        facts = {
            "clinic": the_clinic(session),
            "protocol": protocol,
            "forecast": foresight_at(session, unit.now),
            "covers": covers_from(session, frame.today),
            "holidays": holidays_from(session, frame.today),
            "teams": teams(session),
            "staff": [person for person in staff_of_clinic(session) if person.disabled_at is None],
        }
    return show("settings.html", frame, **facts)
