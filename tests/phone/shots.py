"""Pictures of every state of the phone, by day and by night: python -m tests.phone.shots FOLDER."""

import shutil
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, sync_playwright

from diary.services.enrolment import revoke_device
from diary.storage.migrate import upgrade
from diary.storage.tables.patient import Device
from tests.conftest import CHROMIUM_FLAGS
from tests.phone.offers import offer
from tests.phone.phone_clinic import TODAY, PhoneClinic, at, open_clinic
from tests.phone.phones import SmartPhone, smart_phone
from workshop.install import find_chromium

SIZES: Final = ((360, 640), (320, 568))
SCHEMES: Final = ("light", "dark")
# Twelve answers before today; None is a gap.
BEFORE: Final = (7, 7, 8, None, 6, 5, 3, 2, 3, None, 2, 3)


class Album:
    """Where the pictures go, and what the next one is called."""

    def __init__(self, folder: Path, phone: SmartPhone, ending: str) -> None:
        self.folder, self.phone, self.ending, self.count = folder, phone, ending, 0

    def take(self, name: str) -> None:
        """One picture of what is on the screen."""
        self.count += 1
        self.phone.page.screenshot(path=self.folder / f"{self.count:02}-{name}-{self.ending}.png")


def walk(album: Album, clinic: PhoneClinic, patient_id: int) -> None:
    """Everything that a patient may meet."""
    phone, page = album.phone, album.phone.page
    page.goto(f"{phone.base}/app/join")
    album.take("join")
    page.get_by_label("Your code").fill(clinic.code(clinic.admit("P-0043")))
    page.get_by_role("button", name="Next").tap()
    page.get_by_role("button", name="I agree").wait_for()
    album.take("consent")
    page.get_by_role("button", name="I agree").tap()
    phone.sees("You are in")
    phone.ready()
    album.take("ready")
    phone.context.clear_cookies()
    phone.join(patient_id)
    phone.open()
    album.take("question")
    phone.press("Save")
    album.take("nothing-chosen")
    phone.choose(7)
    album.take("chosen")
    phone.press("Save")
    phone.sees("Saved: 7")
    phone.sent()
    album.take("saved")
    phone.open("/app/more")
    album.take("more")
    page.get_by_text("It hurts or is hard to pee").tap()
    phone.press("Save these")
    phone.sees("Call your clinic now")
    album.take("serious")
    offer(clinic, patient_id)
    phone.open()
    phone.sees("Your clinic offers you a date.")
    album.take("saved-with-an-offer")
    phone.open("/app/offer")
    album.take("offer")
    for name in ("days", "help", "call", "settings", "place", "leave"):
        phone.open(f"/app/{name}")
        album.take(name)
    phone.open(f"/app/days/{TODAY}/change")
    album.take("change")
    phone.offline()
    phone.answer(5)
    phone.sees("1 answer waits")
    album.take("saved-offline")
    phone.open(f"/app/days/{TODAY}/change")
    album.take("question-offline")
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
    phone.open(f"/app/days/{TODAY}/change")
    phone.answer(6)
    with clinic.unit(write=True) as session:
        for device in clinic.rows(Device):
            revoke_device(session, device.id, now=clinic.clock())
    phone.offline(off=False)
    phone.sees("This phone is not signed in")
    album.take("signed-out")


def main(folder: Path) -> None:
    """Every state in each size and colour scheme."""
    folder.mkdir(parents=True, exist_ok=True)
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
    with (
        clinic.served() as base,
        smart_phone(browser, clinic, base=base, size=size, color_scheme=scheme) as phone,
    ):
        walk(Album(folder, phone, f"{size[0]}-{scheme}"), clinic, patient_id)
    clinic.engine.dispose()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
