"""The worklist: who needs a person, why, and counts that never lie."""

import re
from datetime import timedelta

import pytest

from diary.desk.words import TAB_NAMES
from diary.services import alerts, bookings, sandbox
from diary.services.clinics import the_clinic
from diary.storage.alerts import alert_by_uid
from diary.storage.courses import courses_of
from diary.storage.nights import nights_page
from diary.storage.patients import patient_by_id
from diary.storage.tables.course import Regimen
from diary.storage.tables.staff import Staff
from diary.storage.unit import own
from tests.desk.house import MORNING, Desk, rows_in, words_of
from tests.little_clinic import day_number

EVERY_KIND = (
    ("red_flag", None),
    ("loss", "confirmed"),
    ("loss", "likely_lost"),
    ("loss", "watch"),
    ("step", None),
    ("review", None),
    ("no_response", None),
    ("silence", None),
    ("call_me", None),
    ("not_assessed", None),
)


def one_of_each(desk: Desk) -> dict[tuple[str, str | None], str]:
    """A patient for each kind of alert, and for each level of loss; the alerts' uids."""
    return {
        (kind, level): desk.alert(desk.patient(f"P-{number:02}"), kind, level)
        for number, (kind, level) in enumerate(EVERY_KIND)
    }


def snooze(desk: Desk, uid: str) -> None:
    with desk.clinic.unit(write=True) as session:
        alert = alert_by_uid(session, uid)
        until = MORNING.date() + timedelta(days=3)
        alerts.snooze(session, alert, staff_id=a_nurse(session), until=until, reason="visit", now=MORNING)


def book(desk: Desk, uid: str) -> None:
    with desk.clinic.unit(write=True) as session:
        alert = alert_by_uid(session, uid)
        patient = patient_by_id(session, alert.patient_id)
        regimen = session.scalars(own(session, Regimen)).one()
        bookings.request_booking(session, patient, regimen=regimen, alert=alert, note=None, now=MORNING)


def a_nurse(session) -> int:
    return session.scalars(own(session, Staff)).first().id


def counts_in(page: str) -> dict[str, int]:
    """The counts on the tabs, by tab."""
    found = re.findall(r'href="/desk/\?tab=(\w+)"[^>]*>[^<]*<b>(\d+)</b>', page)
    return {tab: int(count) for tab, count in found}


def names_in(page: str) -> list[str]:
    """Pseudonyms in the order of the rows."""
    return re.findall(r'<tr class="row .*?>(P-\d+)</a>', page, re.DOTALL)


def test_every_tab_shows_as_many_rows_as_it_counts(either_desk):
    nurse = either_desk.sign_in()
    uids = one_of_each(either_desk)
    snooze(either_desk, uids["review", None])
    book(either_desk, uids["loss", "likely_lost"])

    counts = counts_in(nurse.get("/desk/"))

    assert list(counts.items()) == [
        ("act_now", 4),
        ("watch", 1),
        ("review", 1),
        ("silent", 1),
        ("call_me", 1),
        ("snoozed", 1),
        ("parked", 1),
        ("all", 10),
    ]
    for tab, count in counts.items():
        assert rows_in(nurse.get(f"/desk/?tab={tab}")) == count, tab
    assert sum(counts.values()) == 2 * counts["all"], "each alert stands in one tab, and in all of them"


def test_an_ended_alert_is_on_no_tab(desk):
    nurse = desk.sign_in()
    uid = desk.alert(desk.patient("P-1"), "review")
    with desk.clinic.unit(write=True) as session:
        alert = alert_by_uid(session, uid)
        alerts.close(session, alert, outcome="handled", reason=None, now=MORNING)

    assert set(counts_in(nurse.get("/desk/")).values()) == {0}


def test_red_flags_come_first_then_loss_by_level_and_age(desk):
    nurse = desk.sign_in()
    for pseudonym, kind, level, days_old in (
        ("P-1", "step", None, 9),
        ("P-2", "loss", "likely_lost", 8),
        ("P-3", "loss", "confirmed", 1),
        ("P-4", "loss", "confirmed", 5),
        ("P-5", "red_flag", None, 0),
    ):
        opened_at = MORNING - timedelta(days=days_old)
        desk.alert(desk.patient(pseudonym), kind, level, opened_at=opened_at)

    assert names_in(nurse.get("/desk/")) == ["P-5", "P-4", "P-3", "P-2", "P-1"]


def test_a_row_says_the_reason_in_a_sentence_and_what_is_so_today(desk):
    nurse = desk.sign_in()
    patient_id = desk.patient("P-1", name="Anneke de Boer")
    desk.clinic.write(patient_id, day_number(1), "2 " * 14)
    desk.clinic.write(patient_id, day_number(78), "7 7 7 6 7 7 7")
    facts = {"mean_7d": 6.9, "baseline_nrs": 8.0, "best_14d": 2.0, "below_since": 71}
    desk.alert(patient_id, "loss", "confirmed", opened_at=MORNING - timedelta(days=2), **facts)

    row = nurse.get("/desk/").split("<tbody>")[1]
    text = words_of(row)

    assert "Loss Anneke de Boer P-1 Relief is under 30 % in two weeks running" in text
    assert "mean of 7 days 6.9, baseline 8.0, best 2.0. Below the line since day 71." in text
    assert "2 days ago" in text
    assert "6.9 8.0 2.0 28 d 7 /14 85 d ago next: none" in text
    assert "<svg" in row


@pytest.mark.parametrize(
    ("who", "sees"), [("nurse", True), ("physician", True), ("coordinator", False), ("admin", False)]
)
def test_treating_staff_see_names_and_each_reading_is_written_down(desk, who, sees):
    person = desk.sign_in(who)
    desk.alert(desk.patient("P-1", name="Anneke de Boer"), "loss", "confirmed")

    page = person.get("/desk/")

    assert ("Anneke de Boer" in page) == sees
    assert [row.detail for row in desk.audited("identity.list")] == ([{"patients": ["P-1"]}] if sees else [])


def test_who_may_not_act_is_shown_no_button(desk):
    coordinator = desk.sign_in("coordinator")
    uid = desk.alert(desk.patient("P-1"), "loss", "confirmed")

    assert "Acknowledge" not in coordinator.get("/desk/")
    assert coordinator.post(f"/desk/alerts/{uid}/acknowledge", version=1).status_code == 403


def test_a_researcher_is_told_that_the_desk_is_not_theirs(desk):
    page = desk.sign_in("researcher").get("/desk/", status=403)

    assert "A researcher may not do this. A nurse, a physician, a clinic admin or a coordinator may." in page


def test_a_tab_holds_fifty_rows_a_page_and_the_address_says_which(desk):
    nurse = desk.sign_in()
    patient_id = desk.patient("P-1")
    for _ in range(53):
        desk.alert(patient_id, "red_flag", items=["Fever, rash or itching"])

    first = nurse.get("/desk/?tab=act_now")
    second = nurse.get("/desk/?tab=act_now&page=2")

    assert (rows_in(first), rows_in(second)) == (50, 3)
    assert "Page 2 of 2" in second
    assert counts_in(first)["act_now"] == 53
    assert rows_in(nurse.get("/desk/?tab=act_now&page=99")) == 3, "a page beyond the last shows the last"


@pytest.mark.parametrize("query", ["tab=nonsense", "page=0", "page=-1", "page=1e9", "page=" + "9" * 400])
def test_an_address_that_makes_no_sense_shows_the_first_tab(desk, query):
    assert "Nobody needs a decision now." in desk.sign_in().get(f"/desk/?{query}")


def test_before_the_first_night_the_page_says_so(desk):
    assert "No night has run yet" in desk.sign_in().get("/desk/")


def test_alerts_more_than_26_hours_old_raise_a_red_banner(desk):
    nurse = desk.sign_in()
    desk.clinic.run_nights(day_number(84))  # due at 04:00, five hours before
    assert "5 h ago" in nurse.get("/desk/")

    desk.set_clock(MORNING + timedelta(hours=21))
    assert 'class="late"' not in nurse.get("/desk/")

    desk.set_clock(MORNING + timedelta(hours=21, minutes=1))
    assert "Alerts are 26 h old" in nurse.get("/desk/")


def test_every_page_says_how_old_the_last_complete_night_is(desk):
    nurse = desk.sign_in()
    desk.clinic.run_nights(day_number(84))
    for page in ("/desk/", "/desk/patients", "/desk/bookings", "/desk/regimens"):
        assert "Last complete night 5 h ago" in nurse.get(page), page


def test_every_page_says_that_the_last_night_did_not_judge_all(desk):
    nurse = desk.sign_in()
    desk.clinic.run_nights(day_number(84))
    with desk.clinic.unit(write=True) as session:
        nights_page(session, before=None, limit=1)[0].state = "partial"
    for page in ("/desk/", "/desk/bookings"):
        assert "Last night 5 h ago: <strong>not all courses judged</strong>" in nurse.get(page), page


def test_a_first_night_that_never_came_raises_the_banner_too(desk):
    nurse = desk.sign_in()
    with desk.clinic.unit(write=True) as session:
        the_clinic(session).first_night = MORNING.date()  # due at 04:00 tomorrow
    desk.set_clock(MORNING + timedelta(hours=21))
    assert 'class="late"' not in nurse.get("/desk/")
    desk.set_clock(MORNING + timedelta(hours=21, minutes=1))
    assert "No night has been judged yet." in nurse.get("/desk/")


def test_empty_tabs_say_what_is_not_there(desk):
    nurse = desk.sign_in()
    for tab in TAB_NAMES:
        assert 'class="empty"' in nurse.get(f"/desk/?tab={tab}"), tab


@pytest.mark.parametrize(("stride", "days"), [("night", 1), ("week", 7)])
def test_the_sandbox_clock_goes_to_nine_in_the_morning_of_the_next_day_or_a_week_on(desk, stride, days):
    nurse = desk.sign_in()
    clock = nurse.post("/desk/clock", stride=stride, back="/desk/?tab=all").location

    waiting = nurse.get(clock)
    assert "The nights are being run" in waiting
    assert '<meta http-equiv="refresh" content="1">' in waiting
    assert f"{days} night" in waiting
    with desk.reading() as session:
        assert sandbox.installation(session).target_at == MORNING + timedelta(days=days)

    desk.set_clock(MORNING + timedelta(days=days))
    assert nurse.client.get(clock).location == "/desk/?tab=all", "the clock stands, so the page goes back"


def test_courses_brought_in_of_late_are_told_in_one_line_that_leads_to_them(desk):
    nurse = desk.sign_in()
    desk.patient("P-1")
    older = desk.patient("P-2", name="Anneke de Boer")
    assert "brought in" not in nurse.get("/desk/")
    with desk.clinic.unit(write=True) as session:
        (course,) = courses_of(session, older)
        course.imported_at = MORNING - timedelta(days=3)
    line = re.search(r'<p class="brought-in">(.*?)</p>', nurse.get("/desk/"), re.DOTALL)[1]
    text = words_of(line)
    assert text.startswith("1 course brought in from older diaries: judged by the next night.")
    assert "alerts about it wait until 15 Apr." in text
    listed = nurse.get(re.search(r'href="([^"]+)"', line)[1])
    assert "Anneke de Boer" in listed
    assert "P-1<" not in listed
