"""Who works on some weekdays only is asked nothing on the others: a colleague hears, and never nobody."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from diary.domain.delivery import Tried
from diary.domain.errors import Refusal
from diary.services import accounts, alerts
from diary.services.covers import arrange_cover, whose_work
from diary.services.own_week import set_week, week_of
from diary.services.staff_wishes import set_wish, told
from diary.storage.alerts import alert_by_id
from diary.storage.staff import staff_by_id
from diary.storage.tables.staff import Staff
from tests.little_clinic import LittleClinic, at
from tests.services.test_ladder import MONDAY, NIGHT, mails, open_alert

FRIDAY = MONDAY + timedelta(days=4)
THURSDAY = FRIDAY - timedelta(days=1)
MON_TO_THU = ("mon", "tue", "wed", "thu")
RED = "a red flag, look now"
ONE = "1 case needs a decision"

People = tuple[Staff, Staff, Staff]


def founded(clinic: LittleClinic) -> People:
    return clinic.person("Ada"), clinic.person("Ben", "physician"), clinic.person("Cleo")


@pytest.fixture
def people(sqlite_clinic: LittleClinic) -> People:
    return founded(sqlite_clinic)


def works(
    clinic: LittleClinic, person: Staff, days: Sequence[str] = MON_TO_THU, *, cover: Staff | None = None
) -> None:
    with clinic.unit(write=True) as session:
        set_week(session, person, weekdays=days, cover=cover, now=NIGHT)


def told_on(clinic: LittleClinic, day: date, person: Staff) -> list[str]:
    """Who is mailed at nine of a red flag of this person's patient."""
    now = at(day)
    alert_id = open_alert(clinic, owner_id=person.id, kind="red_flag", now=now)
    heard = [to for to, said in mails(clinic, now) if said == RED]
    with clinic.unit(write=True) as session:
        alert = alert_by_id(session, alert_id)
        alerts.acknowledge(session, alert, staff_id=person.id, now=now)
    return heard


def test_on_a_weekday_off_the_colleague_hears_and_has_the_work(clinic):
    ada, ben, _ = founded(clinic)
    works(clinic, ada, cover=ben)
    assert told_on(clinic, THURSDAY, ada) == ["ada"]
    assert told_on(clinic, FRIDAY, ada) == ["ben"]
    with clinic.unit() as session:
        assert whose_work(session, ben.id, FRIDAY) == [ben.id, ada.id]
        assert whose_work(session, ada.id, FRIDAY) == []
        assert whose_work(session, ada.id, THURSDAY) == [ada.id]


def test_without_a_name_whoever_treats_that_day_hears(sqlite_clinic, people):
    works(sqlite_clinic, people[0])
    assert told_on(sqlite_clinic, FRIDAY, people[0]) == ["ben", "cleo"]
    open_alert(sqlite_clinic, owner_id=None, now=at(FRIDAY, hour=4))
    assert mails(sqlite_clinic, at(FRIDAY, hour=8)) == [("ben", ONE), ("cleo", ONE)]


def test_where_all_are_off_all_hear(sqlite_clinic, people):
    ada, ben, cleo = people
    for person, cover in ((ada, ben), (ben, ada), (cleo, None)):
        works(sqlite_clinic, person, cover=cover)
    assert told_on(sqlite_clinic, FRIDAY, ada) == ["ada", "ben", "cleo"]


def test_a_cover_that_was_arranged_goes_before_the_week(sqlite_clinic, people):
    ada, ben, cleo = people
    works(sqlite_clinic, ada, cover=ben)
    days = {"first_day": FRIDAY, "last_day": FRIDAY, "reason": "leave"}
    with sqlite_clinic.unit(write=True) as session:
        arrange_cover(session, absent=ada, cover=cleo, **days, now=NIGHT)
    assert told_on(sqlite_clinic, FRIDAY, ada) == ["cleo"]


def test_whoever_has_left_or_treats_no_more_is_passed_over(sqlite_clinic, people):
    ada, _, cleo = people
    works(sqlite_clinic, ada, cover=cleo)
    with sqlite_clinic.unit(write=True) as session:
        accounts.change_role(session, staff_by_id(session, cleo.id), "researcher", now=NIGHT)
    assert told_on(sqlite_clinic, FRIDAY, ada) == ["ben"]


def test_all_seven_days_are_a_week_like_everybodys(sqlite_clinic, people):
    ada, ben, _ = people
    works(sqlite_clinic, ada, cover=ben)
    works(sqlite_clinic, ada, (*MON_TO_THU, "fri", "sat", "sun"), cover=ben)
    with sqlite_clinic.unit() as session:
        assert (week_of(session, ada).off, week_of(session, ada).cover_id) == ((), None)


def test_whom_no_mail_reaches_takes_no_weekday_and_keeps_mails_on_while_having_one(sqlite_clinic, people):
    ada, ben, _ = people
    off = {"mails": False, "hours": None, "now": NIGHT}
    with sqlite_clinic.unit(write=True) as session:
        set_wish(session, ben, **off)
    with pytest.raises(Refusal, match="switched mails off"):
        works(sqlite_clinic, ada, cover=ben)
    with sqlite_clinic.unit(write=True) as session:
        set_wish(session, ben, **off | {"mails": True})
    works(sqlite_clinic, ada, cover=ben)
    with pytest.raises(Refusal, match="on the weekdays"), sqlite_clinic.unit(write=True) as session:
        set_wish(session, ben, **off)


def test_nobody_stands_in_for_themselves(sqlite_clinic, people):
    with pytest.raises(Refusal, match="Choose a colleague"):
        works(sqlite_clinic, people[0], cover=people[0])


def test_a_mail_that_comes_back_counts_against_whose_address_it_was(sqlite_clinic, people):
    ada, ben, cleo = people
    works(sqlite_clinic, ada, cover=ben)
    open_alert(sqlite_clinic, owner_id=ada.id, kind="red_flag", now=at(FRIDAY))
    mails(sqlite_clinic, at(FRIDAY), Tried("refused", "550"))
    with sqlite_clinic.unit() as session:
        assert [told(session, person).comes_back for person in (ada, ben, cleo)] == [False, True, False]
