"""The phone's pages in a real browser without JavaScript, at the sizes of phones."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from diary.storage.tables.clinic import InstrumentVersion
from tests.phone.phone_clinic import TODAY, YESTERDAY, PhoneClinic, at

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# iPhone SE, Moto G4, iPhone 13, Pixel 7: CSS pixels.
SIZES = [(320, 568), (360, 640), (390, 844), (412, 915)]
NUMBER_PX = 64
TARGET_PX = 48
FIRST_VISIT_MAX_BYTES = 40_000
PATHS = (
    *("/app/", "/app/questions", "/app/more", "/app/days", "/app/help", "/app/call", "/app/settings"),
    *("/app/place", "/app/share", "/app/download", "/app/readers", "/app/pause", "/app/stop", "/app/another"),
    *("/app/leave", "/app/shared", "/app/practice"),
)
# A try, and what somebody else reads.
WITHOUT_PLACES = ("/app/practice", "/app/shared")

# The widest a page is, whatever sticks out of it.
SCROLL_WIDTH = "Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)"

# Whether nothing lies over the foot of an element.
IS_SEEN = """selector => {
  const element = document.querySelector(selector), box = element.getBoundingClientRect();
  return document.elementFromPoint(box.left + box.width / 2, box.bottom - 6) === element;
}"""


@contextmanager
def opened(
    chromium: "Browser", clinic: PhoneClinic, *, size: tuple[int, int] = (360, 640), **options: Any
) -> Iterator[tuple["Page", str]]:
    """A page with JavaScript off, and the service's address; nothing may be blocked or asked of others."""
    width, height = size
    context = chromium.new_context(
        viewport={"width": width, "height": height}, java_script_enabled=False, has_touch=True, **options
    )
    page = context.new_page()
    wrong: list[str] = []
    page.on(
        "console", lambda message: wrong.append(message.text) if "Content Security" in message.text else None
    )
    with clinic.served() as base:
        page.on(
            "request", lambda request: None if request.url.startswith(base) else wrong.append(request.url)
        )
        yield page, base
        context.close()
    assert wrong == []


def join(page: "Page", base: str, code: str) -> None:
    """Join as a patient does, up to the page that says so."""
    page.goto(f"{base}/app/join")
    page.get_by_label("Your code").fill(code)
    press(page, "Next")
    press(page, "I agree")


def press(page: "Page", name: str, *, role: Any = "button") -> None:
    """Tap a button or link, and wait for the page that follows."""
    with page.expect_navigation():
        page.get_by_role(role, name=name).tap()


def choose(page: "Page", nrs: int) -> None:
    """Tap a number."""
    page.locator(".scale label").nth(nrs).tap()


def box(page: "Page", selector: str, position: int = 0) -> tuple[float, float, float, float]:
    """Left, top, width and height, in CSS pixels."""
    found = page.locator(selector).nth(position).bounding_box()
    assert found is not None, selector
    return found["x"], found["y"], found["width"], found["height"]


def test_a_patient_joins_on_three_pages_with_one_typed_field_and_answers_in_two_taps(
    chromium: "Browser", sqlite_clinic: PhoneClinic
):
    patient_id = sqlite_clinic.admit()
    code = sqlite_clinic.code(patient_id)
    with opened(chromium, sqlite_clinic) as (page, base):
        pages: list[str] = []
        page.on("domcontentloaded", lambda shown: pages.append(shown.url))

        page.goto(f"{base}/app/join#{code}")
        assert page.locator("input:not([type=hidden])").count() == 1
        page.get_by_label("Your code").fill(f"{code[:4]}-{code[4:]}".lower())
        press(page, "Next")
        assert page.locator("input:not([type=hidden])").count() == 0
        press(page, "I agree")
        press(page, "Try it first", role="link")
        choose(page, 4)
        press(page, "Save")
        assert "You chose 4. Nobody keeps it." in page.inner_text("main")
        assert sqlite_clinic.standing(patient_id) == {}
        press(page, "Start", role="link")
        assert page.url == f"{base}/app/"
        # Next, I agree, Try it first, a number, Save, Start: six taps.
        assert len(pages) <= 8
        assert not any(code in url.split("#")[0] for url in pages)

        choose(page, 7)
        press(page, "Save")
        assert page.get_by_role("heading", name="Saved: 7").is_visible()
    assert sqlite_clinic.standing(patient_id) == {TODAY: 7}


def test_today_is_changed_and_yesterday_added_by_tapping(chromium: "Browser", sqlite_clinic: PhoneClinic):
    sqlite_clinic.clock.moment = at(TODAY - timedelta(days=3))
    patient_id = sqlite_clinic.admit()
    with opened(chromium, sqlite_clinic) as (page, base):
        join(page, base, sqlite_clinic.code(patient_id))
        sqlite_clinic.clock.moment = at(TODAY)
        page.goto(f"{base}/app/")
        choose(page, 7)
        press(page, "Save")
        sqlite_clinic.clock.moment += timedelta(minutes=1)
        press(page, "Change", role="link")
        choose(page, 5)
        press(page, "Save")
        assert page.get_by_role("heading", name="Saved: 5").is_visible()

        press(page, "My days", role="link")
        press(page, "Add Friday 20 November", role="link")
        choose(page, 4)
        press(page, "Save")
        assert page.get_by_role("heading", name="Saved: 4").is_visible()
    assert sqlite_clinic.standing(patient_id) == {TODAY: 5, YESTERDAY: 4}


def test_going_back_after_saving_shows_what_is_saved_and_not_the_question_again(
    chromium: "Browser", sqlite_clinic: PhoneClinic
):
    with opened(chromium, sqlite_clinic) as (page, base):
        join(page, base, sqlite_clinic.code(sqlite_clinic.admit()))
        page.goto(f"{base}/app/")
        choose(page, 7)
        press(page, "Save")
        press(page, "My days", role="link")
        page.go_back()
        assert page.get_by_role("heading", name="Saved: 7").is_visible()


# What can be tapped and is lower than it may be; a link within a sentence is as high as its line.
TOO_LOW = """least => [...document.querySelectorAll("main a, main button, nav a, header a, select, .choice")]
  .filter((each) => each.checkVisibility() && getComputedStyle(each).display !== "inline")
  .filter((each) => each.getBoundingClientRect().height < least)
  .map((each) => each.innerText)"""


def test_numbers_and_save_are_large_and_in_reach_and_no_page_scrolls_sideways(
    chromium: "Browser", sqlite_clinic: PhoneClinic
):
    with opened(chromium, sqlite_clinic) as (page, base):
        join(page, base, sqlite_clinic.code(sqlite_clinic.admit()))
        page.goto(f"{base}/app/")
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            boxes = [box(page, ".scale input", number) for number in range(11)]
            boxes.append(box(page, ".ask .button"))
            assert all(wide >= NUMBER_PX and high >= NUMBER_PX for _, _, wide, high in boxes)
            assert len({(wide, high) for _, _, wide, high in boxes[:11]}) == 1
            _, top, _, high = boxes[-1]
            assert top + high <= height
            assert page.evaluate(IS_SEEN, ".ask .button")
        for path in PATHS:
            page.goto(f"{base}{path}")
            for width, height in SIZES:
                page.set_viewport_size({"width": width, "height": height})
                assert page.evaluate(SCROLL_WIDTH) == width, path
                assert page.evaluate(TOO_LOW, TARGET_PX) == [], path


@pytest.mark.parametrize("layout", ["grid4", "list1"])
def test_with_text_twice_as_large_nothing_scrolls_sideways_or_is_cut_off(
    chromium: "Browser", sqlite_clinic: PhoneClinic, layout: str
):
    with opened(chromium, sqlite_clinic, size=(320, 568)) as (page, base):
        join(page, base, sqlite_clinic.code(sqlite_clinic.admit()))
        page.goto(f"{base}/app/settings")
        page.locator(f"input[value={layout}]").check()
        press(page, "Save")
        for path in PATHS:
            page.goto(f"{base}{path}")
            page.evaluate("document.documentElement.style.fontSize = '200%'")
            assert page.evaluate(SCROLL_WIDTH) == 320, path
        page.goto(f"{base}/app/")
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        overflowing = page.evaluate(
            "[...document.querySelectorAll('.scale span')].filter(e => e.scrollWidth > e.clientWidth).length"
        )
        assert overflowing == 0
        assert len({box(page, ".scale input", number)[2:] for number in range(11)}) == 1
        choose(page, 10)
        press(page, "Save")
        assert page.get_by_role("heading", name="Saved: 10").is_visible()


def test_nothing_moves_when_nothing_was_chosen_and_the_reason_has_the_focus(
    chromium: "Browser", sqlite_clinic: PhoneClinic
):
    watched = [(".scale input", 0), (".scale input", 10), (".ask .button", 0)]
    with opened(chromium, sqlite_clinic) as (page, base):
        join(page, base, sqlite_clinic.code(sqlite_clinic.admit()))
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            page.goto(f"{base}/app/")
            before = [box(page, *each) for each in watched]
            press(page, "Save")
            page.locator(".fault:focus").wait_for()  # browsers move the focus after the page has come
            assert page.locator(":focus").inner_text() == "Choose a number from 0 to 10"
            assert page.title().startswith("Error: ")
            assert [box(page, *each) for each in watched] == before
            assert page.get_by_role("alert").is_visible()
            choose(page, 7)
            assert page.locator(".notes .fault").is_hidden(), "what was asked for is done"
            assert [box(page, *each) for each in watched] == before


def test_the_chosen_number_is_told_apart_in_forced_colours_and_by_a_tick(
    chromium: "Browser", sqlite_clinic: PhoneClinic
):
    look = (
        "e => [getComputedStyle(e).backgroundColor,"
        " getComputedStyle(e.nextElementSibling, '::after').content]"
    )
    with opened(chromium, sqlite_clinic, forced_colors="active") as (page, base):
        join(page, base, sqlite_clinic.code(sqlite_clinic.admit()))
        page.goto(f"{base}/app/")
        choose(page, 7)
        looks = [page.locator(".scale input").nth(number).evaluate(look) for number in range(11)]
        highlight = page.evaluate(
            "(() => { document.body.style.cssText = 'forced-color-adjust: none; background: Highlight';"
            " return getComputedStyle(document.body).backgroundColor })()"
        )
    assert looks[7] == [highlight, '""']
    assert all(ground != highlight and tick == "none" for ground, tick in looks[:7] + looks[8:])


def test_a_page_read_from_right_to_left_does_not_turn_the_scale(
    chromium: "Browser", sqlite_clinic: PhoneClinic
):
    with opened(chromium, sqlite_clinic) as (page, base):
        join(page, base, sqlite_clinic.code(sqlite_clinic.admit()))
        page.goto(f"{base}/app/")
        page.evaluate("document.documentElement.dir = 'rtl'")
        lefts = [box(page, ".scale input", number)[0] for number in range(4)]
    assert lefts == sorted(lefts)


def test_an_instrument_whose_scale_runs_from_right_to_left_is_shown_so(
    chromium: "Browser", sqlite_clinic: PhoneClinic
):
    with sqlite_clinic.unit(write=True) as session:
        [first] = sqlite_clinic.rows(InstrumentVersion)
        texts = {"en": {**first.texts["en"], "direction": "rtl"}}
        session.add(
            InstrumentVersion(
                clinic_id=sqlite_clinic.clinic_id,
                n=2,
                valid_from_at=sqlite_clinic.clock(),
                loinc=first.loinc,
                recall_hours=24,
                texts=texts,
            )
        )
    with opened(chromium, sqlite_clinic) as (page, base):
        join(page, base, sqlite_clinic.code(sqlite_clinic.admit()))
        page.goto(f"{base}/app/")
        lefts = [box(page, ".scale input", number)[0] for number in range(4)]
    assert lefts == sorted(lefts, reverse=True)


def test_an_answer_is_given_by_keyboard_alone_and_the_ends_of_the_scale_are_read_aloud(
    chromium: "Browser", sqlite_clinic: PhoneClinic
):
    patient_id = sqlite_clinic.admit()
    with opened(chromium, sqlite_clinic) as (page, base):
        join(page, base, sqlite_clinic.code(patient_id))
        page.goto(f"{base}/app/")
        assert page.get_by_role("group", name="What was your average pain in your right hand").count() == 1
        assert page.get_by_role("radio", name="0, no pain", exact=True).count() == 1
        assert page.get_by_role("radio", name="10, worst pain imaginable", exact=True).count() == 1

        page.keyboard.press("Tab")  # Help
        page.keyboard.press("Tab")  # the numbers
        page.keyboard.press("Space")
        for _ in range(6):
            page.keyboard.press("ArrowRight")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert page.get_by_role("heading", name="Saved: 6").is_visible()
    assert sqlite_clinic.standing(patient_id) == {TODAY: 6}


def test_what_has_the_focus_is_never_behind_the_three_places(chromium: "Browser", sqlite_clinic: PhoneClinic):
    with opened(chromium, sqlite_clinic) as (page, base):
        join(page, base, sqlite_clinic.code(sqlite_clinic.admit()))
        page.goto(f"{base}/app/settings")
        page.locator("input[value=list1]").check()
        press(page, "Save")
        # Eleven rows are longer than the screen: at some of these heights Save begins behind the places.
        for height in range(620, 1000, 16):
            page.set_viewport_size({"width": 360, "height": height})
            page.goto(f"{base}/app/")
            for _ in ("Help", "the numbers", "Save"):
                page.keyboard.press("Tab")
            assert page.evaluate("document.activeElement.textContent") == "Save"
            assert page.evaluate(IS_SEEN, ".ask .button"), height


def test_every_page_has_a_language_a_title_of_its_own_one_heading_and_the_landmarks(
    chromium: "Browser", sqlite_clinic: PhoneClinic
):
    with opened(chromium, sqlite_clinic) as (page, base):
        join(page, base, sqlite_clinic.code(sqlite_clinic.admit()))
        titles = []
        for path in PATHS:
            page.goto(f"{base}{path}")
            titles.append(page.title())
            assert page.locator("html").get_attribute("lang") == "en"
            assert [
                page.locator(name).locator("visible=true").count() for name in ("h1", "header", "main", "nav")
            ] == [1, 1, 1, path not in WITHOUT_PLACES], path
            unnamed = [
                field.get_attribute("name")
                for field in page.locator("input:not([type=hidden]), select").all()
                if not field.evaluate("e => e.labels.length")
            ]
            assert unnamed == []
    assert len(set(titles)) == len(PATHS)


def test_the_first_visit_costs_less_than_40_kilobytes(chromium: "Browser", sqlite_clinic: PhoneClinic):
    with opened(chromium, sqlite_clinic) as (page, base):
        join(page, base, sqlite_clinic.code(sqlite_clinic.admit()))
        cookies = page.context.cookies()
        assert page.context.browser is not None
        first_visit = page.context.browser.new_context(java_script_enabled=False)
        first_visit.add_cookies(cookies)  # type: ignore[arg-type]
        today = first_visit.new_page()
        sizes: dict[str, int] = {}
        today.on("requestfinished", lambda request: sizes.update({request.url: weight(request)}))
        today.goto(f"{base}/app/", wait_until="networkidle")
        first_visit.close()

    assert any("phone.css" in url for url in sizes)
    assert sum(sizes.values()) <= FIRST_VISIT_MAX_BYTES


def weight(request: Any) -> int:
    """What one answer cost on the line, headers and body, bytes."""
    parts = request.sizes()
    return int(parts["responseHeadersSize"] + parts["responseBodySize"])
