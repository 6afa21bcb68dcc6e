"""Every page of the phone passes axe: by day and by night, from left to right and from right to left."""

from importlib.resources import files
from typing import TYPE_CHECKING, Final

import pytest

from diary.phone.languages.spoken import LANGUAGES
from tests.phone.phone_clinic import PhoneClinic
from tests.phone.phones import smart_phone
from tests.phone.test_in_browser import PATHS
from tests.phone.test_questions import treat

if TYPE_CHECKING:
    from playwright.sync_api import Browser

AXE: Final = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN: Final = """async (rules) => {
  const found = await axe.run(document, { runOnly: { type: "tag", values: rules } });
  return found.violations.map((each) => `${each.id}: ${each.nodes[0].html}`);
}"""


@pytest.mark.parametrize(("scheme", "tag"), [("light", "en"), ("dark", "ar")])
def test_axe_finds_nothing_on_any_page(
    chromium: "Browser", sqlite_clinic: PhoneClinic, scheme: str, tag: str
):
    language, found = LANGUAGES[tag], {}
    patient_id = sqlite_clinic.admit()
    treat(sqlite_clinic, patient_id, days_ago=10)
    # The page's own policy lets no script in but its own, so axe comes by the browser's side door.
    # A long screen: what lies behind the three places until it is scrolled to counts as too small a target.
    options = {"color_scheme": scheme, "locale": tag, "bypass_csp": True, "size": (360, 2600)}
    with (
        sqlite_clinic.served() as base,
        smart_phone(chromium, sqlite_clinic, base=base, **options) as phone,
    ):
        page = phone.page
        phone.open("/app/join")
        found["join"] = checked(page)
        page.locator("input.code").fill(sqlite_clinic.code(patient_id))
        phone.press(language.say("join.next"))
        page.get_by_role("button", name=language.say("consent.agree")).wait_for()
        found["consent"] = checked(page)
        with page.expect_navigation():
            phone.press(language.say("consent.agree"))
        phone.ready()
        for path in PATHS:
            phone.open(path)
            found[path] = checked(page)
        phone.open("/app/share")
        phone.press(language.say("share.make"))
        page.locator(".qr").wait_for()
        found["link made"] = checked(page)
        phone.open()
        phone.choose(7)
        phone.press(language.say("question.save"))
        phone.sees(language.say("saved.number", nrs=7))
        found["saved"] = checked(page)
    assert {name: faults for name, faults in found.items() if faults} == {}


def checked(page) -> list[str]:
    """What axe finds on the page as it stands."""
    page.evaluate(AXE)
    faults: list[str] = page.evaluate(RUN, RULES)
    return faults
