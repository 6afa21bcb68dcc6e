"""Every page of the phone passes axe: by day and by night, from left to right and from right to left."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import pytest

from diary.phone.languages.language import Language
from diary.phone.languages.spoken import LANGUAGES
from tests.phone.phone_clinic import PhoneClinic
from tests.phone.phones import SmartPhone, sign_in, smart_phone
from tests.phone.test_in_browser import PATHS
from tests.phone.test_questions import treat

if TYPE_CHECKING:
    from playwright.sync_api import Browser

AXE: Final = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# All that the night changes of a page is its colours.
OF_THE_NIGHT: Final = ["color-contrast"]
RUN: Final = """async ([type, values]) => {
  const found = await axe.run(document, { runOnly: { type, values }, resultTypes: ["violations"] });
  return found.violations.map((each) => `${each.id}: ${each.nodes[0].html}`);
}"""


@pytest.fixture(params=["en", "ar"])
def language(request: pytest.FixtureRequest) -> Language:
    """One that is read from left to right, and one from right to left."""
    return LANGUAGES[request.param]


class Inspector:
    """A phone whose pages axe looks at, and what it found."""

    def __init__(self, phone: SmartPhone) -> None:
        self.phone = phone
        self.found: dict[str, list[str]] = {}

    def look(self, name: str) -> None:
        """The page as it stands, by day and by night."""
        page = self.phone.page
        faults = page.evaluate(RUN, ["tag", RULES])
        page.emulate_media(color_scheme="dark")
        faults += page.evaluate(RUN, ["rule", OF_THE_NIGHT])
        page.emulate_media(color_scheme="light")
        if faults:
            self.found[name] = faults


@contextmanager
def inspected(
    chromium: "Browser", clinic: PhoneClinic, language: Language, **options: Any
) -> Iterator[Inspector]:
    """A phone in a language; axe finds nothing on whatever is looked at."""
    # The page's own policy lets no script in but its own, so axe comes by the browser's side door.
    # A long screen: what lies behind the three places until it is scrolled to counts as too small a target.
    options |= {"locale": language.tag, "bypass_csp": True, "size": (360, 2600)}
    with clinic.served() as base, smart_phone(chromium, clinic, base=base, **options) as phone:
        phone.context.add_init_script(AXE)
        inspector = Inspector(phone)
        yield inspector
    assert inspector.found == {}


def test_axe_finds_nothing_on_the_way_in(chromium: "Browser", sqlite_clinic: PhoneClinic, language: Language):
    code = sqlite_clinic.code(sqlite_clinic.admit())
    with inspected(chromium, sqlite_clinic, language) as inspector:
        phone = inspector.phone
        phone.open("/app/join")
        inspector.look("join")
        phone.page.locator("input.code").fill(code)
        phone.press(language.say("join.next"))
        phone.page.get_by_role("button", name=language.say("consent.agree")).wait_for()
        inspector.look("consent")
        with phone.page.expect_navigation():
            phone.press(language.say("consent.agree"))
        inspector.look("ready")


def test_axe_finds_nothing_on_any_page(chromium: "Browser", sqlite_clinic: PhoneClinic, language: Language):
    patient_id = sqlite_clinic.admit()
    treat(sqlite_clinic, patient_id, days_ago=10)
    with inspected(chromium, sqlite_clinic, language, service_workers="block") as inspector:
        sign_in(inspector.phone.context, sqlite_clinic, patient_id)
        for path in PATHS:
            inspector.phone.open(path)
            inspector.look(path)


def test_axe_finds_nothing_once_a_link_is_made_and_an_answer_saved(
    chromium: "Browser", sqlite_clinic: PhoneClinic, language: Language
):
    with inspected(chromium, sqlite_clinic, language) as inspector:
        phone = inspector.phone
        phone.settle_in(sqlite_clinic.admit())
        phone.open("/app/share")
        phone.press(language.say("share.make"))
        phone.page.locator(".qr").wait_for()
        inspector.look("link made")
        phone.open()
        inspector.look("question as it is kept")
        phone.choose(7)
        phone.press(language.say("question.save"))
        phone.sees(language.say("saved.number", nrs=7))
        inspector.look("saved")
