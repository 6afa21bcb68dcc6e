"""Staff, for the clinic's admins: invited by a link, in one role at a time, out when they leave."""

import re

import pytest
from sqlalchemy import text

from diary.services import accounts
from diary.services.account_links import LINK_LIFE
from diary.storage.staff import staff_of_clinic
from diary.storage.tables.staff import Staff
from tests.desk.house import NEW_PASSWORD, PASSWORD, Desk, Person, email_of, words_of
from tests.desk.test_account import set_up_app
from tests.refusals import refused

JOOST = {"name": "Joost Bos", "email": "Joost@clinic.example", "role": "nurse"}


@pytest.fixture
def admin(desk: Desk) -> Person:
    return desk.sign_in("admin")


def person(desk: Desk, email: str) -> Staff:
    with desk.reading() as session:
        return next(one for one in staff_of_clinic(session) if one.email == email)


def address_in(page: str) -> str:
    found = re.search(r"<code>http://localhost:8000(/desk/link/\S+)</code>", page)
    assert found is not None
    return found[1]


def invited(admin: Person) -> str:
    """The address that the admin hands over."""
    told = admin.post("/desk/staff/new", **JOOST)
    assert told.status_code == 200, told.text
    return address_in(told.text)


def open_link(desk: Desk, address: str, password: str = PASSWORD):
    """Whoever has the link opens it and sets a password."""
    client = desk.app.test_client()
    page = client.get(address)
    assert page.status_code == 200, page.text
    token = address.rpartition("/")[2]
    return client.post("/desk/link", data={"token": token, "password": password})


def try_to_sign_in(desk: Desk, email: str, password: str = PASSWORD) -> int:
    given = {"email": email, "password": password}
    return desk.app.test_client().post("/desk/sign-in", data=given).status_code


def test_somebody_is_invited_sets_a_password_and_comes_in(desk, admin):
    address = invited(admin)
    assert try_to_sign_in(desk, "joost@clinic.example") == 401
    assert "joost@clinic.example" in desk.app.test_client().get(address).text
    assert "invited" in words_of(admin.get("/desk/staff"))

    told = open_link(desk, address)
    assert (told.status_code, told.location) == (303, "/desk/sign-in?done=password_set")
    assert "Set-Cookie" not in told.headers
    assert try_to_sign_in(desk, "joost@clinic.example") == 303
    assert [row.detail for row in desk.audited("staff.add")][-1] == {"role": "nurse"}
    assert len(desk.audited("staff.invitation")) == 1


def test_a_link_works_once_and_a_newer_one_ends_it(desk, admin):
    first = invited(admin)
    uid = person(desk, "joost@clinic.example").uid
    second = address_in(admin.post(f"/desk/staff/{uid}/link").text)
    assert desk.app.test_client().get(first).status_code == 409
    assert open_link(desk, second).status_code == 303
    for used in (first, second):
        token = used.rpartition("/")[2]
        again = desk.app.test_client().post("/desk/link", data={"token": token, "password": NEW_PASSWORD})
        assert again.status_code == 409
        assert "This link was used" in again.text
    assert try_to_sign_in(desk, "joost@clinic.example", NEW_PASSWORD) == 401


def test_a_refused_password_leaves_the_link_as_it_was(desk, admin):
    address = invited(admin)
    for weak, told in (("short", "at least 15"), ("passwordpassword", "first that are guessed")):
        refusal = open_link(desk, address, weak)
        assert (refusal.status_code, told in refusal.text) == (422, True)
        assert weak not in refusal.text
    assert open_link(desk, address).status_code == 303


@pytest.mark.parametrize("kind", LINK_LIFE)
def test_a_link_ends_by_itself(desk, admin, kind):
    address = invited(admin)
    joost = person(desk, "joost@clinic.example")
    if kind == "reset":
        open_link(desk, address)
    address = address_in(admin.post(f"/desk/staff/{joost.uid}/link").text)
    with desk.engine.begin() as connection:
        life = f"-{int(LINK_LIFE[kind].total_seconds())} seconds"
        known = connection.execute(text("SELECT kind FROM account_link WHERE ended_at IS NULL")).scalar_one()
        assert known == kind
        moved = "UPDATE account_link SET expires_at = datetime(expires_at, :life) || '.000000'"
        connection.execute(text(moved), {"life": life})
    assert desk.app.test_client().get(address).status_code == 409


def test_a_reset_leaves_the_old_password_until_it_is_used_and_then_ends_every_session(desk, admin):
    nurse = desk.sign_in()
    uid = person(desk, email_of("nurse")).uid
    address = address_in(admin.post(f"/desk/staff/{uid}/link").text)
    assert nurse.client.get("/desk/").status_code == 200
    assert open_link(desk, address, NEW_PASSWORD).status_code == 303
    assert nurse.client.get("/desk/").location.startswith("/desk/sign-in")
    assert try_to_sign_in(desk, email_of("nurse")) == 401
    assert try_to_sign_in(desk, email_of("nurse"), NEW_PASSWORD) == 303


def test_a_reset_does_not_get_past_the_second_factor(desk, admin):
    nurse = desk.sign_in()
    set_up_app(nurse)
    uid = person(desk, email_of("nurse")).uid
    open_link(desk, address_in(admin.post(f"/desk/staff/{uid}/link").text), NEW_PASSWORD)
    assert try_to_sign_in(desk, email_of("nurse"), NEW_PASSWORD) == 200, "it asks for the code"

    admin.post(f"/desk/staff/{uid}/forget")
    assert try_to_sign_in(desk, email_of("nurse"), NEW_PASSWORD) == 303
    assert len(desk.audited("staff.factors_remove")) == 1


def test_a_role_counts_from_the_next_request_on(desk, admin):
    physician = desk.sign_in("physician")
    uid = person(desk, email_of("physician")).uid
    assert admin.post(f"/desk/staff/{uid}/role", role="researcher").status_code == 303
    assert physician.client.get("/desk/").location.startswith("/desk/sign-in")
    again = desk.app.test_client()
    again.post("/desk/sign-in", data={"email": email_of("physician"), "password": PASSWORD})
    assert again.get("/desk/").status_code == 403
    assert desk.audited("staff.role")[0].detail == {"before": "physician", "after": "researcher"}


def test_whoever_leaves_is_out_at_once_and_may_come_back_as_they_were(desk, admin):
    nurse = desk.sign_in()
    uid = person(desk, email_of("nurse")).uid
    admin.post(f"/desk/staff/{uid}/disable")
    assert nurse.client.get("/desk/").location.startswith("/desk/sign-in")
    assert try_to_sign_in(desk, email_of("nurse")) == 401
    assert admin.post(f"/desk/staff/{uid}/link").status_code == 409
    assert "account ended" in words_of(admin.get("/desk/staff"))
    admin.post(f"/desk/staff/{uid}/enable")
    assert try_to_sign_in(desk, email_of("nurse")) == 303


def test_a_clinic_keeps_its_last_admin(desk, admin):
    uid = person(desk, email_of("admin")).uid
    for act, fields in (("disable", {}), ("role", {"role": "nurse"})):
        refusal = admin.post(f"/desk/staff/{uid}/{act}", **fields)
        assert (refusal.status_code, "last admin" in refusal.text) == (409, True), act
    admin.post("/desk/staff/new", **{**JOOST, "role": "admin"})
    assert admin.post(f"/desk/staff/{uid}/disable").status_code == 409, "an invited one cannot come in yet"
    assert admin.client.get("/desk/staff").status_code == 200


def test_two_admins_who_end_each_other_at_once_leave_one(either_desk):
    """The second to come finds that the other has gone."""
    clinic = either_desk.clinic
    for who in ("admin", "second admin"):
        either_desk.admit_person(who)
    people = [person(either_desk, email_of(who)) for who in ("admin", "second admin")]
    with clinic.unit(write=True) as session:
        accounts.disable(session, session.merge(people[0]), now=people[0].created_at)
    with refused("last_admin"), clinic.unit(write=True) as session:
        accounts.disable(session, session.merge(people[1]), now=people[1].created_at)


def test_a_nurse_lets_nobody_in(desk):
    nurse = desk.sign_in()
    uid = person(desk, email_of("nurse")).uid
    assert nurse.client.get("/desk/staff").status_code == 403
    assert nurse.post("/desk/staff/new", **JOOST).status_code == 403
    assert nurse.post(f"/desk/staff/{uid}/role", role="admin").status_code == 403
    assert "Staff" not in words_of(nurse.get("/desk/"))


def test_a_link_that_nobody_made_opens_nothing(desk):
    assert desk.app.test_client().get("/desk/link/al_made-up").status_code == 409
