"""My account: a second factor is set up by scanning, asked for at the next sign-in, and needed when live."""

import base64
import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from diary.domain.totp import code_of, step_at
from diary.storage.tables.staff import StaffSession
from diary.storage.unit import own
from diary.web.asking import STAFF_COOKIE
from tests.desk.house import NEW_PASSWORD, PASSWORD, Desk, Person, email_of, words_of

PAGE = "/desk/account/authenticator"


def secret_on(page: str) -> bytes:
    """The secret that a reader without a camera would type."""
    spelt = re.search(r'class="secret">([A-Z2-7]+)<', page)
    assert spelt is not None
    return base64.b32decode(spelt[1])


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, name
    return found[1]


def code_now(secret: bytes, *, ahead: int = 0) -> str:
    """What the app shows; `ahead` for the code after the one that was just used."""
    return code_of(secret, step_at(datetime.now(UTC)) + ahead)


def set_up_app(person: Person) -> tuple[bytes, list[str]]:
    """Through the page: the secret, and the recovery codes that were shown."""
    page = person.get(PAGE)
    secret = secret_on(page)
    # One step behind, so that the next code is left for signing in.
    told = person.post(PAGE, sealed=hidden(page, "sealed"), code=code_now(secret, ahead=-1))
    assert told.status_code == 200
    return secret, re.findall(r"<code>([0-9A-Z-]+)</code>", told.text)


def first_half(desk: Desk, who: str = "nurse", **headers: str):
    client = desk.app.test_client()
    given = {"email": email_of(who), "password": PASSWORD, "back": "/desk/patients"}
    return client, client.post("/desk/sign-in", data=given, headers=headers)


def go_live(desk: Desk) -> None:
    """A database never changes from one to the other; here it does, so that no second clinic is founded."""
    with desk.engine.begin() as connection:
        connection.execute(text("UPDATE installation SET kind = 'live', clock_at = NULL"))


def sessions(desk: Desk) -> list[StaffSession]:
    with desk.reading() as session:
        return list(session.scalars(own(session, StaffSession).order_by(StaffSession.id)))


def test_an_app_is_scanned_proved_and_then_asked_for(desk):
    nurse = desk.sign_in()
    assert "A password alone opens this account" in nurse.get("/desk/account")
    secret, codes = set_up_app(nurse)
    assert len(codes) == 10
    assert "10 codes left" in words_of(nurse.get("/desk/account"))

    client, asked = first_half(desk)
    assert asked.status_code == 200
    assert "Set-Cookie" not in asked.headers
    fields = {"step": hidden(asked.text, "step"), "back": "/desk/patients"}
    wrong = client.post("/desk/sign-in/code", data={**fields, "code": "000000"})
    assert wrong.status_code == 422
    assert "This code is not right" in wrong.text
    inside = client.post("/desk/sign-in/code", data={**fields, "code": code_now(secret)})
    assert (inside.status_code, inside.location) == (303, "/desk/patients")
    assert client.get("/desk/").status_code == 200

    client, asked = first_half(desk)
    again = {"step": hidden(asked.text, "step"), "code": code_now(secret)}
    assert client.post("/desk/sign-in/code", data=again).status_code == 422, "a code is good once"
    recovered = client.post("/desk/sign-in/code", data={**again, "code": codes[0].lower()})
    assert recovered.status_code == 303


def test_a_program_sends_the_code_with_the_password(desk):
    secret, _ = set_up_app(desk.sign_in())
    body = {"email": email_of("nurse"), "password": PASSWORD}
    post = desk.app.test_client().post
    needed = post("/v1/sessions", json=body)
    assert (needed.status_code, needed.json["code"]) == (401, "second_factor_needed")
    assert post("/v1/sessions", json={**body, "code": "000000"}).json["code"] == "second_factor_failed"
    assert post("/v1/sessions", json={**body, "code": code_now(secret)}).status_code == 201


def test_after_ten_wrong_codes_the_account_waits_and_its_colleagues_do_not(desk):
    set_up_app(desk.sign_in())
    client, asked = first_half(desk)
    fields = {"step": hidden(asked.text, "step"), "code": "000000"}
    tries = [client.post("/desk/sign-in/code", data=fields).status_code for _ in range(11)]
    assert tries == [422] * 10 + [429]
    assert desk.sign_in("physician").get("/desk/")


def test_in_a_live_installation_a_password_alone_leads_to_the_set_up_and_nowhere_else(desk):
    patient = desk.page(desk.patient("P-1"))
    desk.admit_person("nurse")
    go_live(desk)
    nurse = desk.sign_in()
    for path in ("/desk/", patient, "/desk/account/password"):
        sent = nurse.client.get(path)
        assert (sent.status_code, sent.location) == (303, "/desk/account?done=second_factor_missing"), path
    assert "Set up a second factor first" in nurse.get("/desk/account?done=second_factor_missing")
    body = {"email": email_of("nurse"), "password": PASSWORD}
    client = desk.app.test_client()
    token = client.post("/v1/sessions", json=body).json["token"]
    refused = client.get("/v1/patients", headers={"Authorization": f"Bearer {token}"})
    assert (refused.status_code, refused.json["code"]) == (403, "second_factor_missing")

    set_up_app(nurse)
    assert nurse.client.get("/desk/").status_code == 200
    assert nurse.client.get(patient).status_code == 200


def test_a_sandbox_asks_for_no_second_factor(desk):
    assert desk.sign_in().client.get("/desk/").status_code == 200


def test_a_browser_left_open_for_long_changes_no_factor(desk):
    nurse = desk.sign_in()
    with desk.engine.begin() as connection:
        connection.execute(text("UPDATE staff_session SET created_at = '2026-01-05 08:00:00.000000'"))
    assert nurse.client.get(PAGE).location == "/desk/sign-in?back=/desk/account&done=sign_in_again"
    for path in ("recovery-codes", "authenticator/remove"):
        sent = nurse.post(f"/desk/account/{path}")
        assert sent.location.startswith("/desk/sign-in?back=/desk/account"), path
    assert nurse.get("/desk/account"), "it may still look"


def test_the_app_can_be_removed_and_another_set_up(desk):
    nurse = desk.sign_in()
    set_up_app(nurse)
    nurse.post("/desk/account/authenticator/remove")
    assert "A password alone opens this account" in nurse.get("/desk/account")
    _, signed_in = first_half(desk)
    assert signed_in.status_code == 303


def test_a_refused_first_code_shows_the_same_secret_again(desk):
    nurse = desk.sign_in()
    page = nurse.get(PAGE)
    refused = nurse.post(PAGE, sealed=hidden(page, "sealed"), code="000000")
    assert refused.status_code == 422
    assert secret_on(refused.text) == secret_on(page)
    assert secret_on(nurse.post(PAGE, sealed="not ours", code="000000").text) != secret_on(page)


def test_a_new_password_takes_the_old_one_and_ends_every_other_session(desk):
    here, there = desk.sign_in(), desk.sign_in()
    change = "/desk/account/password"
    wrong = here.post(change, current="not my words at all", new=NEW_PASSWORD)
    assert (wrong.status_code, "This is not your password." in wrong.text) == (401, True)
    short = here.post(change, current=PASSWORD, new="short")
    assert (short.status_code, "At least 15" in short.text or "at least 15" in short.text) == (422, True)
    assert here.post(change, current=PASSWORD, new=NEW_PASSWORD).status_code == 303
    assert here.client.get("/desk/").status_code == 200
    assert there.client.get("/desk/").location.startswith("/desk/sign-in")
    given = {"email": email_of("nurse"), "password": NEW_PASSWORD}
    assert desk.app.test_client().post("/desk/sign-in", data=given).status_code == 303
    assert len(desk.audited("staff.password")) == 1


def test_sessions_are_listed_by_browser_and_ended_one_by_one_or_all_at_once(desk):
    firefox = {"User-Agent": "Mozilla/5.0 (Windows NT 10.0; rv:150.0) Gecko/20100101 Firefox/150.0"}
    desk.admit_person("nurse")
    ward, _ = first_half(desk, **firefox)
    nurse = desk.sign_in()
    page = nurse.get("/desk/account")
    assert "Firefox on Windows" in page
    assert page.count("This one") == 1
    (uid,) = re.findall(r"/desk/account/sessions/([0-9a-f-]{36})/end", page)
    assert nurse.post(f"/desk/account/sessions/{uid}/end").status_code == 303
    assert ward.get("/desk/").location.startswith("/desk/sign-in")

    others = [first_half(desk)[0] for _ in range(2)]
    nurse.post("/desk/account/sessions/end-others")
    assert all(other.get("/desk/").status_code == 303 for other in others)
    assert nurse.client.get("/desk/").status_code == 200


def test_a_colleagues_session_is_not_mine_to_end(desk):
    nurse, physician = desk.sign_in(), desk.sign_in("physician")
    uid = sessions(desk)[-1].uid
    assert nurse.post(f"/desk/account/sessions/{uid}/end").status_code == 404
    assert physician.client.get("/desk/").status_code == 200


def test_whoever_signs_in_again_leaves_the_session_that_the_browser_held(desk):
    nurse = desk.sign_in()
    earlier = nurse.client.get_cookie(STAFF_COOKIE).value
    given = {"email": email_of("nurse"), "password": PASSWORD}
    assert nurse.client.post("/desk/sign-in", data=given).status_code == 303
    assert nurse.client.get_cookie(STAFF_COOKIE).value != earlier
    assert [found.ended_at is None for found in sessions(desk)] == [False, True]


def test_signing_out_clears_what_the_browser_kept(desk):
    assert desk.sign_in().post("/desk/sign-out").headers["Clear-Site-Data"] == '"cache"'


@pytest.mark.parametrize("action", ["staff.authenticator", "staff.recovery_codes", "session.open"])
def test_every_change_of_how_somebody_signs_in_leaves_its_row(desk, action):
    set_up_app(desk.sign_in())
    (row,) = desk.audited(action)
    assert row.actor_kind == "staff"


def test_a_person_chooses_whether_and_when_they_are_mailed(desk):
    nurse = desk.sign_in()
    assert "from 07:30" in words_of(nurse.get("/desk/account"))
    page = "/desk/account/mails"
    assert nurse.post(page, mails="yes", opens="12:00", closes="20:00").status_code == 303
    assert 'value="12:00"' in nurse.get(page)
    assert "from 12:00 to 20:00" in words_of(nurse.get("/desk/account"))
    half = nurse.post(page, mails="yes", opens="12:00")
    assert (half.status_code, "Give both times" in half.text) == (422, True)


def test_a_nurse_says_on_which_weekdays_she_works_and_who_has_her_work_on_the_others(desk):
    nurse = desk.sign_in()
    desk.admit_person("second nurse")
    page = "/desk/account/week"
    assert "On every working day" in words_of(nurse.get("/desk/account"))
    joost = re.search(r'<option value="([^"]+)">Joost Bos', nurse.get(page))[1]
    assert nurse.post(page, weekdays=[], cover=joost).status_code == 422
    assert nurse.post(page, weekdays=["mon", "tue", "wed", "thu"], cover=joost).status_code == 303
    assert "Thursday. On the others Joost Bos has your work" in words_of(nurse.get("/desk/account"))
    assert f'<option value="{joost}" selected>' in nurse.get(page)
    assert "Joost Bos for Anna Visser on Friday, Saturday, Sunday" in words_of(
        nurse.get("/desk/settings/cover")
    )
    desk.sign_in("admin").get(page, status=403)


def test_who_cannot_be_mailed_is_told_so(desk):
    nurse = desk.sign_in()
    assert "no mail server" not in nurse.get("/desk/account")  # in a sandbox nothing is sent
    go_live(desk)
    set_up_app(nurse)
    assert "no mail server" in nurse.get("/desk/account")
