"""What waits in the outbox is taken by one process, ends in a named state or comes back, and is told once."""

from datetime import timedelta

import pytest

from diary.domain.delivery import Tried
from diary.gateways.mail import Mail
from diary.services import alerts, outbox
from diary.services.dispatch import LEASE, Done, Job, Try, settle, take
from diary.storage.alerts import alert_by_id
from diary.storage.outbox import LANES, clinics_with_due
from diary.storage.tables.outbox import Delivery, Message
from diary.storage.unit import SYSTEM, own, unit
from tests.little_clinic import LittleClinic, at, day_number

STAFF, PATIENT, PROGRAM = LANES
# Found in the night of a Monday, told in its morning.
NIGHT = at(day_number(31), hour=4)
NOW = NIGHT + timedelta(hours=3, minutes=30)
URL = "https://diary.example"


def raise_alert(clinic: LittleClinic, kind: str = "call_me", *, owner_id: int | None = None) -> int:
    """An alert of a patient of its own, with its message."""
    patient_id = clinic.admit(f"P-{kind}-{owner_id}-{len(messages(clinic))}")
    with clinic.unit(write=True) as session:
        facts = {"items": ["fever"]} if kind == "red_flag" else {"wants": "treatment"}
        news = alerts.News(patient_id, None, kind, facts, owner_id=owner_id)
        return alerts.raise_alert(session, news, now=NIGHT).id


def jobs_of(clinic: LittleClinic, lane=STAFF, *, now=NOW, owner: str = "me", limit: int = 50) -> list[Job]:
    with clinic.unit(write=True) as session:
        return take(session, lane, url=URL, owner=owner, limit=limit, now=now, wall_now=now)


def end(
    clinic: LittleClinic, job: Job, *tried: Tried, now=NOW, owner: str = "me", put_off: bool = False
) -> None:
    done = Done(job, tuple(Try("email", job.parcels[0], one) for one in tried), put_off=put_off)
    with clinic.unit(write=True) as session:
        settle(session, [done], owner=owner, now=now)


def messages(clinic: LittleClinic) -> list[Message]:
    with clinic.unit() as session:
        return list(session.scalars(own(session, Message).order_by(Message.id)))


def the_message(clinic: LittleClinic) -> Message:
    (message,) = messages(clinic)
    return message


@pytest.fixture
def nurse(clinic: LittleClinic):
    return clinic.person("Ada")


def test_a_message_is_taken_by_one_process_and_ends_delivered(clinic, nurse):
    raise_alert(clinic)
    with unit(clinic.engine, SYSTEM, write=False) as session:
        assert clinics_with_due(session, now=NOW, wall_now=NOW) == [clinic.clinic_id]
    (job,) = jobs_of(clinic)
    assert jobs_of(clinic, owner="another") == []
    end(clinic, job, Tried("delivered"))
    assert (the_message(clinic).state, the_message(clinic).ended_at) == ("delivered", NOW)
    with clinic.unit() as session:
        (tried,) = session.scalars(own(session, Delivery))
        assert (tried.channel, tried.result, tried.tried_at) == ("email", "delivered", NOW)
        assert jobs_of(clinic, now=NOW + timedelta(days=9)) == []


def test_a_mail_names_no_patient_and_carries_the_message_s_own_id(clinic, nurse):
    raise_alert(clinic)
    (job,) = jobs_of(clinic)
    (mail,) = job.parcels
    assert isinstance(mail, Mail)
    assert (mail.to, mail.subject) == (nurse.email, "Pain diary: 1 case needs a decision")
    assert "P-" not in mail.text
    assert f"{URL}/desk/" in mail.text


def test_all_that_one_person_is_told_travels_as_one_and_a_red_flag_by_itself(clinic, nurse):
    for kind in ("call_me", "call_me", "red_flag"):
        raise_alert(clinic, kind, owner_id=nurse.id)
    subjects = sorted(job.parcels[0].subject for job in jobs_of(clinic))
    assert subjects == ["Pain diary: 2 cases need a decision", "Pain diary: a red flag, look now"]


def test_after_a_kill_between_sending_and_marking_the_copy_has_the_same_id(clinic, nurse):
    raise_alert(clinic)
    (first,) = jobs_of(clinic)
    assert jobs_of(clinic, owner="next", now=NOW + LEASE - timedelta(seconds=1)) == []
    (again,) = jobs_of(clinic, owner="next", now=NOW + LEASE)
    assert [parcel.key for parcel in again.parcels] == [parcel.key for parcel in first.parcels]


def test_who_lost_its_lease_writes_nothing_any_more(clinic, nurse):
    raise_alert(clinic)
    (slow,) = jobs_of(clinic)
    (quick,) = jobs_of(clinic, owner="next", now=NOW + LEASE)
    end(clinic, slow, Tried("refused", "550"), now=NOW + LEASE)
    assert the_message(clinic).state == "taken"
    end(clinic, quick, Tried("delivered"), owner="next", now=NOW + LEASE)
    assert the_message(clinic).state == "delivered"


def test_what_a_server_puts_off_comes_back_and_what_was_never_tried_counts_as_no_try(clinic, nurse):
    raise_alert(clinic)
    (job,) = jobs_of(clinic)
    end(clinic, job, Tried("later", "451"))
    message = the_message(clinic)
    assert (message.state, message.tries) == ("new", 1)
    assert timedelta(seconds=48) <= message.next_try_at - NOW <= timedelta(seconds=72)
    (job,) = jobs_of(clinic, now=message.next_try_at)
    end(clinic, job, Tried("later", "resting", wait_s=300), now=message.next_try_at, put_off=True)
    assert the_message(clinic).tries == 1
    assert the_message(clinic).next_try_at - message.next_try_at >= timedelta(minutes=4)


def test_an_alert_that_somebody_took_is_told_to_nobody_any_more(clinic, nurse):
    alert_id = raise_alert(clinic)
    with clinic.unit(write=True) as session:
        alert = alert_by_id(session, alert_id)
        alerts.acknowledge(session, alert, staff_id=nurse.id, now=NIGHT + timedelta(seconds=1))
    assert jobs_of(clinic) == []
    assert the_message(clinic).state == "cancelled"


def test_a_message_past_its_time_expires(clinic, nurse):
    with clinic.unit(write=True) as session:
        letter = outbox.Letter("digest", "d", staff_id=nurse.id, expires_at=NOW)
        outbox.enqueue(session, letter, now=NOW - timedelta(hours=1))
    assert jobs_of(clinic) == []
    assert the_message(clinic).state == "expired"


def test_where_nobody_can_be_told_it_ends_as_a_failure(clinic):
    raise_alert(clinic)
    assert jobs_of(clinic) == []
    assert the_message(clinic).state == "permanent_failure"
