"""The page that opens without a signal, for hands and eyes that do not work as designers' do."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from diary.phone.files import STATIC
from tests.phone.phone_clinic import TODAY, PhoneClinic
from tests.phone.phones import SmartPhone, smart_phone

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NUMBER_PX = 64
SCROLL_WIDTH = "Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)"


@pytest.fixture
def base(sqlite_clinic: PhoneClinic) -> Iterator[str]:
    with sqlite_clinic.served() as base:
        yield base


def opened(phone: SmartPhone, clinic: PhoneClinic) -> int:
    """The kept page, without a signal."""
    patient_id = clinic.admit()
    phone.join(patient_id)
    phone.offline()
    phone.open()
    assert phone.page.locator("[data-app]").count() == 1
    return patient_id


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


def test_no_number_can_be_tapped_before_it_can_be_kept(
    chromium: "Browser", sqlite_clinic: PhoneClinic, base: str
):
    with smart_phone(chromium, sqlite_clinic, base=base) as phone:
        opened(phone, sqlite_clinic)
        phone.page.add_init_script(SLOW_DISK)
        phone.page.goto(f"{base}/app/")
        assert phone.page.evaluate("typeof release") == "function"
        assert not phone.page.locator(".scale").is_visible()
        phone.page.evaluate("release()")
        phone.answer(6)
        assert [answer["body"]["nrs"] for answer in phone.waiting()] == [6]


def test_it_is_answered_and_changed_by_keyboard_alone_and_says_what_it_did(
    chromium: "Browser", sqlite_clinic: PhoneClinic, base: str
):
    with smart_phone(chromium, sqlite_clinic, base=base) as phone:
        patient_id = opened(phone, sqlite_clinic)
        keys = phone.page.keyboard
        for key in ("Tab", "Tab", "Space", *["ArrowRight"] * 6, "Enter"):
            keys.press(key)
        phone.sees("Saved: 6")
        assert phone.page.evaluate("document.activeElement.textContent") == "Saved: 6"
        keys.press("Tab")
        assert phone.page.evaluate("document.activeElement.textContent") == "Change"
        with phone.page.expect_navigation():
            keys.press("Enter")
        phone.sees("You answered 6.")
        for key in ("Tab", "Tab", "Space", "ArrowRight", "Enter"):
            keys.press(key)
        phone.sees("Saved: 1")
        phone.offline(off=False)
        phone.sent()
    assert sqlite_clinic.standing(patient_id) == {TODAY: 1}


def test_numbers_and_save_are_large_and_nothing_scrolls_sideways_at_320_with_text_twice_as_large(
    chromium: "Browser", sqlite_clinic: PhoneClinic, base: str
):
    with smart_phone(chromium, sqlite_clinic, base=base, size=(320, 568)) as phone:
        opened(phone, sqlite_clinic)
        small = phone.page.evaluate(
            f"""[...document.querySelectorAll('.scale label, .ask .button')]
              .map((each) => each.getBoundingClientRect())
              .filter((box) => box.width < {NUMBER_PX} || box.height < {NUMBER_PX}).length"""
        )
        assert small == 0
        phone.page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert phone.page.evaluate(SCROLL_WIDTH) == 320
        phone.answer(10)
        phone.page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert phone.page.evaluate(SCROLL_WIDTH) == 320


def test_the_chosen_number_has_its_tick_in_forced_colours_and_the_scale_does_not_turn_with_the_page(
    chromium: "Browser", sqlite_clinic: PhoneClinic, base: str
):
    with smart_phone(chromium, sqlite_clinic, base=base, forced_colors="active") as phone:
        opened(phone, sqlite_clinic)
        phone.choose(7)
        ticks = phone.page.evaluate(
            """[...document.querySelectorAll('.scale span')]
              .map((each) => getComputedStyle(each, '::after').content !== 'none')"""
        )
        assert ticks == [number == 7 for number in range(11)]
        phone.page.evaluate("document.documentElement.dir = 'rtl'")
        lefts = phone.page.evaluate(
            """[...document.querySelectorAll('.scale label')].slice(0, 4)
              .map((each) => each.getBoundingClientRect().x)"""
        )
        assert lefts == sorted(lefts)


def test_nothing_on_the_phone_moves_by_itself():
    css = (STATIC / "phone.css").read_text("utf-8")
    assert re.findall(r"\b(?:animation|transition|scroll-behavior)\b", css) == []


def test_the_kept_page_has_one_heading_that_can_be_seen_and_a_name_for_each_number(
    chromium: "Browser", sqlite_clinic: PhoneClinic, base: str
):
    with smart_phone(chromium, sqlite_clinic, base=base) as phone:
        opened(phone, sqlite_clinic)
        assert phone.page.locator("h1:visible").count() == 1
        assert (
            phone.page.get_by_role("group", name="What was your average pain in your right hand").count() == 1
        )
        assert phone.page.get_by_role("radio", name="0, no pain", exact=True).count() == 1
        assert phone.page.get_by_role("radio", name="10, worst pain imaginable", exact=True).count() == 1
        phone.answer(3)
        assert phone.page.locator("h1:visible").count() == 1
