"""The questions of the week: which a patient is asked, and from which day on each is asked again."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from sqlalchemy.orm import Session

from config.scales import ITEMS
from diary.services.courses import present_course
from diary.storage.courses import courses_of
from diary.storage.entries import last_days_of_items
from diary.storage.tables.patient import Patient

WEEKLY: Final = tuple(code for code, item in ITEMS.items() if item.asked == "weekly")
WEEK: Final = timedelta(days=7)
# Compares with the time before the infusion, so it means nothing until a week after one.
SINCE_INFUSION: Final = "pgic"


def asked_from(session: Session, patient: Patient, *, today: date) -> Mapping[str, date]:
    """The first day on which each question is asked, by its code; one that has no meaning yet is left out.

    Answers are read by their diary day, a week apart. Who is paused or no longer followed is asked nothing.
    """
    if patient.follow_state != "followed":
        return {}
    last = last_days_of_items(session, patient.id, WEEKLY)
    found = {code: last[code] + WEEK if code in last else today for code in WEEKLY}
    course = present_course(courses_of(session, patient.id))
    infused = course.last_infusion_day if course is not None and course.status == "open" else None
    if infused is None:
        del found[SINCE_INFUSION]
    else:
        found[SINCE_INFUSION] = max(found[SINCE_INFUSION], infused + WEEK)
    return found
