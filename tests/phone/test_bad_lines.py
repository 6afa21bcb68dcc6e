"""Whatever a line and a phone do: the service holds exactly the answers that were given, each once."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Error

from tests.phone.bad_line import FAULTS, BadLine
from tests.phone.phone_clinic import TODAY, PhoneClinic, at
from tests.phone.phones import SmartPhone, smart_phone, throw_away

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

RUNS = 25
SOAK_RUNS = 1000
# Runs that one phone lives through, one after the other; each begins with a good line and nothing that waits.
A_PHONE = 5
SOAK_A_PHONE = 20
# A run is this many days, each with an answer and so much else.
DAYS = 2
A_DAY = 3
# Two taps in one word to the browser: what a thumb does is tested elsewhere.
ANSWER = """nrs => {
  document.querySelectorAll(".scale label")[nrs].click();
  document.querySelector("form.ask button").click();
}"""
STEPS = ("answer", "change", "reload", "second tab", "away", "back", "swiped away", "a while", "crash")


class Life:
    """Days with a phone, by seeds: what was tapped, and so what the service must hold."""

    def __init__(self, phone: SmartPhone, line: BadLine, patient_id: int) -> None:
        self.phone, self.line, self.patient_id = phone, line, patient_id
        self.noise = random.Random()
        self.day = TODAY
        self.given: dict[date, list[int]] = {}
        self.steps: list[str] = []

    def live(self, seed: int) -> None:
        """Some days on a bad line, then a good one, and the service holds all that was given so far."""
        self.noise, self.line.noise, self.steps = random.Random(seed), random.Random(seed), []
        self.line.bad = True
        for _ in range(DAYS):
            self.step("answer")
            for name in self.noise.choices(STEPS, k=A_DAY):
                self.step(name)
            self.sleep()
        self.line.bad = False
        self.phone.offline(off=False)
        self.phone.open()
        self.phone.sent()
        self.compare()

    def step(self, name: str) -> None:
        """One thing that people, phones and trains do."""
        self.steps.append(name)
        phone = self.phone
        if name in ("answer", "change"):
            self.answer(phone.page)
        elif name == "second tab":
            tab = phone.context.new_page()
            self.answer(tab)
            throw_away(tab)
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
        page.goto(f"{self.phone.base}/app/days/{self.day}/change", wait_until="commit")
        try:
            page.locator("[data-view=question]").wait_for()
            page.evaluate(ANSWER, nrs)
            page.get_by_text(f"Saved: {nrs}").wait_for()
        except Error as late:
            raise AssertionError(f"{nrs} was given, and {page.url} says: {page.inner_text('body')}") from late
        self.given[self.day] = [*before, nrs]

    def sleep(self) -> None:
        """Until the next evening, on both clocks."""
        self.steps.append("sleep")
        self.day += timedelta(days=1)
        with self.line.clocks:
            self.line.day = self.day
            self.phone.clinic.clock.moment = at(self.day)
        self.phone.context.clock.fast_forward(24 * 3600 * 1000)

    def compare(self) -> None:
        """The rows are the answers: each once, in the order given, and the last one of each day counts."""
        stored = self.phone.clinic.entries(self.patient_id)
        by_day = {day: [row.nrs for row in rows] for day, rows in groupby(stored, lambda row: row.day)}
        assert by_day == self.given
        standing = self.phone.clinic.standing(self.patient_id)
        assert standing == {day: answers[-1] for day, answers in self.given.items()}


@contextmanager
def life(chromium: "Browser", clinic: PhoneClinic) -> Iterator[Life]:
    """A patient's phone, signed in, in front of the clinic's app behind a line that can be bad."""
    line = BadLine(clinic.app.wsgi_app, TODAY)
    clinic.app.wsgi_app = line  # type: ignore[method-assign] # each test has an app of its own
    patient_id = clinic.admit()
    with clinic.served() as base, smart_phone(chromium, clinic, base=base) as phone:
        phone.settle_in(patient_id)
        yield Life(phone, line, patient_id)


def live(chromium: "Browser", clinic: PhoneClinic, seeds: range) -> None:
    """One phone's runs; whatever goes wrong in one is told with its seed and what had happened in it."""
    with life(chromium, clinic) as lived:
        for seed in seeds:
            try:
                lived.live(seed)
            except (AssertionError, Error) as wrong:
                raise AssertionError(f"seed {seed}, after {', '.join(lived.steps)}: {wrong}") from wrong


def phones(first: int, runs: int, a_phone: int) -> list[range]:
    """The seeds of each phone."""
    return [range(start, start + a_phone) for start in range(first, first + runs, a_phone)]


@pytest.mark.parametrize("seeds", phones(0, RUNS, A_PHONE), ids=str)
def test_the_service_holds_each_answer_once_whatever_line_and_phone_do(
    chromium: "Browser", sqlite_clinic: PhoneClinic, seeds: range
):
    live(chromium, sqlite_clinic, seeds)


@pytest.mark.soak
@pytest.mark.parametrize("seeds", phones(RUNS, SOAK_RUNS, SOAK_A_PHONE), ids=str)
def test_the_same_a_thousand_times(chromium: "Browser", sqlite_clinic: PhoneClinic, seeds: range):
    live(chromium, sqlite_clinic, seeds)


def test_two_tabs_that_send_at_once_store_each_answer_once(chromium: "Browser", sqlite_clinic: PhoneClinic):
    patient_id = sqlite_clinic.admit()
    with sqlite_clinic.served() as base, smart_phone(chromium, sqlite_clinic, base=base) as phone:
        phone.settle_in(patient_id)
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
    met = {random.Random(seed).choice(FAULTS) for seed in range(RUNS)}
    assert met == set(FAULTS)
