"""From an alert to days on offer in three presses, counted; by mouse, by keyboard alone, from the list."""

import re

from playwright.sync_api import Page, expect

from diary.services.courses import present_course
from diary.storage.courses import courses_of, regimens
from diary.storage.tables.booking import Booking
from diary.storage.unit import own
from tests.desk.browsing import browsing
from tests.desk.house import PASSWORD, Desk, email_of, serving, words_of
from tests.desk.test_chairs import a_bed, an_authorised_booking, slots_in

PRESSES_MOST = 3


def a_loss_with_a_bed(desk: Desk) -> None:
    a_bed(desk)
    patient_id = desk.patient("P-1", name="Anneke de Boer")
    desk.alert(patient_id, "loss", "confirmed")
    with desk.clinic.unit(write=True) as session:
        course = present_course(courses_of(session, patient_id))
        course.regimen_id = regimens(session)[0].id


def the_booking(desk: Desk) -> Booking:
    with desk.reading() as session:
        return session.scalars(own(session, Booking)).one()


class Pressing:
    """Counts what is pressed; typing a reference is no press."""

    def __init__(self, page: Page) -> None:
        self.page, self.presses = page, 0

    def press(self, role: str, name: str | re.Pattern[str]) -> None:
        self.page.get_by_role(role, name=name).first.click()
        self.presses += 1


def test_a_physician_goes_from_the_alert_to_days_on_offer_in_three_presses(desk, chromium):
    a_loss_with_a_bed(desk)
    with serving(desk.app) as base, browsing(chromium, desk, base, who="physician") as physician:
        pressing = Pressing(physician.go("/desk/"))
        pressing.press("link", "Request booking")
        pressing.press("textbox", "Payer's reference")
        physician.page.keyboard.type("A-77")
        pressing.press("button", re.compile("^Offer"))

        expect(physician.page.get_by_role("heading", name="Booking: offered")).to_be_visible()
        assert pressing.presses <= PRESSES_MOST
    booking = the_booking(desk)
    assert (booking.state, booking.authorisation_reference) == ("offered", "A-77")
    assert booking.chair_id is not None


def test_a_nurse_offers_days_for_an_authorised_booking_in_two_presses_from_the_list(desk, chromium):
    a_bed(desk)
    an_authorised_booking(desk)
    with serving(desk.app) as base, browsing(chromium, desk, base) as nurse:
        pressing = Pressing(nurse.go("/desk/?tab=parked"))
        pressing.press("link", re.compile("^Offer days"))
        pressing.press("button", re.compile("^Offer"))
        expect(nurse.page.get_by_role("heading", name="Booking: offered")).to_be_visible()
        assert pressing.presses <= PRESSES_MOST


def test_by_keyboard_alone_from_signing_in_to_days_on_offer(desk, chromium):
    a_loss_with_a_bed(desk)
    desk.admit_person("physician")
    with serving(desk.app) as base:
        context = chromium.new_context()
        page = context.new_page()
        page.goto(f"{base}/desk/")
        keys = page.keyboard
        focus_on(page, "E-mail address")
        keys.type(email_of("physician"))
        keys.press("Tab")
        keys.type(PASSWORD)
        keys.press("Enter")
        page.wait_for_url("**/desk/")
        keys.press("j")
        expect(page.locator(":focus")).to_have_text("Anneke de Boer")
        keys.press("b")
        page.wait_for_url("**/booking")
        focus_on(page, "Payer's reference")
        keys.type("A-77")
        for _ in range(12):
            keys.press("Tab")
            if page.evaluate("document.activeElement.innerText").startswith("Offer"):
                break
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        keys.press("Enter")
        page.wait_for_url("**/patients/*")
        expect(page.get_by_role("heading", name="Booking: offered")).to_be_visible()
        context.close()


def focus_on(page: Page, label: str) -> None:
    """By Tab alone."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.get_by_label(label).evaluate("field => field === document.activeElement"):
            return
    raise AssertionError(f"Tab never reached {label}")


def test_only_a_physician_is_offered_the_one_press_and_only_a_physician_can_take_it(desk):
    a_loss_with_a_bed(desk)
    nurse, physician = desk.sign_in(), desk.sign_in("physician")
    path = re.search(r"/desk/alerts/[^/]+/booking", nurse.get("/desk/"))[0]
    form = physician.get(path)
    slot = re.search(r'name="slot" value="([^"]+)"', form)[1]
    with desk.reading() as session:
        regimen = regimens(session)[0].uid
    sent = {"version": 1, "alert": path.split("/")[3], "regimen": regimen, "slot": slot}

    assert "at hand" not in nurse.get(path)
    assert nurse.post(path, reference="A-1", **sent).status_code == 403
    refused = physician.post(path, **sent)
    assert refused.status_code == 422, "an authorisation has a reference"
    with desk.reading() as session:
        assert session.scalars(own(session, Booking)).all() == [], "nothing is half done"
    assert physician.post(path, reference="A-1", **sent | {"slot": "nonsense"}).status_code == 422


def test_after_a_cancellation_the_page_says_whom_to_call_and_offers_in_one_press(desk):
    bed = a_bed(desk)
    nurse = desk.sign_in()
    _, uid = an_authorised_booking(desk)
    page = nurse.get(f"/desk/bookings/{uid}/offer")
    _, first, last = slots_in(page)[-1]  # not within 48 hours
    nurse.post(f"/desk/bookings/{uid}/offer", version=2, chair=bed, first_day=first, last_day=last)
    other = waiting_besides(desk, "P-2")

    done = nurse.post(f"/desk/bookings/{uid}/cancel", version=3, note="flu")

    assert done.location == f"/desk/chairs/{bed}/free?done=freed&first={first}&last={last}"
    listed = nurse.get(done.location)
    assert "P-2" in listed
    form = re.search(rf'action="/desk/bookings/{other}/offer">.*?</form>', listed, re.DOTALL)[0]
    sent = dict(re.findall(r'name="(version|chair|first_day|last_day)" value="([^"]+)"', form))
    assert nurse.post(f"/desk/bookings/{other}/offer", **sent).status_code == 303
    assert "Nobody waits for days" in nurse.get(done.location)


def waiting_besides(desk: Desk, pseudonym: str) -> str:
    """Another patient with an authorised booking; its uid."""
    patient_id = desk.patient(pseudonym)
    nurse, physician = desk.sign_in(), desk.sign_in("physician")
    with desk.reading() as session:
        regimen = regimens(session)[0].uid
    patient = desk.uid(patient_id)
    nurse.post(f"/desk/patients/{patient}/booking", patient=patient, regimen=regimen)
    with desk.reading() as session:
        booking = session.scalars(own(session, Booking).where(Booking.patient_id == patient_id)).one()
    physician.post(f"/desk/bookings/{booking.uid}/authorise", version=1, reference="A-2")
    return booking.uid


def test_the_waiting_list_says_who_can_come_within_48_hours(desk):
    nurse = desk.sign_in()
    patient_id, uid = an_authorised_booking(desk)

    nurse.post(f"/desk/bookings/{uid}/wait", version=2, within_48_h="no")

    assert "Needs more than 48 h." in words_of(nurse.get(desk.page(patient_id)))
    waiting = words_of(nurse.get("/desk/bookings").split("Waiting for days")[1])
    assert "longer" in waiting
    assert the_booking(desk).can_come_at_short_notice is False
