"""Who may come in at the desk, and how."""

import pytest

from diary.web.asking import STAFF_COOKIE
from tests.desk.house import PASSWORD, SECRET, Desk, email_of


def sign_in(desk: Desk, *, who="nurse", password=PASSWORD, **fields):
    desk.admit_person(who)
    return desk.app.test_client().post(
        "/desk/sign-in", data={"email": email_of(who), "password": password, **fields}
    )


def test_whoever_is_not_signed_in_signs_in_and_comes_back_to_the_page_they_wanted(desk):
    sent_away = desk.app.test_client().get("/desk/patients?page=2")
    assert sent_away.status_code == 303
    assert sent_away.location.startswith("/desk/sign-in?back=")

    back = sign_in(desk, back="/desk/patients?page=2")
    assert (back.status_code, back.location) == (303, "/desk/patients?page=2")


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/desk/", "//evil.example", "/desk/\\evil", "/app/"]
)
def test_a_way_back_that_leads_off_the_desk_is_not_followed(desk, elsewhere):
    assert sign_in(desk, back=elsewhere).location == "/desk/"


def test_a_wrong_password_is_told_plainly_and_the_address_stays_in_the_form(desk):
    refused = sign_in(desk, password="not my words at all")
    page = refused.get_data(as_text=True)

    assert refused.status_code == 401
    assert "do not match" in page
    assert f'value="{email_of("nurse")}"' in page
    assert "not my words" not in page


def test_an_unknown_address_looks_like_a_wrong_password(desk):
    unknown = desk.app.test_client().post(
        "/desk/sign-in", data={"email": "nobody@clinic.example", "password": PASSWORD}
    )
    wrong = sign_in(desk, password="not my words at all")

    assert unknown.status_code == wrong.status_code
    assert unknown.get_data(as_text=True).replace("nobody@", "nurse@") == wrong.get_data(as_text=True)


def test_after_ten_tries_an_address_has_to_wait(desk):
    tries = [sign_in(desk, password="not my words at all").status_code for _ in range(11)]

    assert tries == [401] * 10 + [429]
    assert sign_in(desk).status_code == 429, "also with the right password"
    assert sign_in(desk, who="physician").status_code == 303, "a colleague is not held up"


def test_the_cookie_is_for_this_host_over_secure_ways_and_for_no_script(desk):
    cookie = next(line for line in sign_in(desk).headers.getlist("Set-Cookie") if line.startswith("__Host-"))

    for flag in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert flag in cookie
    assert "Domain" not in cookie


def test_a_page_elsewhere_cannot_sign_anybody_in(desk):
    desk.admit_person("nurse")
    response = desk.app.test_client().post(
        "/desk/sign-in",
        data={"email": email_of("nurse"), "password": PASSWORD},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert response.status_code == 403
    assert "Set-Cookie" not in response.headers


def test_signing_out_ends_the_session_and_not_only_the_cookie(desk):
    nurse = desk.sign_in()
    token = nurse.client.get_cookie(STAFF_COOKIE).value

    assert nurse.post("/desk/sign-out").location == "/desk/sign-in"

    nurse.client.set_cookie(STAFF_COOKIE, token, secure=True)
    assert nurse.client.get("/desk/").location.startswith("/desk/sign-in")


def test_a_form_without_the_sessions_own_token_writes_nothing(desk):
    patient_id = desk.patient("P-1")
    uid = desk.alert(patient_id, "loss", "confirmed")
    nurse = desk.sign_in()

    response = nurse.client.post(f"/desk/alerts/{uid}/acknowledge", data={"version": 1, "csrf": "guessed"})

    assert response.status_code == 403
    assert [alert.status for alert in desk.clinic.alerts(patient_id)] == ["open"]


def test_a_sandbox_says_so_before_anybody_signs_in(desk):
    assert "Simulated" in desk.app.test_client().get("/desk/sign-in").get_data(as_text=True)


def test_the_demos_link_signs_in_with_its_key_and_with_no_other(desk):
    desk.admit_person("physician")
    key = SECRET[::-1]
    link = desk.app.test_client().get

    assert link(f"/desk/demo?key={key}&who=physician").location == "/desk/"
    for wrong in (f"key={key[1:]}&who=physician", "who=physician", f"key={key}&who=admin"):
        response = link(f"/desk/demo?{wrong}")
        assert response.status_code == 404, wrong
        assert "Set-Cookie" not in response.headers


def test_whoever_types_just_the_host_comes_to_the_worklist(desk):
    answer = desk.app.test_client().get("/")
    assert (answer.status_code, answer.location) == (303, "/desk/")


def test_a_refused_sign_in_says_that_nobody_is_signed_in(desk):
    refused = sign_in(desk, password="not the right one at all")
    assert "You are not signed in" in refused.text
    assert "saved" not in refused.text
