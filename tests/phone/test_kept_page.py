"""The page that opens without a signal, for hands and eyes that do not work as designers' do.

Its numbers are those of the service's own page (test_languages), which test_in_browser looks at.
"""

import re

from diary.phone.files import STATIC
from tests.phone.phone_clinic import TODAY, PhoneClinic
from tests.phone.phones import SmartPhone
from tests.phone.test_in_browser import BOXES, NUMBER_PX, SCROLL_WIDTH, TWICE_AS_LARGE

# A phone whose disk answers when `release()` is called.
SLOW_DISK = """
const open = IDBFactory.prototype.open;
const ready = new Promise((then) => (window.release = then));
IDBFactory.prototype.open = function (...asked) {
  const late = {};
  ready.then(() => {
    const real = open.apply(this, asked);
    real.onsuccess = (event) => { late.result = real.result; late.onsuccess(event); };
  });
  return late;
};
"""


def test_no_number_can_be_tapped_before_it_can_be_kept(phone: SmartPhone):
    phone.offline()
    phone.page.add_init_script(SLOW_DISK)
    phone.page.goto(f"{phone.base}/app/")
    assert phone.page.locator("[data-app]").count() == 1
    assert phone.page.evaluate("typeof release") == "function"
    assert not phone.page.locator(".scale").is_visible()
    phone.page.evaluate("release()")
    phone.answer(6)
    assert [answer["body"]["nrs"] for answer in phone.waiting()] == [6]


def test_it_is_answered_and_changed_by_keyboard_alone_and_says_what_it_did(
    phone: SmartPhone, sqlite_clinic: PhoneClinic, patient_id: int
):
    phone.offline()
    phone.open()
    assert phone.page.locator("[data-app]").count() == 1
    assert phone.page.get_by_role("group", name="What was your average pain in your right hand").count() == 1
    assert phone.page.get_by_role("radio", name="0, no pain", exact=True).count() == 1
    assert phone.page.get_by_role("radio", name="10, worst pain imaginable", exact=True).count() == 1
    keys = phone.page.keyboard
    for key in ("Tab", "Tab", "Space", *["ArrowRight"] * 6, "Enter"):
        keys.press(key)
    phone.sees("Saved: 6")
    assert phone.page.evaluate("document.activeElement.textContent") == "Saved: 6"
    assert phone.page.locator("h1:visible").count() == 1
    keys.press("Tab")
    assert phone.page.evaluate("document.activeElement.textContent") == "Change"
    with phone.page.expect_navigation():
        keys.press("Enter")
    phone.sees("You answered 6.")
    for key in ("Tab", "Tab", "Tab", "Space", "ArrowRight", "Enter"):
        keys.press(key)
    phone.sees("Saved: 1")
    phone.offline(off=False)
    phone.sent()
    assert sqlite_clinic.standing(patient_id) == {TODAY: 1}


def test_numbers_and_save_are_large_and_nothing_scrolls_sideways_at_320_with_text_twice_as_large(
    phone: SmartPhone,
):
    phone.page.set_viewport_size({"width": 320, "height": 568})
    phone.offline()
    phone.open()
    assert phone.page.locator("h1:visible").count() == 1
    boxes = [box for box in phone.page.evaluate(BOXES) if box[2]]
    assert len(boxes) == 12
    assert all(wide >= NUMBER_PX and tall >= NUMBER_PX for _, _, wide, tall in boxes)
    phone.page.evaluate(TWICE_AS_LARGE, "200%")
    assert phone.page.evaluate(SCROLL_WIDTH) == 320
    phone.answer(10)
    assert phone.page.evaluate(SCROLL_WIDTH) == 320


def test_nothing_on_the_phone_moves_by_itself():
    css = (STATIC / "phone.css").read_text("utf-8")
    assert re.findall(r"\b(?:animation|transition|scroll-behavior)\b", css) == []
