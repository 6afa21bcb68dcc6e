"""Chairs and beds at the desk: an offer in one press, a board that says who comes when, and nobody twice."""

import re
from datetime import timedelta

from diary.services import chairs
from diary.storage.tables.booking import Booking
from diary.storage.unit import own
from tests.desk.house import MORNING, Desk, words_of
from tests.desk.test_actions import booked

WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def an_authorised_booking(desk: Desk) -> tuple[int, str]:
    """A booking that waits for days: the patient's id and its own uid."""
    patient_id, booking = booked(desk, desk.sign_in())
    physician = desk.sign_in("physician")
    version = booking.version
    path = f"/desk/bookings/{booking.uid}/authorise"
    assert physician.post(path, version=version, reference="A-1").status_code == 303
    return patient_id, booking.uid


def a_bed(desk: Desk, name: str = "Bed 1") -> str:
    with desk.clinic.unit(write=True) as session:
        return chairs.add_chair(session, name=name, kind="bed", weekdays=WEEK, now=MORNING).uid


def slots_in(page: str) -> list[tuple[str, ...]]:
    """Chair, first and last day of each slot that can be offered in one press."""
    names = ("chair", "first_day", "last_day")
    hidden = [re.findall(rf'name="{name}" value="([^"]+)"', page) for name in names]
    return list(zip(*hidden, strict=True))


def test_a_nurse_declares_a_bed_and_the_offer_shows_the_nearest_days_to_press(desk):
    nurse = desk.sign_in()
    assert nurse.post("/desk/chairs/new", name="Bed 1", kind="bed", weekdays=WEEK).status_code == 303
    _, uid = an_authorised_booking(desk)

    page = nurse.get(f"/desk/bookings/{uid}/offer")
    found = slots_in(page)
    assert len(found) == 6
    tomorrow = MORNING.date() + timedelta(days=1)
    assert found[0][1:] == (str(tomorrow), str(tomorrow + timedelta(days=4)))

    version = re.search(r'name="version" value="(\d+)"', page)[1]
    chair, first_day, last_day = found[0]
    sent = nurse.post(
        f"/desk/bookings/{uid}/offer", version=version, chair=chair, first_day=first_day, last_day=last_day
    )

    assert sent.status_code == 303
    with desk.reading() as session:
        booking = session.scalars(own(session, Booking)).one()
    assert (booking.state, str(booking.offered_first_day), booking.chair_id) == ("offered", first_day, 1)
    board = words_of(nurse.get("/desk/chairs"))
    assert "P-1" in board
    assert "5 days" not in board.partition("Bed 1")[0]


def test_two_nurses_who_press_the_same_days_get_one_bed_and_one_reason(desk):
    a_bed(desk)
    _, uid = an_authorised_booking(desk)
    nurse = desk.sign_in()
    page = nurse.get(f"/desk/bookings/{uid}/offer")
    chair, first_day, last_day = slots_in(page)[0]
    offered = {"chair": chair, "first_day": first_day, "last_day": last_day}
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    assert nurse.post(f"/desk/bookings/{uid}/offer", version=version, **offered).status_code == 303

    late = desk.sign_in("second nurse").post(f"/desk/bookings/{uid}/offer", version=version, **offered)

    assert late.status_code == 412
    assert "Anna Visser" in late.get_data(as_text=True)


def test_a_closed_bed_is_said_with_the_nearest_days_that_fit(desk):
    a_bed(desk)
    _, uid = an_authorised_booking(desk)
    nurse = desk.sign_in()
    first = MORNING.date() + timedelta(days=7)
    closed = {"first_day": first, "last_day": first, "reason": "holiday"}
    assert nurse.post("/desk/chairs/closed", **closed).status_code == 303
    assert "The whole clinic" in nurse.get("/desk/chairs")

    page = nurse.get(f"/desk/bookings/{uid}/offer")
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    chair = slots_in(page)[0][0]
    offered = {"chair": chair, "first_day": first, "last_day": first + timedelta(days=4)}
    refused = nurse.post(f"/desk/bookings/{uid}/offer", version=version, **offered)

    assert refused.status_code == 409
    assert f"Bed 1 is closed on {first}. The nearest that fits: Bed 1" in words_of(
        refused.get_data(as_text=True)
    )

    assert nurse.post("/desk/chairs/open", **{name: closed[name] for name in closed if name != "reason"})
    assert nurse.post(f"/desk/bookings/{uid}/offer", version=version, **offered).status_code == 303


def test_an_admin_declares_and_retires_beds_and_a_coordinator_only_looks(desk):
    admin, coordinator = desk.sign_in("admin"), desk.sign_in("coordinator")
    assert admin.post("/desk/chairs/new", name="Bed 1", kind="bed", weekdays=WEEK).status_code == 303
    assert "Bed 1" in coordinator.get("/desk/chairs")
    assert coordinator.post("/desk/chairs/new", name="Bed 2", kind="bed", weekdays=WEEK).status_code == 403

    page = admin.get("/desk/chairs")
    retire = re.search(r"/desk/chairs/[0-9a-f-]+/retire", page)[0]
    assert admin.post(retire).status_code == 303
    assert "No chair or bed yet" in admin.get("/desk/chairs")


def test_a_name_that_is_taken_or_a_chair_without_weekdays_is_refused_in_the_form(desk):
    nurse = desk.sign_in()
    a_bed(desk)

    taken = nurse.post("/desk/chairs/new", name="Bed 1", kind="bed", weekdays=WEEK)
    none = nurse.post("/desk/chairs/new", name="Bed 2", kind="bed")

    assert taken.status_code == 409
    assert "Another chair or bed has this name" in taken.get_data(as_text=True)
    assert none.status_code == 422
