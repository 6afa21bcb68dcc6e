"""The phone's pages in a real browser without JavaScript, at the sizes of phones."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from diary.phone.preferences import LAYOUT_COOKIE, LAYOUTS
from tests.phone.phone_clinic import TODAY, YESTERDAY, PhoneClinic, at
from tests.phone.phones import put_cookie, sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# iPhone SE, Moto G4, iPhone 13, Pixel 7, and a tablet: CSS pixels.
SIZES = [(320, 568), (360, 640), (390, 844), (412, 915)]
TABLET = (820, 1180)
NUMBER_PX = 64
TARGET_PX = 48
PATHS = (
    *("/app/", "/app/questions", "/app/more", "/app/days", "/app/help", "/app/call", "/app/settings"),
    *("/app/place", "/app/share", "/app/download", "/app/readers", "/app/pause", "/app/stop", "/app/another"),
    *("/app/leave", "/app/shared", "/app/practice", "/app/reminders", "/app/phones", "/app/offer"),
)
# A try, and what somebody else reads.
WITHOUT_PLACES = ("/app/practice", "/app/shared")
WITH_NUMBERS = ("/app/practice", "/app/questions", "/app/")

# The widest a page is, whatever sticks out of it.
SCROLL_WIDTH = "Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)"

# Whether nothing lies over the foot of an element.
IS_SEEN = """selector => {
  const element = document.querySelector(selector), box = element.getBoundingClientRect();
  return document.elementFromPoint(box.left + box.width / 2, box.bottom - 6) === element;
}"""

# What can be tapped and is lower than it may be; a link within a sentence is as high as its line.
TOO_LOW = """least => [...document.querySelectorAll("main a, main button, nav a, header a, select, .choice")]
  .filter((each) => each.checkVisibility() && getComputedStyle(each).display !== "inline")
  .filter((each) => each.getBoundingClientRect().height < least)
  .map((each) => each.innerText)"""

TWICE_AS_LARGE = "percent => (document.documentElement.style.fontSize = percent)"

# What a page tells those who do not see it: its language, how many of each landmark, fields without a name.
TOLD = """() => [
  document.documentElement.lang,
  ["h1", "header", "main", "nav"].map(
    (name) => [...document.querySelectorAll(name)].filter((each) => each.checkVisibility()).length),
  [...document.querySelectorAll("input:not([type=hidden]), select")]
    .filter((each) => !each.labels.length).map((each) => each.name),
]"""

# Left, top, width and height of each number, then of Save, in CSS pixels.
BOXES = """() => [...document.querySelectorAll(".scale input, .ask .button")].map((each) => {
  const box = each.getBoundingClientRect();
  return [box.x, box.y, box.width, box.height];
})"""


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


@contextmanager
def signed_in(
    chromium: "Browser", clinic: PhoneClinic, patient_id: int | None = None, **options: Any
) -> Iterator[tuple["Page", str]]:
    """The same on a phone that joined."""
    with opened(chromium, clinic, **options) as (page, base):
        sign_in(page.context, clinic, clinic.admit() if patient_id is None else patient_id)
        yield page, base


def press(page: "Page", name: str, *, role: Any = "button") -> None:
    """Tap a button or link, and wait for the page that follows."""
    with page.expect_navigation():
        page.get_by_role(role, name=name).tap()


def choose(page: "Page", nrs: int) -> None:
    """Tap a number."""
    page.locator(".scale label").nth(nrs).tap()


def resize(page: "Page", size: tuple[int, int]) -> None:
    """The same page on another phone."""
    page.set_viewport_size({"width": size[0], "height": size[1]})


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


def test_today_is_changed_and_yesterday_added_by_tapping_and_back_does_not_ask_again(
    chromium: "Browser", sqlite_clinic: PhoneClinic
):
    sqlite_clinic.clock.moment = at(TODAY - timedelta(days=3))
    patient_id = sqlite_clinic.admit()
    with signed_in(chromium, sqlite_clinic, patient_id) as (page, base):
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
        page.go_back()
        assert page.get_by_role("heading", name="Saved: 5").is_visible()

        press(page, "My days", role="link")
        press(page, "Add Friday 20 November", role="link")
        choose(page, 4)
        press(page, "Save")
        assert page.get_by_role("heading", name="Saved: 4").is_visible()
    assert sqlite_clinic.standing(patient_id) == {TODAY: 5, YESTERDAY: 4}


def test_in_each_layout_numbers_and_save_are_large_and_in_reach(
    chromium: "Browser", sqlite_clinic: PhoneClinic
):
    with signed_in(chromium, sqlite_clinic) as (page, base):
        for layout in LAYOUTS:
            put_cookie(page.context, LAYOUT_COOKIE, layout)
            page.goto(f"{base}/app/")
            for width, height in (*SIZES, TABLET):
                resize(page, (width, height))
                *numbers, (_, top, _, high) = boxes = page.evaluate(BOXES)
                assert len(numbers) == 11
                assert all(wide >= NUMBER_PX and tall >= NUMBER_PX for _, _, wide, tall in boxes)
                assert len({(round(wide), round(tall)) for _, _, wide, tall in numbers}) == 1
                assert page.evaluate(SCROLL_WIDTH) == width
                if layout != "list1":
                    assert top + high <= height
                    assert page.evaluate(IS_SEEN, ".ask .button")
                rows = len({y for _, y, _, _ in numbers})
                # The long row finds its room on a tablet alone, and is otherwise the usual grid.
                assert rows == {"grid4": 3, "list1": 11, "row11": 1 if width == TABLET[0] else 3}[layout]


def test_each_page_is_named_and_has_large_targets_and_never_scrolls_sideways_with_large_text_either(
    chromium: "Browser", sqlite_clinic: PhoneClinic
):
    with signed_in(chromium, sqlite_clinic) as (page, base):
        titles = []
        for path in PATHS:
            page.goto(f"{base}{path}")
            titles.append(page.title())
            assert page.evaluate(TOLD) == ["en", [1, 1, 1, int(path not in WITHOUT_PLACES)], []], path
            for width, height in reversed(SIZES):
                resize(page, (width, height))
                assert page.evaluate(SCROLL_WIDTH) == width, path
                assert page.evaluate(TOO_LOW, TARGET_PX) == [], path
            page.evaluate(TWICE_AS_LARGE, "200%")
            assert page.evaluate(SCROLL_WIDTH) == 320, path
    assert len(set(titles)) == len(PATHS)


def test_no_number_is_cut_off_with_text_twice_as_large(chromium: "Browser", sqlite_clinic: PhoneClinic):
    with signed_in(chromium, sqlite_clinic, size=(320, 568)) as (page, base):
        for layout in LAYOUTS:
            put_cookie(page.context, LAYOUT_COOKIE, layout)
            for path in WITH_NUMBERS:
                page.goto(f"{base}{path}")
                page.evaluate(TWICE_AS_LARGE, "200%")
                assert page.evaluate(SCROLL_WIDTH) == 320, (layout, path)
            overflowing = page.evaluate(
                "[...document.querySelectorAll('.scale span')]"
                ".filter(e => e.scrollWidth > e.clientWidth).length"
            )
            assert overflowing == 0
            assert len({(round(wide), round(tall)) for _, _, wide, tall in page.evaluate(BOXES)[:11]}) == 1
        choose(page, 10)
        press(page, "Save")
        assert page.get_by_role("heading", name="Saved: 10").is_visible()


def test_nothing_moves_when_nothing_was_chosen_and_the_reason_has_the_focus(
    chromium: "Browser", sqlite_clinic: PhoneClinic
):
    def at_each_size() -> list[Any]:
        found = []
        for size in SIZES:
            resize(page, size)
            found.append(page.evaluate(BOXES))
        return found

    with signed_in(chromium, sqlite_clinic) as (page, base):
        page.goto(f"{base}/app/")
        before = at_each_size()
        press(page, "Save")
        page.locator(".fault:focus").wait_for()  # browsers move the focus after the page has come
        assert page.locator(":focus").inner_text() == "Choose a number from 0 to 10"
        assert page.title().startswith("Error: ")
        assert page.get_by_role("alert").is_visible()
        assert at_each_size() == before
        choose(page, 7)
        assert page.locator(".notes .fault").is_hidden(), "what was asked for is done"
        assert at_each_size() == before


def test_the_chosen_number_is_told_apart_in_forced_colours_and_by_a_tick(
    chromium: "Browser", sqlite_clinic: PhoneClinic
):
    look = (
        "e => [getComputedStyle(e).backgroundColor,"
        " getComputedStyle(e.nextElementSibling, '::after').content]"
    )
    with signed_in(chromium, sqlite_clinic, forced_colors="active") as (page, base):
        page.goto(f"{base}/app/")
        choose(page, 7)
        looks = [page.locator(".scale input").nth(number).evaluate(look) for number in range(11)]
        highlight = page.evaluate(
            "(() => { document.body.style.cssText = 'forced-color-adjust: none; background: Highlight';"
            " return getComputedStyle(document.body).backgroundColor })()"
        )
    assert looks[7] == [highlight, '""']
    assert all(ground != highlight and tick == "none" for ground, tick in looks[:7] + looks[8:])


def test_an_answer_is_given_by_keyboard_alone_and_the_ends_of_the_scale_are_read_aloud(
    chromium: "Browser", sqlite_clinic: PhoneClinic
):
    patient_id = sqlite_clinic.admit()
    with signed_in(chromium, sqlite_clinic, patient_id) as (page, base):
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
    with signed_in(chromium, sqlite_clinic) as (page, base):
        put_cookie(page.context, LAYOUT_COOKIE, "list1")
        page.goto(f"{base}/app/")
        # Eleven rows are longer than the screen: at some of these heights Save begins behind the places.
        for height in range(620, 1000, 16):
            resize(page, (360, height))
            page.evaluate("() => { document.querySelector('.help').focus(); scrollTo(0, 0); }")
            for _ in ("the numbers", "Save"):
                page.keyboard.press("Tab")
            assert page.evaluate("document.activeElement.textContent") == "Save"
            assert page.evaluate(IS_SEEN, ".ask .button"), height
