"""With scripts the desk acts in place and by keys; focus is never lost, and what was done is said."""

from datetime import timedelta

from playwright.sync_api import Page, expect

from tests.desk.browsing import browsing
from tests.desk.house import MORNING, Desk, serving

PATIENTS = ("P-1", "P-2", "P-3")


def three_losses(desk: Desk) -> dict[str, str]:
    """Three patients of the worklist, from the top, with their alerts."""
    return {
        pseudonym: desk.alert(
            desk.patient(pseudonym, name=f"{pseudonym} Smit"),
            "loss",
            "confirmed",
            opened_at=MORNING - timedelta(days=9 - place),
        )
        for place, pseudonym in enumerate(PATIENTS)
    }


def in_focus(page: Page) -> str:
    """The words of what has the focus."""
    return page.locator(":focus").inner_text()


def test_an_alert_is_taken_in_place_and_the_focus_is_on_the_next_row(desk, chromium):
    uids = three_losses(desk)
    with serving(desk.app) as base, browsing(chromium, desk, base, scripts=True) as nurse:
        page = nurse.go("/desk/")
        page.evaluate("document.body.dataset.same = 'yes'")

        page.locator(f"#r-{uids['P-1']}").get_by_role("button", name="Acknowledge").click()

        expect(page.locator("#say")).to_contain_text("You took this alert")
        expect(page.locator(f"#r-{uids['P-1']}")).to_contain_text("taken by you")
        assert in_focus(page) == "P-2 Smit"
        assert page.evaluate("document.body.dataset.same") == "yes", "the page was never left"
        assert page.url == f"{base}/desk/", "what was done is not said again by reloading"

        page.keyboard.press("u")
        expect(page.locator("#say")).to_contain_text("Taken back")
        assert in_focus(page) == "P-1 Smit"
        assert nurse.console == []
        assert nurse.elsewhere == []


def test_snoozing_opens_below_its_row_and_two_presses_do_it(desk, chromium):
    uids = three_losses(desk)
    with serving(desk.app) as base, browsing(chromium, desk, base, scripts=True) as nurse:
        page = nurse.go("/desk/")
        row = page.locator(f"#r-{uids['P-2']}")
        link = row.get_by_role("link", name="Snooze")
        link.click()
        expect(page.locator(":focus")).to_have_text("Snooze this alert")
        page.keyboard.press("Escape")
        expect(page.locator(".panel")).to_have_count(0)
        assert in_focus(page).startswith("Snooze"), "closing gives the focus back"

        link.click()
        page.get_by_role("button", name="Visit planned: 7 days").click()
        expect(row).to_have_count(0)
        assert in_focus(page) == "P-3 Smit", "the row that took its place"
        expect(page.locator(".tabs [aria-current]")).to_contain_text("Act now 2")

        page.locator(f"#r-{uids['P-3']}").get_by_role("link", name="Snooze").click()
        page.get_by_text("Another reason").click()
        page.get_by_role("radio").first.check()
        page.get_by_role("textbox", name="Reason").fill(" ")
        page.locator(".panel").get_by_role("button", name="Snooze", exact=True).click()
        expect(page.locator(".panel .summary")).to_be_focused()
        expect(page.locator(".panel")).to_contain_text("Nothing was saved yet")


def test_when_a_colleague_was_quicker_the_page_says_so_and_shows_how_it_stands(desk, chromium):
    uids = three_losses(desk)
    joost = desk.sign_in("second nurse")
    with serving(desk.app) as base, browsing(chromium, desk, base, scripts=True) as nurse:
        page = nurse.go("/desk/")
        joost.post(f"/desk/alerts/{uids['P-1']}/acknowledge", version=1)

        page.locator(f"#r-{uids['P-1']}").get_by_role("button", name="Acknowledge").click()

        expect(page.locator(":focus")).to_contain_text(
            "Joost Bos took this just now. Nothing of yours was written."
        )
        expect(page.locator(f"#r-{uids['P-1']}")).to_contain_text("taken by Joost Bos")


def test_an_undo_is_gone_after_ten_seconds(desk, chromium):
    uids = three_losses(desk)
    with serving(desk.app) as base, browsing(chromium, desk, base, scripts=True) as nurse:
        nurse.page.clock.install()
        page = nurse.go("/desk/")
        page.locator(f"#r-{uids['P-1']}").get_by_role("button", name="Acknowledge").click()
        expect(page.get_by_role("button", name="Undo")).to_be_visible()
        page.get_by_role("button", name="Undo").focus()
        page.clock.run_for(10_001)
        expect(page.get_by_role("button", name="Undo")).to_have_count(0)
        assert in_focus(page) == "P-1 Smit", "focus is not lost with it"


def test_keys_move_act_and_tell_themselves_and_can_be_switched_off(desk, chromium):
    uids = three_losses(desk)
    with serving(desk.app) as base, browsing(chromium, desk, base, scripts=True) as nurse:
        page = nurse.go("/desk/")
        for key, at in (("j", "P-1"), ("j", "P-2"), ("j", "P-3"), ("j", "P-3"), ("k", "P-2")):
            page.keyboard.press(key)
            assert in_focus(page) == f"{at} Smit"
        page.keyboard.press("a")
        expect(page.locator(f"#r-{uids['P-2']}")).to_contain_text("taken by you")
        page.keyboard.press("/")
        expect(page.get_by_role("searchbox")).to_be_focused()
        page.keyboard.type("a")
        expect(page.get_by_role("searchbox")).to_have_value("a")
        page.get_by_role("link", name="P-1 Smit").focus()
        page.keyboard.press("n")
        page.get_by_role("button", name="Not a loss of relief: infection").focus()
        page.keyboard.press("Enter")
        expect(page.locator(f"#r-{uids['P-1']}")).to_have_count(0)

        page.keyboard.press("8")
        page.wait_for_url("**/desk/?tab=all")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_url("**/patients/*")
        first = page.url
        page.keyboard.press("Shift+J")
        page.wait_for_url(lambda url: "/patients/" in url and url != first)

        page.keyboard.press("?")
        expect(page.get_by_role("dialog", name="Shortcuts")).to_be_visible()
        page.get_by_label("Keys of one letter are on").uncheck()
        page.get_by_role("button", name="Close", exact=True).last.click()
        page.keyboard.press("?")
        expect(page.get_by_role("dialog")).to_have_count(0)


def test_without_a_connection_nothing_is_written_and_the_page_says_so(desk, chromium):
    uids = three_losses(desk)
    with serving(desk.app) as base, browsing(chromium, desk, base, scripts=True) as nurse:
        page = nurse.go("/desk/")
        page.context.set_offline(True)
        page.locator(f"#r-{uids['P-1']}").get_by_role("button", name="Acknowledge").click()
        expect(page.locator("#say")).to_contain_text("Nothing was written")
        expect(page.locator("#say")).to_be_visible()


def test_the_letter_can_be_copied_as_text(desk, chromium):
    patient_id = desk.patient("P-1", name="Anneke de Boer")
    with serving(desk.app) as base, browsing(chromium, desk, base, scripts=True) as nurse:
        nurse.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = nurse.go(f"{desk.page(patient_id)}/letter")
        page.get_by_role("button", name="Copy as text").click()
        expect(page.locator("#copied")).to_have_text("Copied.")
        assert "Anneke de Boer" in page.evaluate("navigator.clipboard.readText()")
