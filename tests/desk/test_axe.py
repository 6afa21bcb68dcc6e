"""axe finds nothing on any page of the desk, in light and in dark; `make test` takes every sixth page."""

from collections.abc import Sequence
from importlib.resources import files

import pytest
from playwright.sync_api import Browser

from tests.desk.browsing import browsing
from tests.desk.every_page import addresses
from tests.desk.house import Desk, serving
from tests.desk.test_every_page import furnished  # noqa: F401 - the fixture

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
EVERY = 6
FOUND = """async () => (await axe.run({resultTypes: ['violations']})).violations
  .flatMap(rule => rule.nodes.map(node => `${rule.id}: ${node.html.slice(0, 160)}`))"""


def found_on(browser: Browser, desk: Desk, paths: Sequence[str]) -> dict[str, list[str]]:
    """What axe objects to, by page and scheme; pages without objections are left out."""
    found = {}
    with serving(desk.app) as base, browsing(browser, desk, base, who="physician", scripts=True) as physician:
        for path in paths:
            page = physician.go(path)
            page.evaluate(AXE)
            page.evaluate("document.querySelectorAll('details').forEach(folded => folded.open = true)")
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                if objections := page.evaluate(FOUND):
                    found[f"{path} {scheme}"] = objections
    return found


def test_axe_finds_nothing_on_every_sixth_page(furnished, chromium):  # noqa: F811
    assert found_on(chromium, furnished, [*addresses(furnished)][::EVERY]) == {}


@pytest.mark.soak
def test_axe_finds_nothing_on_any_page(furnished, chromium):  # noqa: F811
    assert found_on(chromium, furnished, [*addresses(furnished)]) == {}


def test_axe_would_find_a_picture_without_words(furnished, chromium):  # noqa: F811
    with serving(furnished.app) as base, browsing(chromium, furnished, base, scripts=True) as nurse:
        page = nurse.go("/desk/")
        page.evaluate(AXE)
        page.evaluate("document.querySelector('main').append(document.createElement('img'))")
        assert any(one.startswith("image-alt") for one in page.evaluate(FOUND))
