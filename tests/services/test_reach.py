"""A phone that is gone is never tried again; a program that hears nothing is switched off."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from diary.domain.delivery import WEBHOOK_GIVE_UP_AFTER, Tried
from diary.domain.errors import Refusal
from diary.gateways.push import Push
from diary.gateways.webhook import Hook
from diary.services import alerts, outbox, patients, reach, webhooks
from diary.services.dispatch import Done, Job, Try, settle, take
from diary.storage.ids import new_uid
from diary.storage.outbox import LANES
from diary.storage.patients import patient_by_id
from diary.storage.reach import live_subscriptions, live_webhooks, replay_events
from diary.storage.reach import webhooks as all_webhooks
from diary.storage.tables.outbox import Delivery, Message
from diary.storage.tables.patient import Device
from diary.storage.unit import own
from tests.little_clinic import LittleClinic, at, day_number

STAFF, PATIENT, PROGRAM = LANES
NOW = at(day_number(30))
P256DH, AUTH = "B" + "A" * 86, "A" * 22


@pytest.fixture
def patient_id(sqlite_clinic: LittleClinic) -> int:
    return sqlite_clinic.admit("P-1")


def a_phone(clinic: LittleClinic, patient_id: int) -> int:
    with clinic.unit(write=True) as session:
        device = Device(
            clinic_id=clinic.clinic_id,
            uid=new_uid(NOW),
            patient_id=patient_id,
            token_hash=new_uid(NOW),
            enrolled_at=NOW,
            last_seen_at=NOW,
        )
        session.add(device)
        session.flush()
        return device.id


def subscribe(clinic: LittleClinic, patient_id: int, endpoint: str, device_id: int | None = None) -> None:
    device_id = device_id or a_phone(clinic, patient_id)
    with clinic.phone(patient_id) as session:
        patient = patient_by_id(session, patient_id)
        reach.subscribe(
            session, patient, device_id=device_id, endpoint=endpoint, p256dh=P256DH, auth=AUTH, now=NOW
        )


def endpoints(clinic: LittleClinic, patient_id: int) -> list[str]:
    with clinic.unit() as session:
        return [phone.endpoint for phone in live_subscriptions(session, [patient_id])]


def remind(clinic: LittleClinic, patient_id: int, key: str = "r") -> None:
    with clinic.unit(write=True) as session:
        outbox.enqueue(
            session, outbox.Letter("reminder", f"{key}:2026-02-08", patient_id=patient_id), now=NOW
        )


def jobs_of(clinic: LittleClinic, lane, *, now=NOW) -> list[Job]:
    with clinic.unit(write=True) as session:
        return take(session, lane, url="https://d.example", owner="me", limit=50, now=now, wall_now=now)


def end(clinic: LittleClinic, job: Job, *tried: Tried, now=NOW) -> None:
    tries = tuple(Try("way", parcel, one) for parcel, one in zip(job.parcels, tried, strict=True))
    with clinic.unit(write=True) as session:
        settle(session, [Done(job, tries)], owner="me", now=now)


def states(clinic: LittleClinic) -> list[str]:
    with clinic.unit() as session:
        return list(
            session.scalars(own(session, Message).with_only_columns(Message.state).order_by(Message.id))
        )


def test_a_note_goes_to_each_phone_of_the_patient_in_words_that_say_nothing(sqlite_clinic, patient_id):
    for name in "ab":
        subscribe(sqlite_clinic, patient_id, f"https://push.example/{name}")
    remind(sqlite_clinic, patient_id)
    (job,) = jobs_of(sqlite_clinic, PATIENT)
    assert {parcel.endpoint for parcel in job.parcels} == {"https://push.example/a", "https://push.example/b"}
    (note, _) = (parcel.note for parcel in job.parcels if isinstance(parcel, Push))
    assert (note["title"], note["lang"], note["url"]) == ("Time for your daily answer", "en", "/app/")
    end(sqlite_clinic, job, Tried("gone", "410"), Tried("delivered", "201"))
    assert states(sqlite_clinic) == ["delivered"]
    assert len(endpoints(sqlite_clinic, patient_id)) == 1


def test_a_phone_that_is_gone_is_never_tried_again_and_then_nobody_can_be_reached(sqlite_clinic, patient_id):
    subscribe(sqlite_clinic, patient_id, "https://push.example/a")
    remind(sqlite_clinic, patient_id)
    (job,) = jobs_of(sqlite_clinic, PATIENT)
    end(sqlite_clinic, job, Tried("gone", "410"))
    remind(sqlite_clinic, patient_id, "r2")
    assert jobs_of(sqlite_clinic, PATIENT) == []
    assert states(sqlite_clinic) == ["permanent_failure"] * 2
    with sqlite_clinic.unit() as session:
        assert [row.channel for row in session.scalars(own(session, Delivery))] == ["way", "none"]


def test_a_phone_that_its_maker_refuses_three_times_in_a_row_counts_as_gone(sqlite_clinic, patient_id):
    subscribe(sqlite_clinic, patient_id, "https://push.example/a")
    for number, tried in enumerate(["refused", "refused", "delivered", "refused", "refused", "refused"]):
        assert endpoints(sqlite_clinic, patient_id)
        remind(sqlite_clinic, patient_id, f"r{number}")
        (job,) = jobs_of(sqlite_clinic, PATIENT)
        end(sqlite_clinic, job, Tried(tried, "403"))
    assert endpoints(sqlite_clinic, patient_id) == []


def test_a_phone_has_one_address_and_a_new_one_replaces_it(sqlite_clinic, patient_id):
    device_id = a_phone(sqlite_clinic, patient_id)
    for name in "ab":
        subscribe(sqlite_clinic, patient_id, f"https://push.example/{name}", device_id)
    assert endpoints(sqlite_clinic, patient_id) == ["https://push.example/b"]
    with sqlite_clinic.phone(patient_id) as session:
        reach.unsubscribe(session, device_id, now=NOW)
    assert endpoints(sqlite_clinic, patient_id) == []


def test_an_address_that_is_none_is_refused(sqlite_clinic, patient_id):
    with pytest.raises(Refusal, match="no address"):
        subscribe(sqlite_clinic, patient_id, "http://127.0.0.1/admin")


def test_who_is_paused_hears_nothing(sqlite_clinic, patient_id):
    subscribe(sqlite_clinic, patient_id, "https://push.example/a")
    with sqlite_clinic.unit(write=True) as session:
        patients.pause(session, patient_by_id(session, patient_id), until=None, note=None, now=NOW)
    remind(sqlite_clinic, patient_id)
    assert jobs_of(sqlite_clinic, PATIENT) == []
    assert states(sqlite_clinic) == ["cancelled"]


@pytest.fixture
def hook(sqlite_clinic: LittleClinic) -> int:
    with sqlite_clinic.unit(write=True) as session:
        return webhooks.add_webhook(session, url="https://hooks.example/in", now=NOW).id


def raise_alert(clinic: LittleClinic, patient_id: int, *, now=NOW) -> str:
    with clinic.unit(write=True) as session:
        news = alerts.News(patient_id, None, "red_flag", {"items": ["fever"]})
        return alerts.raise_alert(session, news, now=now).uid


def test_a_program_is_told_which_alert_opened_and_no_word_about_it(sqlite_clinic, patient_id, hook):
    uid = raise_alert(sqlite_clinic, patient_id)
    (job,) = jobs_of(sqlite_clinic, PROGRAM)
    (parcel,) = job.parcels
    assert isinstance(parcel, Hook)
    assert parcel.event == {"type": "alert.opened", "timestamp": NOW.isoformat(), "data": {"alert": uid}}
    assert parcel.secret not in repr(parcel)
    end(sqlite_clinic, job, Tried("delivered", "204"))


def test_one_that_fails_for_three_days_is_switched_off_and_the_admin_is_told(sqlite_clinic, patient_id, hook):
    sqlite_clinic.person("Adam", role="admin")
    raise_alert(sqlite_clinic, patient_id)
    now = NOW
    while jobs := jobs_of(sqlite_clinic, PROGRAM, now=now):
        for job in jobs:
            end(sqlite_clinic, job, Tried("later", "500"), now=now)
        now += timedelta(hours=8)
        if now - NOW == timedelta(days=2):
            raise_alert(sqlite_clinic, patient_id, now=now)
    with sqlite_clinic.unit() as session:
        (off,) = all_webhooks(session)
        assert (off.end_reason, off.ended_at - off.failing_since_at) == ("failed", WEBHOOK_GIVE_UP_AFTER)
        events = session.scalars(select(Message.state).where(Message.kind == "event")).all()
        assert set(events) <= {"cancelled", "technical_failure"}
    told = [job.parcels[0].subject for job in jobs_of(sqlite_clinic, STAFF, now=now)]
    assert "Pain diary: a webhook was switched off" in told


def test_what_it_missed_is_sent_again_under_the_same_ids(sqlite_clinic, patient_id, hook):
    raise_alert(sqlite_clinic, patient_id)
    (job,) = jobs_of(sqlite_clinic, PROGRAM)
    end(sqlite_clinic, job, Tried("delivered", "204"))
    with sqlite_clinic.unit(write=True) as session:
        assert replay_events(session, hook, since_at=NOW, now=NOW) == 1
    (again,) = jobs_of(sqlite_clinic, PROGRAM)
    assert [parcel.key for parcel in again.parcels] == [parcel.key for parcel in job.parcels]


def test_a_sandbox_may_tell_this_machine_itself_and_no_more_than_twenty(sqlite_clinic, hook):
    with sqlite_clinic.unit(write=True) as session:
        for number in range(webhooks.WEBHOOKS_MAX - 1):
            webhooks.add_webhook(session, url=f"http://localhost:8700/{number}", now=NOW)
        with pytest.raises(Refusal, match="at most 20"):
            webhooks.add_webhook(session, url="https://hooks.example/more", now=NOW)
        with pytest.raises(Refusal, match="https"):
            webhooks.add_webhook(session, url="http://hooks.example/", now=NOW)
        assert len(live_webhooks(session)) == webhooks.WEBHOOKS_MAX
