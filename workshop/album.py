"""Takes a picture of every page of the desk in a demo that runs: light and dark, wide and as on a phone.

make demo                                     # in another window
python -m workshop.album var/album ADDRESS    # the address beside "Start here"
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import Browser, Page, sync_playwright

from workshop.install import find_chromium

Scheme = Literal["light", "dark"]
LOOKS: Final[tuple[tuple[int, Scheme], ...]] = ((1280, "light"), (1280, "dark"), (390, "light"))
HEIGHT_PX: Final = 900
PEOPLE: Final = ("nurse", "physician", "coordinator")
# One page stands for all that differ only in whom, which day or which choice they are about.
PARTICULAR: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d{4}-\d{2}-\d{2}")
TABS: Final = re.compile(r"(?:^|&)tab=(\w+)")
# What a link leads to besides pages, and where going on would end the walk.
NO_PAGE: Final = re.compile(r"\.csv|\.txt|/files/|/sign-out|/demo\?|/static/")


def kind_of(address: str) -> str:
    """What an address shows, whoever it is about.

    >>> kind_of("http://localhost:8000/desk/patients/0190aa10-0000-7000-8000-000000000001/letter?back=x")
    'patients-one-letter'
    >>> kind_of("http://localhost:8000/desk/?tab=silent")
    'worklist-silent'
    """
    parts = urlsplit(address)
    path = PARTICULAR.sub("one", parts.path).removeprefix("/desk").strip("/").replace("/", "-")
    tab = TABS.search(parts.query)
    return "-".join(filter(None, (path or "worklist", tab and tab[1])))


def links(page: Page) -> Iterator[str]:
    """The desk's own pages that this one leads to."""
    for link in page.locator("a[href]").all():
        address = urljoin(page.url, link.get_attribute("href") or "").split("#")[0]
        parts, here = urlsplit(address), urlsplit(page.url)
        ours = parts.netloc == here.netloc and parts.path.startswith("/desk")
        if ours and not NO_PAGE.search(address):
            yield address


def walk(browser: Browser, start: str, who: str, folder: Path, seen: set[str]) -> None:
    """Take each kind of page that somebody comes to from the worklist by links alone, and nobody before."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(re.sub("who=.*", f"who={who}", start))
    waiting = list(links(page))
    while waiting:
        address = waiting.pop(0)
        if kind_of(address) in seen:
            continue
        answer = page.goto(address)
        if answer is None or not answer.ok:
            print(f"  {who}: {address} answered {answer and answer.status}", file=sys.stderr)
            continue
        seen.add(kind_of(address))
        waiting.extend(links(page))
        for width, scheme in LOOKS:
            page.set_viewport_size({"width": width, "height": HEIGHT_PX})
            page.emulate_media(color_scheme=scheme)
            name = f"{kind_of(address)}-{width}-{scheme}.png"
            page.screenshot(path=folder / name, full_page=True)
    context.close()


def main(folder: Path, start: str) -> None:
    """Walk as each of the people, and say how many kinds of pages there were."""
    folder.mkdir(parents=True, exist_ok=True)
    seen: set[str] = set()
    with sync_playwright() as playwright:
        path = find_chromium()
        assert path, "no browser was found; `make dev` installs one or says how"
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        for who in PEOPLE:
            walk(browser, start, who, folder, seen)
        browser.close()
    print(f"  {len(seen)} pages in {folder}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), sys.argv[2])
