"""What was felt besides the pain is told in a tap; when it may be serious, whom to call is said at once."""

from typing import TYPE_CHECKING

from config.scales import ITEMS
from diary.phone.languages.english import ENGLISH
from diary.phone.telling import TICKS
from diary.storage.tables.alert import Alert
from diary.storage.tables.entry import ItemAnswer
from tests.phone.phone_clinic import TODAY, PhoneClinic, text_of
from tests.phone.phones import smart_phone

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SERIOUS = [code for code, item in ITEMS.items() if item.red_flag]


def test_every_red_flag_can_be_told_in_words_of_its_own(sqlite_clinic: PhoneClinic):
    page = text_of(sqlite_clinic.phone(sqlite_clinic.admit()).get("/app/more").text)
    assert TICKS[: len(SERIOUS)] == tuple(SERIOUS), "on a low screen, too, they are seen"
    assert all(ENGLISH.say(f"item.{code}") in page for code in TICKS)


def test_a_red_flag_reaches_staff_and_the_page_says_whom_to_call_now(clinic: PhoneClinic):
    phone = clinic.phone(clinic.admit())
    told = phone.post("/app/more", {**phone.form("/app/more"), "item": "urine"})
    says = text_of(told.text)
    assert "Call your clinic now" in says
    assert "+31 71 000 00 00" in says
    assert "Monday to Friday, 9:00 to 17:00" in says
    assert "Call 112." in says
    assert [(alert.kind, alert.status) for alert in clinic.rows(Alert)] == [("red_flag", "open")]


def test_what_is_no_red_flag_is_kept_and_calls_nobody(clinic: PhoneClinic):
    phone = clinic.phone(clinic.admit())
    told = phone.post("/app/more", {**phone.form("/app/more"), "item": "headache"})
    assert "Call your clinic now" not in text_of(told.text.split('data-view="plain"')[1])
    assert [(row.item, row.value, row.day) for row in clinic.rows(ItemAnswer)] == [("headache", 1, TODAY)]
    assert clinic.rows(Alert) == []


def test_the_same_form_sent_twice_is_one_answer(clinic: PhoneClinic):
    phone = clinic.phone(clinic.admit())
    form = {**phone.form("/app/more"), "item": "urine"}
    for _ in range(2):
        assert phone.post("/app/more", form).status_code == 200
    assert len(clinic.rows(ItemAnswer)) == len(clinic.rows(Alert)) == 1


def test_without_a_signal_whom_to_call_is_said_at_once_and_staff_hear_of_it_before_the_scores(
    chromium: "Browser", sqlite_clinic: PhoneClinic
):
    patient_id = sqlite_clinic.admit()
    with sqlite_clinic.served() as base, smart_phone(chromium, sqlite_clinic, base=base) as phone:
        phone.settle_in(patient_id)
        phone.offline()
        phone.open()
        phone.answer(7)
        phone.press("Anything else today?", role="link")
        phone.page.get_by_text("It hurts or is hard to pee").tap()
        phone.press("Save these")
        phone.sees("Call your clinic now")
        phone.sees("+31 71 000 00 00")
        phone.sees("Call 112.")
        posted: list[str] = []
        phone.page.on(
            "request", lambda request: posted.append(request.url) if request.method == "POST" else None
        )
        phone.offline(off=False)
        phone.sent()
        assert [url.removeprefix(base) for url in posted] == ["/v1/items", "/v1/entries"]
    assert [alert.kind for alert in sqlite_clinic.rows(Alert)] == ["red_flag"]
    assert sqlite_clinic.standing(patient_id) == {TODAY: 7}
