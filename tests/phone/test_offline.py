"""A phone in a tunnel: it opens, says Saved and keeps its word, whatever the line does."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from diary.phone.languages.english import ENGLISH
from diary.phone.preferences import LAYOUT_COOKIE
from diary.services.clinics import the_clinic
from diary.services.patients import stop
from diary.storage.patients import patient_by_id
from diary.storage.tables.alert import Alert
from diary.web.work import Roof, put_roof
from tests.phone.phone_clinic import TODAY, YESTERDAY, PhoneClinic, at
from tests.phone.phones import SmartPhone, put_cookie
from tests.phone.test_in_browser import BOXES, SIZES, TABLET


def test_two_taps_record_an_answer_and_a_long_row_is_told_only_where_it_has_room(
    phone: SmartPhone, sqlite_clinic: PhoneClinic, patient_id: int
):
    put_cookie(phone.context, LAYOUT_COOKIE, "row11")
    phone.open()
    phone.page.locator(".row11:visible").wait_for()
    phone.answer(7)
    phone.page.set_viewport_size({"width": TABLET[0], "height": TABLET[1]})
    phone.press("Change", role="link")
    phone.answer(4)
    phone.sent()
    first, second = sqlite_clinic.entries(patient_id)
    assert (first.day, first.nrs, first.source, first.zone, first.client_version) == (
        TODAY,
        7,
        "phone",
        "Europe/Amsterdam",
        "app-1",
    )
    assert (first.layout, second.layout) == ("grid4", "row11")


def test_without_a_signal_the_question_opens_and_the_answer_is_saved_and_sent_later(
    phone: SmartPhone, sqlite_clinic: PhoneClinic, patient_id: int
):
    # An iPhone's browser, where the page is not on the home screen.
    phone.context.add_init_script("Navigator.prototype.standalone = false")
    phone.offline()
    phone.open()
    phone.answer(7)
    phone.sees("1 answer waits on this phone. We will send it when you are online.")
    phone.sees(ENGLISH.say("app.home"))
    # Saved is said once the answer is on the phone's disk, and before the service has it.
    [record] = phone.waiting()
    assert (record["state"], record["body"]["nrs"]) == ("waiting", 7)
    assert sqlite_clinic.entries(patient_id) == []

    phone.open()
    phone.sees("Saved: 7")

    phone.offline(off=False)
    phone.sent()
    assert sqlite_clinic.standing(patient_id) == {TODAY: 7}
    phone.page.locator("[data-fill=status]").wait_for(state="hidden")


def test_without_a_signal_the_same_number_is_no_change_and_both_versions_of_another_reach_the_clinic(
    phone: SmartPhone, sqlite_clinic: PhoneClinic, patient_id: int
):
    phone.offline()
    phone.open()
    for nrs in (7, 7, 5):
        if phone.waiting():
            phone.press("Change", role="link")
            phone.sees("You answered 7.")
            phone.page.get_by_label("Why do you change it?").select_option("I remembered it better")
        phone.answer(nrs)
    phone.offline(off=False)
    phone.sent()
    assert [(entry.nrs, entry.standing, entry.reason) for entry in sqlite_clinic.entries(patient_id)] == [
        (7, False, None),
        (5, True, "Remembered it better"),
    ]


def test_yesterday_is_added_and_its_number_is_not_shown_before_todays(
    phone: SmartPhone, sqlite_clinic: PhoneClinic, patient_id: int
):
    sqlite_clinic.phone(patient_id).answer(4, YESTERDAY)
    phone.open()
    phone.knows(YESTERDAY)
    phone.open(f"/app/days/{YESTERDAY}/change")
    phone.sees("on Friday?")
    assert phone.page.get_by_text("You answered").count() == 0
    phone.open()
    phone.answer(6)
    phone.sent()
    phone.open(f"/app/days/{YESTERDAY}/change")
    phone.sees("You answered 4.")
    phone.answer(5)
    phone.sent()
    assert sqlite_clinic.standing(patient_id) == {YESTERDAY: 5, TODAY: 6}


def test_an_answer_given_on_another_phone_meanwhile_is_asked_about_and_never_overwritten_unseen(
    phone: SmartPhone, sqlite_clinic: PhoneClinic, patient_id: int
):
    phone.open()
    phone.offline()
    phone.answer(7)
    sqlite_clinic.phone(patient_id).answer(2)
    phone.offline(off=False)
    phone.sees("The answer for Saturday 21 November is 2. You chose 7.")
    assert sqlite_clinic.standing(patient_id) == {TODAY: 2}

    phone.press("Change to 7")
    phone.sees("Saved: 7")
    phone.sent()
    assert sqlite_clinic.standing(patient_id) == {TODAY: 7}


def test_what_the_service_refuses_is_told_with_its_reason_and_goes_when_it_was_read(
    phone: SmartPhone, sqlite_clinic: PhoneClinic, patient_id: int
):
    phone.open()
    phone.offline()
    phone.answer(7)
    with sqlite_clinic.unit(write=True) as session:
        patient = patient_by_id(session, patient_id, lock=True)
        stop(session, patient, reason="moved", note="", now=sqlite_clinic.clock())
    phone.offline(off=False)
    phone.sees("We could not save 7 for Saturday 21 November.")
    phone.sees("+31 71 000 00 00")
    phone.press("I have read this")
    phone.sent()


def test_an_answer_of_yesterday_that_was_not_taken_is_told_before_todays_question(
    phone: SmartPhone, sqlite_clinic: PhoneClinic, patient_id: int
):
    phone.open()
    phone.offline()
    phone.answer(7)
    sqlite_clinic.phone(patient_id).answer(2)
    tomorrow = TODAY + timedelta(days=1)
    sqlite_clinic.clock.moment = at(tomorrow)
    phone.context.clock.set_system_time(at(tomorrow))
    phone.offline(off=False)
    phone.sees("The answer for Saturday 21 November is 2. You chose 7.")
    phone.press("Keep 2")
    phone.answer(5)
    phone.sent()
    assert sqlite_clinic.standing(patient_id) == {TODAY: 2, tomorrow: 5}


def test_an_answer_just_given_is_not_asked_for_again_when_older_news_comes_late(phone: SmartPhone):
    late = []
    phone.context.route("**/v1/entries?*", lambda route: late.append((route, route.fetch())))
    with phone.page.expect_request("**/v1/entries?*"):
        phone.open()
    phone.answer(7)
    phone.sent()
    [(route, response)] = late
    route.fulfill(response=response)
    phone.page.wait_for_load_state("networkidle")
    phone.offline()
    phone.open()
    phone.sees("Saved: 7")


def test_without_a_signal_the_wish_to_be_called_is_kept_and_sent_later(
    phone: SmartPhone, sqlite_clinic: PhoneClinic
):
    phone.open("/app/call")
    phone.offline()
    phone.press("Please call me")
    phone.sees(ENGLISH.say("call.kept"))
    phone.open("/app/call")
    phone.sees(ENGLISH.say("call.kept"))
    phone.sees("Monday to Friday, 9:00 to 17:00")
    assert sqlite_clinic.rows(Alert) == []
    phone.offline(off=False)
    phone.sees("You asked for a call on Saturday 21 November.")
    assert [alert.kind for alert in sqlite_clinic.rows(Alert)] == ["call_me"]


def test_help_and_my_days_open_without_a_signal_as_they_were_last_seen(
    phone: SmartPhone, sqlite_clinic: PhoneClinic
):
    asked: list[str] = []
    phone.page.on("request", lambda request: asked.append(request.url.removeprefix(phone.base)))
    opened(phone)
    assert "/app/offline" in asked
    assert "/app/help" not in asked, "nothing on it has changed"
    with sqlite_clinic.unit(write=True) as session:
        the_clinic(session).emergency_text = "Call 144."
    opened(phone)
    assert "/app/help" in asked
    phone.open("/app/days")
    phone.offline()
    phone.open("/app/help")
    phone.sees("Call 144.")
    phone.open("/app/days")
    phone.sees("My days")
    phone.open("/app/place")
    phone.sees("This page needs a signal.")


def opened(phone: SmartPhone) -> None:
    """The question once more, and what it looks after: the days are asked for last."""
    with phone.page.expect_response("**/v1/entries?*"):
        phone.open()


def test_last_years_app_keeps_recording_and_sending_although_its_files_are_gone(
    phone: SmartPhone, sqlite_clinic: PhoneClinic, patient_id: int
):
    phone.open()
    for pattern in ("**/app/code/**", "**/app/static/**", "**/app/offline", "**/app/worker.js"):
        phone.context.route(pattern, lambda route: route.fulfill(status=404))
    phone.open()
    phone.answer(7)
    phone.sent()
    assert sqlite_clinic.standing(patient_id) == {TODAY: 7}


def test_the_worker_is_retired_by_a_setting_and_what_waits_is_sent_all_the_same(
    phone: SmartPhone, sqlite_clinic: PhoneClinic, patient_id: int
):
    phone.open()
    phone.offline()
    phone.answer(7)
    settings = sqlite_clinic.app.extensions["diary.roof"].settings
    put_roof(sqlite_clinic.app, Roof(replace(settings, phone_offline=False), sqlite_clinic.clock))
    phone.close_and_open_again()
    phone.offline(off=False)
    phone.open()
    phone.sent()
    phone.until("!(await navigator.serviceWorker.getRegistration())")
    phone.open()
    assert phone.page.locator("form.ask, .saved").count() == 1, "the service's own page"
    phone.sees("Saved: 7")
    assert phone.page.evaluate("caches.keys()") == []
    assert sqlite_clinic.standing(patient_id) == {TODAY: 7}


def places(phone: SmartPhone) -> list[Any]:
    """Where each number and Save stand, at each size of a phone."""
    found = []
    for width, height in SIZES:
        phone.page.set_viewport_size({"width": width, "height": height})
        found.append(phone.page.evaluate(BOXES))
    return found


def test_no_number_moves_when_answers_begin_to_wait_or_nothing_was_chosen(phone: SmartPhone):
    phone.open()
    before = places(phone)
    phone.offline()
    tab = phone.context.new_page()
    tab.goto(f"{phone.base}/app/days/{YESTERDAY}/change")
    tab.get_by_role("button", name="Save").wait_for()
    tab.locator(".scale label").nth(4).tap()
    tab.get_by_role("button", name="Save").tap()
    phone.sees("1 answer waits on this phone.")
    assert places(phone) == before
    phone.press("Save")
    phone.sees("Choose a number from 0 to 10")
    assert phone.page.evaluate("document.activeElement.dataset.fill") == "fault"
    assert places(phone) == before
