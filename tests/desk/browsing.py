"""A browser at the desk, watched for what it loads and says."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

from playwright.sync_api import Browser, Page

from tests.desk.house import PASSWORD, Desk, email_of


@dataclass
class Watched:
    """A page with what went wrong on it: messages of the console, and requests that left this host."""

    page: Page
    base: str
    console: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        """Open an address of the desk."""
        self.page.goto(f"{self.base}{path}")
        return self.page


@contextmanager
def browsing(
    browser: Browser,
    desk: Desk,
    base: str,
    *,
    who: str = "nurse",
    width: int = 1280,
    scheme: Literal["light", "dark"] = "light",
    forced_colours: bool = False,
    scripts: bool = False,
) -> Iterator[Watched]:
    """Somebody signed in, in a browser of their own; it runs no JavaScript unless it is asked to."""
    desk.admit_person(who)
    context = browser.new_context(
        java_script_enabled=scripts,
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
        forced_colors="active" if forced_colours else "none",
    )
    try:
        watched = Watched(context.new_page(), base)
        watched.page.on("console", lambda message: watched.console.append(message.text))
        watched.page.on("request", lambda request: _note(watched, request.url))
        watched.go("/desk/")
        watched.page.get_by_label("E-mail address").fill(email_of(who))
        watched.page.get_by_label("Password").fill(PASSWORD)
        watched.page.get_by_role("button", name="Sign in", exact=True).click()
        yield watched
    finally:
        context.close()


def _note(watched: Watched, url: str) -> None:
    if not url.startswith((watched.base, "data:")):
        watched.elsewhere.append(url)
