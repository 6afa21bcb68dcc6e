"""What a phone keeps, and for whom: sessions that end, another patient, leaving, and no room."""

from typing import TYPE_CHECKING

from diary.phone.languages.english import ENGLISH
from diary.services.enrolment import revoke_device
from diary.storage.tables.entry import ItemAnswer
from diary.storage.tables.patient import Device
from tests.phone.phone_clinic import TODAY, PhoneClinic
from tests.phone.phones import SmartPhone, sign_in, smart_phone, throw_away

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def test_a_phone_whose_session_ended_keeps_its_answers_and_sends_them_under_a_new_code(
    phone: SmartPhone, sqlite_clinic: PhoneClinic, patient_id: int
):
    phone.open()
    phone.offline()
    phone.answer(7)
    with sqlite_clinic.unit(write=True) as session:
        for device in sqlite_clinic.rows(Device):
            revoke_device(session, device.id, now=sqlite_clinic.clock())
    phone.offline(off=False)
    phone.sees("This phone is not signed in. Ask your clinic for a new code. 1 answer waits on this phone.")
    assert len(phone.waiting()) == 1

    phone.join(patient_id)
    phone.sent()
    assert sqlite_clinic.standing(patient_id) == {TODAY: 7}


def test_answers_of_one_patient_are_never_sent_for_another_who_joins_on_the_same_phone(
    phone: SmartPhone, sqlite_clinic: PhoneClinic, patient_id: int
):
    phone.open()
    phone.offline()
    phone.answer(7)
    other_id = sqlite_clinic.admit("P-0043")
    phone.context.clear_cookies()
    phone.offline(off=False)
    phone.join(other_id)
    phone.open()
    phone.sees("The answers on this phone are from another diary. We did not send them.")
    assert sqlite_clinic.entries(other_id) == [] == sqlite_clinic.entries(patient_id)


def test_who_joins_on_a_phone_sees_nothing_of_the_one_before_and_answers_for_themselves(
    phone: SmartPhone, sqlite_clinic: PhoneClinic, patient_id: int
):
    phone.open()
    phone.answer(7)
    phone.sent()
    phone.open("/app/days")
    other_id = sqlite_clinic.admit("P-0043", area="in your left foot")
    phone.page.wait_for_load_state("networkidle")  # an answer under way would give the cookie back
    phone.context.clear_cookies()
    phone.join(other_id)
    phone.open()
    phone.sees("in your left foot")
    phone.answer(3)
    phone.sent()
    assert sqlite_clinic.standing(other_id) == {TODAY: 3}
    phone.offline()
    phone.open("/app/days")
    phone.sees("This page needs a signal.")


def test_signing_out_waits_for_answers_that_were_not_sent(
    phone: SmartPhone, sqlite_clinic: PhoneClinic, patient_id: int
):
    phone.open("/app/leave")
    phone.offline()
    tab = phone.context.new_page()
    tab.goto(f"{phone.base}/app/")
    tab.locator(".scale label").nth(5).tap()
    tab.get_by_role("button", name="Save").tap()
    tab.get_by_text("Saved: 5").wait_for()
    phone.press("Sign out")
    phone.sees("An answer waits on this phone. Go where you have a signal. Then sign out.")

    phone.offline(off=False)
    phone.sent()
    throw_away(tab)
    phone.press("Sign out")
    phone.sees("You are signed out")
    assert sqlite_clinic.standing(patient_id) == {TODAY: 5}
    assert phone.page.evaluate("caches.keys()") == []
    assert phone.page.evaluate("indexedDB.databases()") == []


def test_a_phone_that_deleted_what_it_kept_says_so_and_records_again(
    phone: SmartPhone, sqlite_clinic: PhoneClinic, patient_id: int
):
    phone.open()
    phone.offline()
    phone.answer(7)
    phone.close_and_open_again()
    cdp = phone.context.new_cdp_session(phone.page)
    cdp.send(
        "Storage.clearDataForOrigin",
        {"origin": phone.base, "storageTypes": "indexeddb,cache_storage,service_workers"},
    )
    phone.offline(off=False)
    phone.open()
    phone.sees("This phone deleted 1 of your answers. They were not sent. Look at My days.")
    phone.ready()
    phone.open()
    phone.answer(6)
    phone.sent()
    assert sqlite_clinic.standing(patient_id) == {TODAY: 6}


# As some browsers are in private windows.
KEEPS_NOTHING = """
Object.defineProperty(Navigator.prototype, "serviceWorker", { value: undefined });
IDBFactory.prototype.open = () => { throw new DOMException("not here", "InvalidStateError"); };
"""


def test_a_browser_that_keeps_nothing_answers_through_the_service_and_signs_out(
    chromium: "Browser", sqlite_clinic: PhoneClinic
):
    patient_id = sqlite_clinic.admit()
    with sqlite_clinic.served() as base, smart_phone(chromium, sqlite_clinic, base=base) as phone:
        phone.context.add_init_script(KEEPS_NOTHING)
        sign_in(phone.context, sqlite_clinic, patient_id)
        phone.open()
        phone.answer(7)
        phone.open("/app/call")
        phone.press("Please call me")
        phone.sees("You asked for a call on Saturday 21 November.")
        phone.open("/app/leave")
        phone.press("Sign out")
        phone.sees("You are signed out")
    assert sqlite_clinic.standing(patient_id) == {TODAY: 7}


# As browsers answer where the disk, or a site's share of it, is used up: nothing comes of the transaction.
FULL = """() => {
  window.added = IDBObjectStore.prototype.add;
  IDBObjectStore.prototype.add = function () {
    this.transaction.abort();
  };
}"""


def test_a_phone_that_is_full_says_so_keeps_the_number_and_never_says_saved(
    chromium: "Browser", sqlite_clinic: PhoneClinic
):
    patient_id = sqlite_clinic.admit()
    with sqlite_clinic.served() as base, smart_phone(chromium, sqlite_clinic, base=base) as phone:
        phone.settle_in(patient_id)
        phone.open()
        phone.offline()
        phone.page.evaluate(FULL)
        phone.choose(6)
        phone.press("Save")
        phone.sees(ENGLISH.say("app.full"))
        assert phone.page.locator(".scale input:checked").get_attribute("value") == "6"
        assert phone.page.get_by_text("Saved:").locator("visible=true").count() == 0
        assert phone.waiting() == []

        phone.page.evaluate("() => { IDBObjectStore.prototype.add = window.added; }")
        phone.press("Save")
        phone.sees("Saved: 6")
        phone.offline(off=False)
        phone.sent()
    assert list(sqlite_clinic.standing(patient_id).values()) == [6]


def test_with_a_signal_a_full_phone_hands_what_was_felt_to_the_service(
    chromium: "Browser", sqlite_clinic: PhoneClinic
):
    patient_id = sqlite_clinic.admit()
    with sqlite_clinic.served() as base, smart_phone(chromium, sqlite_clinic, base=base) as phone:
        phone.settle_in(patient_id)
        phone.open("/app/more")
        phone.page.evaluate(FULL)
        phone.page.get_by_label(ENGLISH.say("item.headache")).check()
        with phone.page.expect_navigation():
            phone.press(ENGLISH.say("more.save"))
        phone.sees(ENGLISH.say("more.plain"))
    assert [row.item for row in sqlite_clinic.rows(ItemAnswer)] == ["headache"]
