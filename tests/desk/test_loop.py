"""The whole loop by hand: from an admitted patient to the second course, in a browser without JavaScript."""

from datetime import UTC, date, datetime, time, timedelta

from playwright.sync_api import Page, expect

from diary.services import nights
from diary.storage.courses import courses_of, days_of
from diary.storage.ids import new_uid
from diary.storage.patients import patient_by_uid
from diary.storage.tables.patient import Patient
from diary.storage.unit import own
from tests.desk.browsing import browsing
from tests.desk.house import MORNING, Desk, serving
from tests.little_clinic import ZONE, at

DAY_0 = MORNING.date()
FIRST_INFUSION_DAY = DAY_0 + timedelta(days=10)
LAST_INFUSION_DAY = FIRST_INFUSION_DAY + timedelta(days=4)
PHONE = {"zone": ZONE.key, "locale": "nl", "consent_version": "1", "device": {"label": "own phone"}}


def enrol(desk: Desk, code: str) -> str:
    """The phone exchanges the code for its token."""
    response = desk.app.test_client().post("/v1/enrolments", json={"code": code, **PHONE})
    assert response.status_code == 201, response.get_json()
    return response.get_json()["token"]


def live_through(desk: Desk, token: str, first: date, scores: list[int]) -> None:
    """Each evening the phone posts the day's answer; each night runs at four in the morning."""
    phone = desk.app.test_client()
    for offset, nrs in enumerate(scores):
        day = first + timedelta(days=offset)
        evening = datetime.combine(day, time(20), ZONE)
        desk.set_clock(evening)
        sent = {
            "id": new_uid(evening),
            "day": day.isoformat(),
            "nrs": nrs,
            "answered_at": evening.isoformat(),
            "sent_at": evening.isoformat(),
            "zone": ZONE.key,
        }
        response = phone.post("/v1/entries", json=sent, headers={"Authorization": f"Bearer {token}"})
        assert response.status_code == 201, response.get_json()
        four = datetime.combine(day + timedelta(days=1), time(4), ZONE)
        desk.set_clock(four)
        nights.run_due(desk.engine, now=four.astimezone(UTC), wall=lambda: datetime.now(UTC), owner="test")
    desk.set_clock(at(first + timedelta(days=len(scores))))


def set_up(page: Page) -> str:
    """A regimen, a patient, a planned course and a code for the phone; the code."""
    page.get_by_role("link", name="Regimens").click()
    page.get_by_role("link", name="New regimen").click()
    page.get_by_label("Name").fill("S-ketamine, 100 h")
    page.get_by_label("S-ketamine", exact=True).check()
    page.get_by_label("In a bed").check()
    page.get_by_label("Infusion days of one series").fill("5")
    page.get_by_label("Hours of infusion a day").fill("20")
    page.get_by_label("Dose as written").fill("5 to 20 mg/h per 70 kg")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Patients").click()
    page.get_by_role("link", name="New patient").click()
    page.get_by_label("Pseudonym").fill("P-0042")
    page.get_by_label("Name").fill("Anneke de Boer")
    page.get_by_role("button", name="Admit").click()
    page.get_by_role("link", name="Plan a course").click()
    page.get_by_label("Regimen").select_option(label="S-ketamine, 100 h")
    page.get_by_label("Expected first infusion day").fill(FIRST_INFUSION_DAY.isoformat())
    page.get_by_role("button", name="Plan").click()
    page.get_by_role("button", name="Make a code for a phone").click()
    return page.locator(".code").inner_text()


def record_infusion(page: Page, first: date, last: date) -> None:
    """Fill in what was given."""
    page.get_by_label("First infusion day").fill(first.isoformat())
    page.get_by_label("Last infusion day").fill(last.isoformat())
    page.get_by_label("Regimen").select_option(label="S-ketamine, 100 h")
    page.get_by_label("S-ketamine", exact=True).check()
    page.get_by_label("In a bed").check()
    page.get_by_label("Dose as written").fill("as planned")
    page.get_by_label("A new course").check()
    page.get_by_role("button", name="Record").click()
    expect(page.get_by_role("status")).to_contain_text("Infusion recorded")


def the_patient(desk: Desk) -> Patient:
    with desk.reading() as session:
        return session.scalars(own(session, Patient)).one()


def test_a_patient_goes_from_enrolment_to_the_second_course(desk, chromium):
    with (
        serving(desk.app) as base,
        browsing(chromium, desk, base) as nurse,
        browsing(chromium, desk, base, who="physician") as physician,
    ):
        page = nurse.page
        token = enrol(desk, set_up(page))
        patient = the_patient(desk)
        address = f"/desk/patients/{patient.uid}"

        live_through(desk, token, DAY_0, [8] * 10)
        desk.set_clock(at(LAST_INFUSION_DAY, hour=18))
        nurse.go(address).get_by_role("link", name="Record an infusion").click()
        record_infusion(page, FIRST_INFUSION_DAY, LAST_INFUSION_DAY)

        day_1 = LAST_INFUSION_DAY + timedelta(days=1)
        live_through(desk, token, day_1, [2] * 14)
        expect(nurse.go("/desk/").get_by_role("heading", level=1)).to_have_text("Nobody needs a decision now")
        live_through(desk, token, day_1 + timedelta(days=14), [4] * 4 + [5] * 4 + [6] * 7 + [7] * 7)

        row = nurse.go("/desk/").get_by_role("row", name="Anneke de Boer")
        expect(row).to_contain_text("Relief is under 30 % in two weeks running")
        row.get_by_role("button", name="Acknowledge").click()
        expect(page.get_by_role("row", name="Anneke de Boer")).to_contain_text("taken by you")

        # From the alert to a requested booking: two clicks, the regimen of the course being chosen already.
        page.get_by_role("link", name="Request booking").click()
        page.get_by_role("button", name="Request").click()
        expect(page.get_by_role("heading", name="Booking: requested")).to_be_visible()
        expect(page.get_by_text("a booking is under way")).to_be_visible()

        physician.go(address).get_by_role("link", name="Authorise").click()
        physician.page.get_by_label("Payer's reference").fill("A-77")
        physician.page.get_by_role("button", name="Authorise").click()

        again = day_1 + timedelta(days=50)
        nurse.go(address).get_by_role("link", name="Offer days").click()
        page.get_by_label("First infusion day").fill(again.isoformat())
        page.get_by_label("Last infusion day").fill((again + timedelta(days=4)).isoformat())
        page.get_by_role("button", name="Offer these days").click()
        page.get_by_role("button", name="The patient accepts").click()
        page.get_by_role("button", name="Confirm the place").click()
        expect(page.get_by_role("heading", name="Booking: confirmed")).to_be_visible()

        live_through(desk, token, day_1 + timedelta(days=36), [7] * 14)
        desk.set_clock(at(again + timedelta(days=4), hour=18))
        nurse.go(address).get_by_role("link", name="Record the infusion").click()
        expect(page.get_by_label("First infusion day")).to_have_value(again.isoformat())
        record_infusion(page, again, again + timedelta(days=4))

        expect(page.get_by_text("No alert.")).to_be_visible()
        page.get_by_text("ended alert").click()
        expect(page.get_by_text("Infused").first).to_be_visible()
        assert nurse.console == []
        assert nurse.elsewhere == []

    check_second_course(desk, patient, again)


def check_second_course(desk: Desk, patient: Patient, first_day: date) -> None:
    """Course 1 ended by the next, with a loss; course 2 open, measured from its own days before."""
    with desk.reading() as session:
        known = patient_by_uid(session, patient.uid)
        one, two = courses_of(session, known.id)
        assert (one.status, one.closing) == ("closed", "next_course")
        assert (two.number, two.status, two.first_infusion_day) == (2, "open", first_day)
        assert two.baseline_kind is None, "relief was gone, so the baseline is the patient's own"
        assert list(days_of(session, two.id).days) == [7] * 14
    closed = [(alert.kind, alert.status, alert.outcome) for alert in desk.clinic.alerts(known.id)]
    assert closed == [("loss", "closed", "infused")]
