"""The messages at the desk: what, to whom, what became of it; and one more try by hand."""

from datetime import timedelta

from diary.domain.delivery import Tried
from diary.services import alerts
from diary.services.dispatch import Done, Try, settle, take
from diary.storage.outbox import LANES
from diary.storage.tables.outbox import Message
from diary.storage.unit import own
from tests.desk.house import MORNING, Desk, words_of


def fail(desk: Desk) -> str:
    """A red flag whose mail the server refuses for good, after it put it off twice; its message's id."""
    patient_id = desk.clinic.admit("P-0042")
    now = MORNING - timedelta(hours=1)
    with desk.clinic.unit(write=True) as session:
        alerts.raise_alert(session, alerts.News(patient_id, None, "red_flag", {"items": ["fever"]}), now=now)
    for answer in (Tried("later", "451"), Tried("later", "451"), Tried("refused", "550")):
        with desk.clinic.unit(write=True) as session:
            (job,) = take(session, LANES[0], url="", owner="me", limit=9, now=now, wall_now=now)
            settle(session, [Done(job, (Try("email", job.parcels[0], answer),))], owner="me", now=now)
        now += timedelta(minutes=5)
    with desk.reading() as session:
        return session.scalars(own(session, Message)).one().uid


def test_a_message_that_was_given_up_says_why_and_is_tried_once_more(desk):
    nurse = desk.sign_in()
    uid = fail(desk)
    page = "/desk/settings/messages"
    told = words_of(nurse.get(page))
    assert "An alert to the clinic could not be sent" in told
    assert "mail to Anna Visser: not yet (451); mail to Anna Visser: refused (550)" in told
    assert "fever" not in told
    assert nurse.post(f"{page}/{uid}/again").status_code == 303
    told = words_of(nurse.get(page))
    assert "An alert to the clinic waits to be sent" in told
    assert "Try again" not in told
