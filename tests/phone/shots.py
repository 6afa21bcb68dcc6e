"""Pictures of every state of the phone, by day and by night: python -m tests.phone.shots FOLDER."""

import logging
import shutil
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, sync_playwright

from diary.phone.languages.english import ENGLISH
from diary.phone.questions import SCREENS
from diary.services.enrolment import revoke_device
from diary.storage.migrate import upgrade
from diary.storage.tables.patient import Device
from tests.conftest import CHROMIUM_FLAGS
from tests.phone.offers import offer
from tests.phone.phone_clinic import TODAY, YESTERDAY, PhoneClinic, at, open_clinic
from tests.phone.phones import SmartPhone, smart_phone
from tests.phone.test_questions import ask_for, treat
from tests.phone.test_what_a_phone_keeps import FULL
from workshop.install import find_chromium

SIZES: Final = ((360, 640), (320, 568))
SCHEMES: Final = ("light", "dark")
# Twelve answers before today; None is a gap.
BEFORE: Final = (7, 7, 8, None, 6, 5, 3, 2, 3, None, 2, 3)


class Album:
    """Where the pictures go, and what the next one is called."""

    def __init__(self, folder: Path, phone: SmartPhone, ending: str) -> None:
        self.folder, self.phone, self.ending, self.count = folder, phone, ending, 0

    def take(self, name: str, *, whole: bool = False) -> None:
        """One picture of what is on the screen; `whole` goes on to the foot of the page."""
        self.count += 1
        path = self.folder / f"{self.count:02}-{name}-{self.ending}.png"
        self.phone.page.screenshot(path=path, full_page=whole)


def join(album: Album, clinic: PhoneClinic, patient_id: int) -> None:
    """From the code to the first question, and what is wrong with a code."""
    phone, page = album.phone, album.phone.page
    page.goto(f"{phone.base}/app/join")
    album.take("join")
    page.get_by_label("Your code").fill("AAAA2222")
    page.get_by_role("button", name="Next").tap()
    page.get_by_role("alert").wait_for()
    album.take("join-wrong-code")
    page.get_by_label("Your code").fill(clinic.code(patient_id))
    page.get_by_role("button", name="Next").tap()
    page.get_by_role("button", name="I agree").wait_for()
    album.take("consent", whole=True)
    page.get_by_role("button", name="I agree").tap()
    phone.sees("You are in")
    phone.ready()
    album.take("ready")
    phone.open("/app/practice")
    album.take("practice")
    phone.choose(4)
    phone.press("Save")
    phone.sees("You chose 4.")
    album.take("practised")


def answer(album: Album, clinic: PhoneClinic) -> None:
    """The question in each layout and hour, and what is saved."""
    phone, page = album.phone, album.phone.page
    phone.open()
    album.take("question")
    phone.press("Save")
    album.take("nothing-chosen")
    for layout in ("list1", "row11", "grid4"):
        phone.open("/app/settings")
        page.locator(f"input[value={layout}]").check()
        with page.expect_navigation():
            phone.press("Save")
        phone.open(f"/app/days/{YESTERDAY}/change")
        page.locator(f".{layout}:visible").wait_for()
        album.take(f"yesterday-{layout}", whole=layout == "list1")
    phone.open()
    page.wait_for_load_state("networkidle")
    page.locator(".scale input").nth(7).check(force=True)  # a tap would leave its shade
    album.take("chosen")
    phone.press("Save")
    phone.sees("Saved: 7")
    phone.sent()
    album.take("saved")
    tomorrow = TODAY + timedelta(days=1)
    phone.context.clock.set_system_time(at(tomorrow, 1))
    phone.open(f"/app/days/{TODAY}/change")
    album.take("after-midnight")
    phone.context.clock.set_system_time(at(TODAY))


def tell(album: Album, clinic: PhoneClinic, patient_id: int) -> None:
    """What is asked and told beside the score, and an offer."""
    phone, page = album.phone, album.phone.page
    phone.open("/app/questions")
    for screen in SCREENS:
        page.locator(f"[data-view={screen}]:visible").wait_for()
        album.take(f"ask-{screen}", whole=True)
        page.locator(f"[data-view={screen}] :is(.scale label, .choice)").first.tap()
        phone.press("Save")
    phone.sees("That is all for now.")
    album.take("ask-done")
    phone.open("/app/more")
    album.take("more", whole=True)
    page.get_by_text("It hurts or is hard to pee").tap()
    phone.press("Save these")
    phone.sees("Call your clinic now")
    phone.sent()
    album.take("serious")
    offer(clinic, patient_id)
    phone.open()
    phone.sees("Your clinic offers you a date.")
    album.take("saved-with-an-offer")
    phone.open("/app/offer")
    album.take("offer")
    phone.press("I can")
    phone.sees("You said that you can come.")
    album.take("offer-accepted")
    for name in ("help", "call"):
        phone.open(f"/app/{name}")
        album.take(name)
    phone.offline()
    phone.press("Please call me")
    phone.sees("You asked for a call.")
    album.take("call-kept")
    phone.offline(off=False)
    phone.sees("You asked for a call on")
    album.take("call-asked")


def own(album: Album) -> None:
    """The days, the data, the settings, taking part."""
    phone, page = album.phone, album.phone.page
    for name in ("days", "settings", "place", "reminders", "share", "download", "readers", "pause", "stop"):
        phone.open(f"/app/{name}")
        album.take(name, whole=True)
    for path, button, name in (
        ("days", "Hide chart", "days-without-chart"),
        ("reminders", "Make a calendar link", "reminders-calendar"),
        ("share", "Make a link", "share-made"),
        ("another", "Make a code", "another-phone"),
        ("pause", f"Until {ENGLISH.long_day(TODAY + timedelta(days=3))}", "paused"),
    ):
        phone.open(f"/app/{path}")
        with page.expect_navigation():
            phone.press(button)
        album.take(name, whole=True)
        if name == "share-made":
            code = page.locator(".made a").inner_text().partition("#")[2]
    with page.expect_navigation():
        page.goto(f"{phone.base}/app/shared#{code}")
    phone.press("Open")
    page.locator(".scores").wait_for()
    album.take("shared", whole=True)
    phone.open("/app/leave")
    album.take("leave")


def meet_trouble(album: Album, clinic: PhoneClinic, patient_id: int) -> None:
    """No signal, another phone, a full phone, a wrong clock, a closed day, a session that ended."""
    phone = album.phone
    phone.open(f"/app/days/{TODAY}/change")
    album.take("change")
    phone.offline()
    phone.answer(5)
    phone.sees("1 answer waits")
    album.take("saved-offline")
    phone.open(f"/app/days/{TODAY}/change")
    album.take("question-offline")
    phone.page.evaluate(FULL)
    phone.choose(1)
    phone.press("Save")
    phone.sees(ENGLISH.say("app.full"))
    album.take("full")
    clinic.phone(patient_id).answer(2, change=True)
    phone.open()
    phone.offline(off=False)
    phone.sees("You chose 5")
    album.take("conflict")
    phone.press("Change to 5")
    phone.sent()
    phone.open(f"/app/days/{TODAY - timedelta(days=9)}")
    album.take("closed")
    phone.offline()
    phone.open("/app/nowhere")
    album.take("no-signal")
    phone.offline(off=False)
    phone.context.clock.set_system_time(at(TODAY + timedelta(days=40)))
    phone.open()
    phone.answer(3)
    phone.sees("The clock of this phone is wrong.")
    album.take("clock-wrong")
    phone.context.clock.set_system_time(at(TODAY))
    phone.open(f"/app/days/{TODAY}/change")
    phone.offline()
    phone.answer(6)
    with clinic.unit(write=True) as session:
        for device in clinic.rows(Device):
            revoke_device(session, device.id, now=clinic.clock())
    phone.offline(off=False)
    phone.sees("This phone is not signed in")
    album.take("signed-out")
    phone.open("/app/left")
    album.take("left")


def walk(album: Album, clinic: PhoneClinic, patient_id: int) -> None:
    """Everything that a patient may meet."""
    join(album, clinic, clinic.admit("P-0043"))
    album.phone.page.wait_for_load_state("networkidle")  # an answer under way would give the cookie back
    album.phone.context.clear_cookies()
    album.phone.join(patient_id)
    answer(album, clinic)
    tell(album, clinic, patient_id)
    own(album)
    meet_trouble(album, clinic, patient_id)


def main(folder: Path) -> None:
    """Every state in each size and colour scheme."""
    folder.mkdir(parents=True, exist_ok=True)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        template = Path(scratch) / "template.db"
        upgrade(f"sqlite:///{template}")
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=[*CHROMIUM_FLAGS])
        for size in SIZES:
            for scheme in SCHEMES:
                ending = f"{size[0]}-{scheme}"
                shoot(
                    browser, Path(shutil.copy(template, Path(scratch) / f"{ending}.db")), folder, size, scheme
                )
        browser.close()


def shoot(browser: Browser, database: Path, folder: Path, size: tuple[int, int], scheme: str) -> None:
    """One walk through a clinic of its own."""
    clinic = open_clinic(f"sqlite:///{database}")
    clinic.clock.moment = at(TODAY - timedelta(days=len(BEFORE)))
    patient_id = clinic.admit()
    before = clinic.phone(patient_id)
    for nrs in BEFORE:
        if nrs is not None:
            before.answer(nrs, clinic.clock().date())
        clinic.clock.moment += timedelta(days=1)
    treat(clinic, patient_id, days_ago=10)
    ask_for(clinic, "worst_pain", "sleep", "extra_medicine", "nausea", "urine", "activity", "pgic")
    with (
        clinic.served() as base,
        smart_phone(browser, clinic, base=base, size=size, color_scheme=scheme) as phone,
    ):
        walk(Album(folder, phone, f"{size[0]}-{scheme}"), clinic, patient_id)
    clinic.engine.dispose()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
