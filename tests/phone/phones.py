"""A phone with JavaScript: a Chromium of its own, its clock and its zone, and a line that can be cut."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Error

from diary.web.asking import DEVICE_COOKIE
from tests.phone.phone_clinic import PhoneClinic

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, CDPSession, Page

PATIENCE_MS = 30_000  # as long as the driver of browsers waits by itself
POLL_MS = 20
STORED = """() => new Promise((resolve, reject) => {
  const opened = indexedDB.open("diary", 1);
  opened.onerror = reject;
  opened.onsuccess = () => {
    const asked = opened.result.transaction("STORE").objectStore("STORE").HOW;
    asked.onsuccess = () => { opened.result.close(); resolve(asked.result); };
  };
})"""
OUTBOX = STORED.replace("STORE", "outbox").replace("HOW", "getAll()")
DAYS = STORED.replace("STORE", "facts").replace("HOW", "get('days')")


@dataclass
class SmartPhone:
    """One phone: what a thumb does on it, and what an eye sees."""

    context: "BrowserContext"
    page: "Page"
    base: str
    clinic: PhoneClinic
    wrong: list[str] = field(default_factory=list)
    zone: str = ""
    place: "CDPSession | None" = None

    def travel(self, zone: str) -> None:
        """The phone finds itself in another zone."""
        self.zone = zone
        self.place = self.place or self.context.new_cdp_session(self.page)
        self.place.send("Emulation.setTimezoneOverride", {"timezoneId": zone})

    def join(self, patient_id: int) -> None:
        """Join as a patient does, and wait until the phone opens without a signal."""
        self.page.goto(f"{self.base}/app/join")
        self.page.get_by_label("Your code").fill(self.clinic.code(patient_id))
        for name in ("Next", "I agree"):
            with self.page.expect_navigation():
                self.page.get_by_role("button", name=name).tap()
        self.ready()

    def settle_in(self, patient_id: int) -> None:
        """Joined a while ago: signed in by its cookie, and it opens without a signal."""
        sign_in(self.context, self.clinic, patient_id)
        self.open()
        self.ready()

    def ready(self) -> None:
        """Wait until the phone keeps what it needs."""
        self.until("navigator.serviceWorker.controller && (await caches.match('/app/offline'))")

    def open(self, path: str = "/app/") -> None:
        """Open a page, and wait until it shows something."""
        self.page.goto(f"{self.base}{path}")
        self.page.locator("h1:visible").wait_for()

    def choose(self, nrs: int) -> None:
        """Tap a number."""
        self.page.locator(".scale label").locator("visible=true").nth(nrs).tap()

    def answer(self, nrs: int) -> None:
        """Two taps, and the word that it is saved."""
        self.choose(nrs)
        self.press("Save")
        self.sees(f"Saved: {nrs}")

    def press(self, name: str, *, role: Any = "button") -> None:
        """Tap a button or a link."""
        self.page.get_by_role(role, name=name, exact=True).tap()

    def sees(self, words: str) -> None:
        """Wait until these words can be read."""
        self.page.get_by_text(words).locator("visible=true").first.wait_for()

    def waiting(self) -> list[dict[str, Any]]:
        """What this phone keeps in its outbox."""
        found: list[dict[str, Any]] = self.page.evaluate(OUTBOX)
        return found

    def until(self, what: str) -> None:
        """Wait until something holds in the page; by this clock, since the page's own may stand still."""
        ends_s = time.monotonic() + PATIENCE_MS / 1000
        while not self.page.evaluate(f"async () => Boolean({what})"):
            assert time.monotonic() < ends_s, f"{what} never came"
            self.page.wait_for_timeout(POLL_MS)

    def sent(self) -> None:
        """Wait until nothing waits."""
        self.until(f"(await ({OUTBOX})()).length === 0")

    def knows(self, day: date) -> None:
        """Wait until the service has told how this day stands."""
        self.until(f"'{day}' in ((await ({DAYS})()) ?? {{}})")

    def close_and_open_again(self) -> None:
        """Swipe the app away; the next page opens in a new one."""
        throw_away(self.page)
        self.place = None
        self.page = self.context.new_page()
        watch(self, self.page)
        self.travel(self.zone)

    def crash_and_open_again(self) -> None:
        """The app is killed in the middle of whatever it does."""
        with suppress(Error):  # which says that the page crashed
            self.page.goto("chrome://crash", timeout=5000)
        self.close_and_open_again()

    def offline(self, *, off: bool = True) -> None:
        """Take the signal away, or give it back."""
        self.context.set_offline(off)


@contextmanager
def smart_phone(
    chromium: "Browser",
    clinic: PhoneClinic,
    *,
    base: str,
    size: tuple[int, int] = (360, 640),
    zone: str = "Europe/Amsterdam",
    now: datetime | None = None,
    **options: Any,
) -> Iterator[SmartPhone]:
    """A phone whose clock goes from `now` on; nothing may be blocked, broken or asked of others."""
    width, height = size
    context = chromium.new_context(viewport={"width": width, "height": height}, has_touch=True, **options)
    context.clock.install(time=now or clinic.clock())
    phone = SmartPhone(context, context.new_page(), base, clinic)
    watch(phone, phone.page)
    phone.travel(zone)
    try:
        yield phone
    finally:
        context.close()
    assert phone.wrong == []


def throw_away(page: "Page") -> None:
    """End a page in the middle of whatever it does.

    Closed at its address while its worker starts, Chromium hung for good: 1 of 45 closings on a busy machine,
    none of 226 that left the address first.
    """
    with suppress(Error):  # a page that crashed goes nowhere
        page.goto("about:blank", wait_until="commit")
    page.close()


def sign_in(context: "BrowserContext", clinic: PhoneClinic, patient_id: int) -> None:
    """The browser has the cookie of a phone that joined, and nothing else is kept in it."""
    joined = clinic.phone(patient_id).client.get_cookie(DEVICE_COOKIE, domain="diary.example.org")
    assert joined is not None
    put_cookie(context, DEVICE_COOKIE, joined.value)


def put_cookie(context: "BrowserContext", name: str, value: str) -> None:
    """A cookie of the phone's own pages."""
    place = {"domain": "localhost", "path": "/", "secure": True, "httpOnly": True}
    context.add_cookies([{"name": name, "value": value, **place}])  # type: ignore[typeddict-item]


def watch(phone: SmartPhone, page: "Page") -> None:
    """Note what must never happen on a page."""
    page.on("pageerror", lambda error: phone.wrong.append(str(error)))
    page.on(
        "console",
        lambda message: phone.wrong.append(message.text) if "Content Security" in message.text else None,
    )
    page.on(
        "request",
        lambda request: None if request.url.startswith(phone.base) else phone.wrong.append(request.url),
    )
