"""Every page of the desk can be read and used: by ear, by keyboard, on a phone, and by nothing but itself."""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from html import unescape
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from playwright.sync_api import expect

from diary.desk.rights import DESK
from diary.services import (
    chairs,
)
from diary.services.checklists import keep_checklist
from tests.desk.browsing import browsing
from tests.desk.every_page import addresses, admin_addresses, furnish_rota, furnish_study
from tests.desk.house import MORNING, Desk, serving
from tests.desk.test_actions import booked, regimen_uid
from tests.little_clinic import day_number
from workshop.album import NO_PAGE, kind_of

# Tables whose rows stand as cards on a phone: those that still hide a column beyond the edge, unfolded.
CUT_OFF = """[...document.querySelectorAll('.scroll, .days th, .days td')]
  .filter(box => (box.closest('details') ?? box).open = true)
  .filter(box => box.scrollWidth > box.clientWidth).map(box => box.ariaLabel ?? box.textContent)"""
# WCAG 2.2 (2.5.8) asks for 24 px. A radio or tick box is pressed by its whole label.
TARGETS = (
    "button, .button, summary, nav a, svg a, .choice, select, input:not([type=hidden]):not(.choice input)"
)

# Unfolded, and in one look: a page of 90 answers has as many buttons.
TOO_SMALL = """targets => {
  document.querySelectorAll('details').forEach(folded => folded.open = true);
  return [...document.querySelectorAll(targets)]
    .filter(target => target.checkVisibility())
    .map(target => [target.getBoundingClientRect(), target.outerHTML.slice(0, 200)])
    .filter(([box]) => Math.min(box.width, box.height) < 24)
    .map(([box, html]) => `${box.width} x ${box.height}: ${html}`);
}"""


WIDTHS_PX = (1280, 390, 320)
# What stands out beyond the window when letters are twice as large, as readers can have them.
TWICE_AS_LARGE = """width => {
  document.documentElement.style.fontSize = '200%';
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll('body *')]
    .filter(one => one.checkVisibility() && one.getBoundingClientRect().right > width + 1)
    .map(one => one.outerHTML.slice(0, 120)).slice(-3);
}"""


@dataclass
class Page(HTMLParser):
    """What a page is made of."""

    ids: list[str] = field(default_factory=list)
    points_at: set[str] = field(default_factory=set)
    labelled: set[str] = field(default_factory=set)
    controls: list[dict[str, str | None]] = field(default_factory=list)
    headings: list[int] = field(default_factory=list)
    landmarks: list[str] = field(default_factory=list)
    inline: list[str] = field(default_factory=list)
    in_label: int = 0
    labels: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if "id" in given:
            self.ids.append(given["id"] or "")
        for name in ("aria-labelledby", "aria-describedby", "for", "list"):
            self.points_at |= set((given.get(name) or "").split())
        if tag == "a" and (given.get("href") or "").startswith("#"):
            self.points_at.add((given["href"] or "")[1:])
        if tag == "label":
            self.in_label += 1
            self.labels.append("")
            self.labelled.add(given.get("for") or "")
        silent = given.get("type") == "hidden" or "hidden" in given
        if tag in ("input", "select", "textarea") and not silent:
            self.controls.append({**given, "inside": "yes" if self.in_label else None})
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag in ("main", "header", "nav", "footer"):
            self.landmarks.append(tag)
        own_script = tag == "script" and (given.get("src") or "").startswith("/desk/static/")
        names_it = any(name.startswith("on") for name in given)
        if "style" in given or (tag in ("style", "script") and not own_script) or names_it:
            self.inline.append(tag)

    def handle_data(self, data: str) -> None:
        if self.in_label:
            self.labels[-1] += data.replace("(optional)", "").strip()

    def handle_endtag(self, tag: str) -> None:
        self.in_label -= tag == "label"


def read(text: str) -> Page:
    page = Page()
    page.feed(text)
    return page


@pytest.fixture
def furnished(desk: Desk) -> Desk:
    """A clinic in which every page has something to show."""
    patient_id = desk.patient("P-0042", name="Anneke de Boer")
    desk.clinic.write(patient_id, day_number(1), "2 3 . 2 4 3 2 " * 3)
    for kind, level in (("red_flag", None), ("loss", "confirmed"), ("review", None)):
        desk.alert(patient_id, kind, level, opened_at=MORNING - timedelta(days=2), items=["Fever"])
    booked(desk, desk.sign_in())
    with desk.clinic.unit(write=True) as session:
        bed = chairs.add_chair(session, name="Bed 1", kind="bed", weekdays=("mon", "tue"), now=MORNING)
        days = {"first_day": MORNING.date(), "last_day": MORNING.date()}
        chairs.close_days(session, bed, **days, reason="repair", now=MORNING)
        furnish_rota(session)
        furnish_study(session)
        keep_checklist(session, ("Liver test this week", "Somebody takes the patient home"), now=MORNING)
    return desk


def test_every_page_with_an_address_of_its_own_is_looked_at_here(furnished):
    adapter = furnished.app.url_map.bind("localhost")
    seen = {adapter.match(path.split("?")[0])[0] for path in addresses(furnished) if "nothing" not in path}
    pages = {row.removeprefix("GET ") for row in DESK if row.startswith("GET ")}

    seen |= {adapter.match(path)[0] for path in admin_addresses(furnished)}
    others = {
        "front",
        "desk.sign_in",
        "desk.demo",
        "desk.static",
        "desk.clock",
        "desk.link_page",
        "desk.locked",
        "desk.answers_csv",
        "desk.emergency_page",
        "desk.from_provider",
        "desk.trail_csv",
        "desk.study_file",
    }
    assert pages - seen == others


def test_every_page_about_one_patient_names_them_and_leaves_one_trace(furnished):
    physician = furnished.sign_in("physician")
    about_one = [
        p
        for p in addresses(furnished)
        if re.search(r"/[0-9a-f]{8}-", p) and not re.search("/chairs/|/studies/", p)
    ]
    assert len(about_one) == 25
    furnished.name(2, "Joke Vos")
    for path in about_one:
        named, other = (
            ("Joke Vos", "Anneke de Boer") if "bookings" in path else ("Anneke de Boer", "Joke Vos")
        )
        before = len(furnished.audited("patient.read"))
        page = physician.get(path)
        assert (named in page, other in page) == (True, False), path
        assert len(furnished.audited("patient.read")) == before + 1, path


def test_a_refused_form_and_a_code_name_the_patient_too(furnished):
    nurse = furnished.sign_in()
    patient = furnished.page(1)

    refused = nurse.post(f"{patient}/answers/new").get_data(as_text=True)
    code = nurse.post(f"{patient}/code").get_data(as_text=True)

    for page in (refused, code):
        assert "Anneke de Boer" in page
        assert "born 12 Mar 1979" in page
    assert len(furnished.audited("patient.read")) == 2


def test_every_page_is_built_so_that_it_can_be_heard(furnished):
    physician, admin = furnished.sign_in("physician"), furnished.sign_in("admin")
    paths = [(physician, path) for path in addresses(furnished)]
    for person, path in [*paths, *((admin, path) for path in admin_addresses(furnished))]:
        text = person.client.get(path).get_data(as_text=True)
        page = read(text)

        assert '<html lang="en">' in text
        assert page.headings[0] == 1, path
        assert page.headings.count(1) == 1, path
        assert all(below - above <= 1 for above, below in pairwise(page.headings)), path
        assert page.landmarks.count("main") == 1, path
        assert len(page.ids) == len(set(page.ids)), f"{path}: an id stands twice"
        assert page.points_at <= set(page.ids), f"{path}: {page.points_at - set(page.ids)}"
        assert all(page.labels), f"{path}: a label without words"
        for control in page.controls:
            assert control["inside"] or control.get("id") in page.labelled, f"{path}: {control}"
        assert page.inline == [], path


@pytest.mark.parametrize(
    ("role", "first"), [("nurse", "/desk/"), ("coordinator", "/desk/"), ("researcher", "/desk/results")]
)
def test_no_page_leads_where_its_reader_may_not_go(furnished, role, first):
    person = furnished.sign_in(role)
    waiting, seen = [first], set()
    while waiting:
        path = waiting.pop()
        if kind_of(path) in seen or NO_PAGE.search(path):
            continue
        seen.add(kind_of(path))
        answer = person.client.get(path)
        assert answer.status_code == 200, path
        waiting += [
            unescape(link) for link in re.findall(r'href="(/desk/[^"#]*)', answer.get_data(as_text=True))
        ]
    assert {"results", "results-answers", "results-studies"} <= seen


def test_a_refused_form_says_so_first_and_at_each_field(furnished):
    nurse = furnished.sign_in()
    text = nurse.post("/desk/regimens/new", name="x").get_data(as_text=True)
    page = read(text)

    assert text.index('role="alert"') < text.index('<form method="post">')
    assert 'aria-invalid="true"' in text
    assert page.points_at <= set(page.ids)
    for field_name in re.findall(r'href="#(f-[^"]+)"', text):
        assert field_name in page.ids


def test_no_page_scrolls_sideways_and_no_button_is_too_small(furnished, chromium):
    with serving(furnished.app) as base, browsing(chromium, furnished, base, who="physician") as physician:
        for path in addresses(furnished):
            page = physician.go(path)
            for width in WIDTHS_PX:  # one page, made narrower: loading it anew would cost three times as much
                page.set_viewport_size({"width": width, "height": 900})
                assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
                assert page.evaluate(CUT_OFF) == [], (path, width)
                assert page.evaluate(TOO_SMALL, TARGETS) == [], (path, width)
            for width in (1280, 640):  # letters of twice the size
                page.set_viewport_size({"width": width, "height": 900})
                assert page.evaluate(TWICE_AS_LARGE, width) == [], (path, width)
        refused = [line for line in physician.console if "404" not in line]
        assert refused == []
        assert physician.elsewhere == []


def test_the_keyboard_reaches_the_first_action_of_the_worklist(furnished, chromium):
    with serving(furnished.app) as base, browsing(chromium, furnished, base) as nurse:
        page = nurse.go("/desk/")
        page.keyboard.press("Tab")
        assert page.locator(":focus").inner_text() == "Skip to the content"
        page.keyboard.press("Enter")
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.locator(":focus").inner_text().startswith("Acknowledge"):
                break
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none"
        page.keyboard.press("Enter")
        assert page.get_by_role("status").inner_text().startswith("You took this alert")


def test_forced_colours_still_tell_where_one_is_and_what_is_urgent(furnished, chromium):
    with serving(furnished.app) as base, browsing(chromium, furnished, base, forced_colours=True) as nurse:
        page = nurse.go("/desk/")
        here, there = page.locator(".tabs a").nth(0), page.locator(".tabs a").nth(1)
        colour = "element => getComputedStyle(element).borderBottomColor"
        assert here.evaluate(colour) != there.evaluate(colour)
        assert page.locator(".tag").first.inner_text() == "Red flag", "told in words, never by colour alone"


@pytest.mark.parametrize("medium", ["screen", "print"])
@pytest.mark.parametrize("forced_colours", [False, True])
def test_the_banner_of_old_alerts_is_seen_heard_and_printed(desk, chromium, medium, forced_colours):
    desk.clinic.run_nights(day_number(84))
    desk.set_clock(MORNING + timedelta(days=1))
    with (
        serving(desk.app) as base,
        browsing(chromium, desk, base, width=320, forced_colours=forced_colours) as nurse,
    ):
        page = nurse.go("/desk/patients")
        page.emulate_media(media=medium, forced_colors="active" if forced_colours else "none")
        banner = page.get_by_role("alert")
        assert "Alerts are 29 h old. The last complete night was due Sat 4 Apr, 04:00" in banner.inner_text()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        style = "element => (({color, borderTopStyle}) => [color, borderTopStyle])(getComputedStyle(element))"
        colour, edge = banner.evaluate(style)
        if medium == "print":
            assert colour != "rgb(255, 255, 255)", "a printer leaves the red ground out"
        if medium == "print" or forced_colours:
            assert edge == "solid"
        assert read(page.content()).inline == []


def test_the_page_that_runs_the_nights_moves_on_without_javascript(furnished, chromium):
    with serving(furnished.app) as base, browsing(chromium, furnished, base) as nurse:
        nurse.go("/desk/").get_by_role("button", name="Next night").click()
        assert nurse.page.get_by_role("heading", level=1).inner_text() == "The nights are being run"
        furnished.set_clock(MORNING + timedelta(days=1))
        expect(nurse.page.locator(".clock")).to_contain_text("Sun 5 Apr, 09:00")
        assert nurse.page.url == f"{base}/desk/"


def test_a_booking_can_be_requested_in_three_clicks_from_the_worklist(desk, chromium):
    patient_id = desk.patient("P-0042")
    desk.alert(patient_id, "loss", "confirmed")
    assert regimen_uid(desk), "the clinic has one regimen, so it is chosen already"
    with serving(desk.app) as base, browsing(chromium, desk, base) as nurse:
        page = nurse.go("/desk/")
        page.get_by_role("link", name="Request booking").click()
        page.get_by_role("button", name="Request").click()
        assert page.get_by_role("heading", name="Booking: requested").is_visible()
