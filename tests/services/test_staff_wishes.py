"""Each of the staff hears in their own hours, or not at all; a red flag always; and never nobody."""

from datetime import time, timedelta

import pytest

from diary.domain.delivery import Tried
from diary.domain.errors import Refusal
from diary.domain.hours import Hours
from diary.services.covers import arrange_cover
from diary.services.staff_wishes import set_wish, told
from diary.storage.tables.staff import Staff
from tests.little_clinic import LittleClinic, at
from tests.services.test_ladder import MONDAY, NIGHT, mails, open_alert

LATE = Hours(time(12), time(20))
AT_NIGHT = Hours(time(20), time(6))
DIGEST = at(MONDAY, hour=7) + timedelta(minutes=30)
NOON = at(MONDAY, hour=12)
ONE = "1 case needs a decision"
RED = "a red flag, look now"


@pytest.fixture
def people(sqlite_clinic: LittleClinic):
    return tuple(
        sqlite_clinic.person(name, role)
        for name, role in (("Ada", "nurse"), ("Ben", "physician"), ("Cleo", "admin"))
    )


def wish(clinic: LittleClinic, person: Staff, *, mails: bool = True, hours: Hours | None = None) -> None:
    with clinic.unit(write=True) as session:
        set_wish(session, person, mails=mails, hours=hours, now=NIGHT)


def cover(clinic: LittleClinic, absent: Staff, by: Staff) -> None:
    with clinic.unit(write=True) as session:
        arrange_cover(
            session, absent=absent, cover=by, first_day=MONDAY, last_day=MONDAY, reason="leave", now=NIGHT
        )


def calm(sent: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """What is no red flag: that one climbs beside."""
    return [(to, said) for to, said in sent if said != RED]


def test_what_can_wait_waits_for_a_person_s_own_hours_and_a_red_flag_does_not(sqlite_clinic, people):
    ada = people[0]
    wish(sqlite_clinic, ada, hours=LATE)
    open_alert(sqlite_clinic, owner_id=ada.id)
    open_alert(sqlite_clinic, owner_id=ada.id, kind="red_flag")
    assert mails(sqlite_clinic, NIGHT) == [("ada", RED)]
    assert mails(sqlite_clinic, DIGEST) == []
    assert calm(mails(sqlite_clinic, NOON)) == [("ada", ONE)]
    assert calm(mails(sqlite_clinic, NOON + timedelta(hours=1))) == []


def test_what_the_clinic_is_told_comes_to_each_in_their_own_hours_once(sqlite_clinic, people):
    wish(sqlite_clinic, people[0], hours=LATE)
    open_alert(sqlite_clinic, owner_id=None)
    assert mails(sqlite_clinic, DIGEST) == [("ben", ONE)]
    assert mails(sqlite_clinic, DIGEST + timedelta(minutes=1)) == []
    assert mails(sqlite_clinic, NOON) == [("ada", ONE)]


def test_when_all_sleep_it_waits_for_the_first_who_wakes(sqlite_clinic, people):
    wish(sqlite_clinic, people[0], hours=LATE)
    wish(sqlite_clinic, people[1], hours=AT_NIGHT)
    open_alert(sqlite_clinic, owner_id=None)
    assert mails(sqlite_clinic, DIGEST) == []
    assert mails(sqlite_clinic, NOON) == [("ada", ONE)]


def test_who_wants_no_mails_gets_red_flags_and_what_nobody_took(sqlite_clinic, people):
    ada = people[0]
    wish(sqlite_clinic, ada, mails=False)
    open_alert(sqlite_clinic, owner_id=ada.id)
    open_alert(sqlite_clinic, owner_id=ada.id, kind="red_flag")
    assert mails(sqlite_clinic, NIGHT) == [("ada", RED)]
    assert mails(sqlite_clinic, DIGEST) == []
    assert calm(mails(sqlite_clinic, at(MONDAY, hour=16))) == [
        (name, f"{ONE}, and nobody has taken it") for name in ("ada", "ben")
    ]


def test_of_those_who_treat_one_must_hear(sqlite_clinic, people):
    wish(sqlite_clinic, people[0], mails=False)
    with pytest.raises(Refusal, match="you are the only one"):
        wish(sqlite_clinic, people[1], mails=False)
    wish(sqlite_clinic, people[2], mails=False)


def test_whom_no_mail_reaches_takes_nobody_s_work(sqlite_clinic, people):
    ada, ben, _ = people
    wish(sqlite_clinic, ben, mails=False)
    with pytest.raises(Refusal, match="switched mails off") as refused:
        cover(sqlite_clinic, ada, by=ben)
    assert refused.value.code == "nobody_would_hear"
    wish(sqlite_clinic, ben)
    cover(sqlite_clinic, ada, by=ben)
    with pytest.raises(Refusal, match="You take the work of Ada"):
        wish(sqlite_clinic, ben, mails=False)


def test_whose_mails_come_back_is_told_so_and_takes_nobody_s_work(sqlite_clinic, people):
    ada, ben, _ = people
    open_alert(sqlite_clinic, owner_id=ben.id, kind="red_flag")
    mails(sqlite_clinic, NIGHT, Tried("refused", "550"))
    with sqlite_clinic.unit() as session:
        assert told(session, ben).comes_back
        assert not told(session, ada).comes_back
    with pytest.raises(Refusal, match="come back"):
        cover(sqlite_clinic, ada, by=ben)
