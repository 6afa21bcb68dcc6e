"""Makes the picture of the phone in the README from four screens of a small clinic: `make pictures`."""

import base64
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, sync_playwright

from diary.storage.migrate import upgrade
from tests.conftest import CHROMIUM_FLAGS
from tests.phone.phone_clinic import TODAY, PhoneClinic, at, open_clinic
from tests.phone.phones import SmartPhone, smart_phone
from tests.phone.test_questions import treat
from workshop.install import find_chromium

PICTURE: Final = Path(__file__).parents[2] / "docs" / "pictures" / "phone.png"
SIZE: Final = (360, 720)
# Answers up to yesterday around four treatment days; None is a gap.
BEFORE: Final = (7, 8, 7, 7, None, 8, 7, 6, 5, 4, 3, 3, 2, 3, None, 2, 2, 3, 2, None, None, 2, 3, 2, 2, 3, 2)
TREATED_DAYS_AGO: Final = 20
PAGE: Final = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; padding: 28px; display: flex; gap: 28px; width: max-content; background: #e9e6de }}
img {{ display: block; width: {width}px; border: 9px solid #1b252e; border-radius: 34px }}
</style>{pictures}"""


def screens(browser: Browser, template: Path, scratch: Path) -> Iterator[bytes]:
    """Today with a number chosen; saved; saved without a signal; my days."""
    with prepared(browser, template, scratch, "light") as (phone, patient_id):
        phone.join(patient_id)
        phone.open()
        phone.page.locator(".scale input").nth(3).check(force=True)  # a tap would leave its shade
        yield phone.page.screenshot()
        phone.press("Save")
        phone.sees("Saved: 3")
        phone.sent()
        yield phone.page.screenshot()
    with prepared(browser, template, scratch, "dark") as (phone, patient_id):
        phone.join(patient_id)
        phone.open()
        phone.page.wait_for_load_state("networkidle")  # it knows yesterday's answer now
        phone.offline()
        phone.open()
        phone.answer(3)
        phone.sees("1 answer waits")
        yield phone.page.screenshot()
        phone.offline(off=False)
        phone.sent()
        phone.open("/app/days")
        yield phone.page.screenshot()


@contextmanager
def prepared(
    browser: Browser, template: Path, scratch: Path, scheme: str
) -> Iterator[tuple[SmartPhone, int]]:
    """A phone in this colour scheme whose patient has answered for four weeks."""
    clinic = open_clinic(f"sqlite:///{shutil.copy(template, scratch / f'{scheme}.db')}")
    patient_id = answered(clinic)
    with (
        clinic.served() as base,
        smart_phone(browser, clinic, base=base, size=SIZE, color_scheme=scheme) as phone,
    ):
        yield phone, patient_id
    clinic.engine.dispose()


def answered(clinic: PhoneClinic) -> int:
    """A patient with a diary of four weeks and a treatment in it."""
    clinic.clock.moment = at(TODAY - timedelta(days=len(BEFORE)))
    patient_id = clinic.admit()
    before = clinic.phone(patient_id)
    for nrs in BEFORE:
        if nrs is not None:
            before.answer(nrs, clinic.clock().date())
        clinic.clock.moment += timedelta(days=1)
    treat(clinic, patient_id, days_ago=TREATED_DAYS_AGO)
    return patient_id


def main() -> None:
    """Take the four screens and lay them side by side."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        template = Path(folder) / "template.db"
        upgrade(f"sqlite:///{template}")
        path = find_chromium()
        assert path, "no browser was found; `make dev` installs one or says how"
        browser = playwright.chromium.launch(executable_path=path, args=[*CHROMIUM_FLAGS])
        taken = [base64.b64encode(each).decode() for each in screens(browser, template, Path(folder))]
        page = browser.new_page(viewport={"width": 1700, "height": 820})
        images = "".join(f'<img src="data:image/png;base64,{each}">' for each in taken)
        page.set_content(PAGE.format(width=SIZE[0], pictures=images))
        page.locator("body").screenshot(path=PICTURE)
        browser.close()


if __name__ == "__main__":
    main()
