"""Whatever a line and a phone do: the service holds exactly the answers that were given, each once."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Error

from tests.phone.bad_line import FAULTS, BadLine
from tests.phone.phone_clinic import TODAY, PhoneClinic, at
from tests.phone.phones import SmartPhone, sign_in, smart_phone

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

RUNS = 25
SOAK_RUNS = 1000
DAYS = 3
STEPS = ("answer", "change", "reload", "second tab", "away", "back", "swiped away", "a while", "crash")


@contextmanager
def bad_line(clinic: PhoneClinic, seed: int) -> Iterator[BadLine]:
    """The clinic's app behind a bad line; each test has an app of its own."""
    inner = clinic.app.wsgi_app
    line = BadLine(inner, random.Random(seed))
    clinic.app.wsgi_app = line  # type: ignore[method-assign]
    yield line
    clinic.app.wsgi_app = inner  # type: ignore[method-assign]


class Life:
    """Some days with a phone, by the seed: what was tapped, and so what the service must hold."""

    def __init__(self, phone: SmartPhone, noise: random.Random) -> None:
        self.phone, self.noise = phone, noise
        self.day = TODAY
        self.given: dict[date, list[int]] = {}

    def step(self, name: str) -> None:
        """One thing that people, phones and trains do."""
        phone = self.phone
        if name in ("answer", "change"):
            self.answer(phone.page)
        elif name == "second tab":
            tab = phone.context.new_page()
            self.answer(tab)
            tab.close()
        elif name == "reload":
            phone.open()
        elif name in ("away", "back"):
            phone.offline(off=name == "away")
        elif name == "swiped away":
            phone.close_and_open_again()
            phone.open()
        elif name == "crash":
            phone.crash_and_open_again()
            phone.open()
        else:
            phone.context.clock.fast_forward(25_000)

    def answer(self, page: "Page") -> None:
        """A number for today: the first, or another than before. Nothing happens until Saved is read."""
        before = self.given.get(self.day, [])
        nrs = self.noise.choice([number for number in range(11) if before[-1:] != [number]])
        page.goto(f"{self.phone.base}/app/days/{self.day}/change")
        page.locator(".scale label").nth(nrs).tap()
        page.get_by_role("button", name="Save").tap()
        try:
            page.get_by_text(f"Saved: {nrs}").wait_for()
        except Error as late:
            raise AssertionError(f"{nrs} was given, and {page.url} says: {page.inner_text('body')}") from late
        self.given[self.day] = [*before, nrs]

    def sleep(self, clinic: PhoneClinic) -> None:
        """Until the next evening, on both clocks."""
        self.day += timedelta(days=1)
        clinic.clock.moment = at(self.day)
        self.phone.context.clock.fast_forward(24 * 3600 * 1000)


def live(chromium: "Browser", clinic: PhoneClinic, seed: int) -> dict[str, int]:
    """One run: days on a bad line, then a good one; which faults were met."""
    noise = random.Random(seed)
    patient_id = clinic.admit()
    with (
        bad_line(clinic, seed) as line,
        clinic.served() as base,
        smart_phone(chromium, clinic, base=base) as phone,
    ):
        sign_in(phone, clinic, patient_id)
        phone.open()
        phone.ready()
        line.bad = True
        life = Life(phone, noise)
        for _ in range(DAYS):
            life.answer(phone.page)
            for name in noise.choices(STEPS, k=4):
                life.step(name)
            life.sleep(clinic)
        line.bad = False
        phone.offline(off=False)
        phone.open()
        phone.sent()
    stored = clinic.entries(patient_id)
    assert {day: answers[-1] for day, answers in life.given.items()} == clinic.standing(patient_id), seed
    by_day = {day: [entry.nrs for entry in stored if entry.day == day] for day in life.given}
    assert by_day == life.given, f"seed {seed}: every answer once, in the order given"
    assert len(stored) == sum(map(len, life.given.values()))
    return line.met


@pytest.mark.parametrize("seed", range(RUNS))
def test_the_service_holds_each_answer_once_whatever_line_and_phone_do(
    chromium: "Browser", sqlite_clinic: PhoneClinic, seed: int
):
    live(chromium, sqlite_clinic, seed)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(RUNS, RUNS + SOAK_RUNS))
def test_the_same_a_thousand_times(chromium: "Browser", sqlite_clinic: PhoneClinic, seed: int):
    live(chromium, sqlite_clinic, seed)


def test_two_tabs_that_send_at_once_store_each_answer_once(chromium: "Browser", sqlite_clinic: PhoneClinic):
    patient_id = sqlite_clinic.admit()
    with sqlite_clinic.served() as base, smart_phone(chromium, sqlite_clinic, base=base) as phone:
        phone.join(patient_id)
        phone.open()
        phone.offline()
        for nrs in (3, 8, 3, 5):
            phone.open(f"/app/days/{TODAY}/change")
            phone.answer(nrs)
        tabs = [phone.context.new_page() for _ in range(3)]
        for tab in tabs:
            tab.goto(f"{base}/app/")
            tab.get_by_text("Saved: 5").wait_for()
        phone.offline(off=False)
        phone.sent()
    assert [entry.nrs for entry in sqlite_clinic.entries(patient_id)] == [3, 8, 3, 5]


def test_every_fault_is_met_by_some_seed():
    met = {BadLine(lambda *_: [], random.Random(seed)).noise.choice(FAULTS) for seed in range(RUNS)}
    assert met == set(FAULTS)
