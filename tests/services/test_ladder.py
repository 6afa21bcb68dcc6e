"""An alert never belongs to one person alone: it climbs until somebody takes it, and then all is quiet."""

from datetime import datetime, timedelta

import pytest

from diary.domain.delivery import Tried
from diary.services import alerts
from diary.services.covers import arrange_cover
from diary.services.dispatch import Done, Try, settle, take
from diary.services.ladder import climb, red_alerts
from diary.services.working_days import add_holiday
from diary.storage.alerts import alert_by_id
from diary.storage.outbox import LANES
from diary.storage.tables.outbox import Message
from diary.storage.unit import own
from tests.little_clinic import LittleClinic, at, day_number

# A Monday.
MONDAY = day_number(31)
NIGHT = at(MONDAY, hour=4)
TOOK = Tried("delivered")


@pytest.fixture
def people(clinic: LittleClinic):
    return clinic.person("Ada"), clinic.person("Ben", "physician"), clinic.person("Cleo", "admin")


def open_alert(clinic: LittleClinic, *, owner_id: int | None, kind="call_me", now: datetime = NIGHT) -> int:
    patient_id = clinic.admit(f"P-{kind}-{now:%d%H%M}")
    facts = {"items": ["fever"]} if kind == "red_flag" else {"wants": "treatment"}
    with clinic.unit(write=True) as session:
        return alerts.raise_alert(
            session, alerts.News(patient_id, None, kind, facts, owner_id=owner_id), now=now
        ).id


def mails(clinic: LittleClinic, now: datetime, answer: Tried = TOOK) -> list[tuple[str, str]]:
    """What leaves at this moment, to whom: the ladder is looked at, then everything due is sent."""
    with clinic.unit(write=True) as session:
        climb(session, now=now)
    with clinic.unit(write=True) as session:
        jobs = take(session, LANES[0], url="", owner="me", limit=99, now=now, wall_now=now)
    for job in jobs:
        tries = tuple(Try("email", parcel, answer) for parcel in job.parcels)
        with clinic.unit(write=True) as session:
            settle(session, [Done(job, tries)], owner="me", now=now)
    parcels = [parcel for job in jobs for parcel in job.parcels]
    return sorted((mail.to.partition("-")[0], mail.subject.removeprefix("Pain diary: ")) for mail in parcels)


def red(clinic: LittleClinic, now: datetime) -> int:
    with clinic.unit() as session:
        return red_alerts(session, now=now)


def test_what_the_night_finds_is_told_in_the_morning_of_a_working_day(clinic, people):
    with clinic.unit(write=True) as session:
        add_holiday(session, first_day=MONDAY, last_day=MONDAY, name="Easter", now=NIGHT)
    open_alert(clinic, owner_id=people[0].id)
    open_alert(clinic, owner_id=people[0].id, now=NIGHT + timedelta(minutes=1))
    assert mails(clinic, at(MONDAY, hour=12)) == []
    tuesday = at(MONDAY + timedelta(days=1), hour=7) + timedelta(minutes=30)
    assert mails(clinic, tuesday) == [("ada", "2 cases need a decision")]


def test_a_red_flag_is_told_at_once(clinic, people):
    open_alert(clinic, owner_id=people[0].id, kind="red_flag")
    assert mails(clinic, NIGHT) == [("ada", "a red flag, look now")]


def test_what_reaches_nobody_climbs_at_once_and_no_further_than_somebody(clinic, people):
    night = NIGHT - timedelta(hours=5)
    open_alert(clinic, owner_id=people[0].id, kind="red_flag", now=night)
    assert [to for to, _ in mails(clinic, night, Tried("refused", "550"))] == ["ada"]
    later = night + timedelta(minutes=5)
    assert [to for to, _ in mails(clinic, later, Tried("refused", "550"))] == ["ada", "ben"]
    later += timedelta(minutes=5)
    assert [to for to, _ in mails(clinic, later)] == ["cleo"]
    assert mails(clinic, later + timedelta(minutes=5)) == []


def test_work_of_who_is_away_is_told_to_who_covers(clinic, people):
    with clinic.unit(write=True) as session:
        arrange_cover(
            session,
            absent=people[0],
            cover=people[1],
            first_day=MONDAY,
            last_day=MONDAY,
            reason="leave",
            now=NIGHT,
        )
    open_alert(clinic, owner_id=people[0].id, kind="red_flag")
    assert mails(clinic, NIGHT) == [("ben", "a red flag, look now")]


def test_nobody_taking_it_colleagues_are_told_then_the_admins_and_then_it_stands_red(clinic, people):
    alert_id = open_alert(clinic, owner_id=people[0].id)
    assert mails(clinic, at(MONDAY, hour=8)) == [("ada", "1 case needs a decision")]
    assert mails(clinic, at(MONDAY, hour=15)) == []
    untaken = "1 case needs a decision, and nobody has taken it"
    assert mails(clinic, at(MONDAY, hour=16)) == [("ada", untaken), ("ben", untaken)]
    assert mails(clinic, at(MONDAY, hour=17)) == []
    tuesday = MONDAY + timedelta(days=1)
    assert mails(clinic, at(tuesday, hour=15)) == [("cleo", untaken)]
    wednesday = at(MONDAY + timedelta(days=2), hour=14)
    assert (mails(clinic, wednesday), red(clinic, wednesday)) == ([], 1)
    far = at(MONDAY + timedelta(days=40))
    assert red(clinic, far) == 1
    with clinic.unit(write=True) as session:
        alerts.acknowledge(session, alert_by_id(session, alert_id), staff_id=people[1].id, now=far)
    assert (red(clinic, far), mails(clinic, far)) == (0, [])


def test_whoever_takes_it_silences_what_was_still_to_be_told(clinic, people):
    alert_id = open_alert(clinic, owner_id=people[0].id)
    with clinic.unit(write=True) as session:
        alerts.acknowledge(
            session, alert_by_id(session, alert_id), staff_id=people[1].id, now=at(MONDAY, hour=6)
        )
    assert mails(clinic, at(MONDAY, hour=8)) == []
    with clinic.unit() as session:
        assert {one.state for one in session.scalars(own(session, Message))} == {"cancelled"}


def test_a_red_flag_that_nobody_takes_climbs_within_hours(clinic, people):
    morning = at(MONDAY, hour=9)
    open_alert(clinic, owner_id=people[0].id, kind="red_flag", now=morning)
    climbed = [mails(clinic, morning + timedelta(hours=hours)) for hours in range(3)]
    assert [[to for to, _ in round_] for round_ in climbed] == [["ada"], ["ada", "ben"], ["cleo"]]
    assert red(clinic, morning + timedelta(hours=3)) == 1
