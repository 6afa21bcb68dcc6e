"""Makes the pictures of the README from a small sandbox: `make pictures`."""

import random
import tempfile
from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from diary.services import alerts
from diary.services.clinics import ALWAYS, new_forecast
from diary.storage.engine import make_engine
from diary.storage.migrate import upgrade
from diary.storage.patients import patient_by_id
from diary.storage.tables.alert import Alert
from diary.storage.tables.staff import Staff
from diary.storage.unit import own
from tests.conftest import CHROMIUM_FLAGS
from tests.desk.browsing import browsing
from tests.desk.house import MORNING, Desk, desk_on, email_of, serving
from tests.little_clinic import day_number
from workshop.install import find_chromium

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
WIDTH_PX = 1280
PATIENT_HEIGHT_PX = 1770
LAST_NIGHT = 84
# What older alerts there are, the nurse took on the day before.
TAKEN_AT = MORNING - timedelta(days=1)
Curve = Sequence[tuple[int, float]]
"""Mean pain by course day, straight between the points given."""

PEOPLE: dict[str, tuple[str, float, Curve]] = {
    "P-0042": ("Anneke de Boer", 7.4, ((1, 3.0), (20, 2.2), (66, 2.8), (75, 6.4), (84, 6.8))),
    "P-0117": ("Mehmet Yilmaz", 8.0, ((1, 2.0), (54, 2.2), (74, 6.4), (84, 7.2))),
    "P-0150": ("Sofie Jansen", 6.8, ((1, 2.5), (45, 2.0), (66, 2.6), (84, 4.6))),
    "P-0009": ("Karel Vos", 7.0, ((1, 3.0), (40, 2.8), (84, 3.0))),
    "P-0201": ("Ingrid Bakker", 7.6, ((1, 2.0), (74, 2.2))),
    "P-0075": ("Nadia El Amrani", 8.1, ((1, 2.4), (81, 2.4), (82, 7.5), (84, 8.0))),
    "P-0033": ("Tom Peters", 7.2, ((1, 6.6), (84, 6.9))),
    "P-0188": ("Lena Dijkstra", 6.5, ((1, 2.0), (84, 2.2))),
}


def populate(desk: Desk) -> None:
    """Patients on day 85, their nights run: losses, one ahead, a step, one silent, a red flag, a call."""
    noise = random.Random(2009)
    ids = {}
    with desk.clinic.unit(write=True) as session:
        new_forecast(session, mode="on", prior={}, note="for the pictures", now=ALWAYS)
    for pseudonym, (name, before, curve) in PEOPLE.items():
        usual = diary(noise, ((1, before), (14, before)))
        ids[pseudonym] = desk.clinic.treated(pseudonym, diary(noise, curve), before=usual)
        desk.name(ids[pseudonym], name)
    desk.clinic.run_nights(day_number(LAST_NIGHT))
    desk.admit_person("nurse")
    with desk.clinic.unit(write=True) as session:
        anna = session.scalars(own(session, Staff).where(Staff.email == email_of("nurse"))).one()
        for alert in session.scalars(own(session, Alert).where(Alert.opened_at < TAKEN_AT)):
            if alert.status == "open":
                alerts.acknowledge(session, alert, staff_id=anna.id, now=TAKEN_AT)
        karel, lena = (patient_by_id(session, ids[pseudonym]) for pseudonym in ("P-0009", "P-0188"))
        symptom = "Trouble or pain passing urine"
        now = MORNING - timedelta(hours=1)
        alerts.raise_red_flag(session, karel, course_id=None, symptom=symptom, now=now)
        alerts.ask_for_call(session, lena, course_id=None, now=now)


def diary(noise: random.Random, curve: Curve) -> str:
    """Daily answers about a curve, one in ten of them missing."""
    words = []
    for day in range(1, curve[-1][0] + 1):
        (d0, m0), (d1, m1) = next(pair for pair in pairwise(curve) if day <= pair[1][0])
        mean = m0 + (m1 - m0) * (day - d0) / max(1, d1 - d0)
        nrs = min(10, max(0, round(noise.gauss(mean, 0.8))))
        words.append("." if noise.random() < 0.1 else str(nrs))
    return " ".join(words)


def shoot(browser: Browser, desk: Desk, folder: Path) -> None:
    """The worklist, the top of one patient's page, and the letter that is printed for them."""
    with serving(desk.app) as base, browsing(browser, desk, base, width=WIDTH_PX) as nurse:
        page = nurse.go("/desk/")
        page.screenshot(path=folder / "desk.png", full_page=True)
        page = nurse.go("/desk/?tab=all")
        page.get_by_role("link", name="Sofie Jansen").first.click()
        page.set_viewport_size({"width": WIDTH_PX, "height": PATIENT_HEIGHT_PX})
        page.screenshot(path=folder / "desk-patient.png")
        page.get_by_role("link", name="Authorisation letter").click()
        page.locator(".sheet").screenshot(path=folder / "desk-letter.png")


def main() -> None:
    """Build the sandbox anew and write the pictures."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        url = f"sqlite:///{folder}/shots.db"
        upgrade(url)
        engine = make_engine(url)
        desk = desk_on(engine)
        populate(desk)
        path = find_chromium()
        assert path, "no browser was found; `make dev` installs one or says how"
        browser = playwright.chromium.launch(executable_path=path, args=[*CHROMIUM_FLAGS])
        shoot(browser, desk, PICTURES)
        browser.close()
        engine.dispose()


if __name__ == "__main__":
    main()
