"""Signing in by an identity provider, against one that runs here; then every lie it can tell."""

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from config.settings import Settings
from diary.cli import doctor
from diary.services.account_links import make_link
from diary.services.attempts import SIGN_INS_PER_ADDRESS
from diary.storage.engine import make_engine
from diary.storage.tables.signing import OutsideIdentity, Passkey, SignInStep
from diary.storage.tables.staff import Staff, StaffSession
from diary.storage.unit import own
from diary.web.asking import STAFF_COOKIE, csrf_token
from tests.desk.house import PASSWORD, SECRET, Desk, Person, desk_on, email_of, words_of
from tests.desk.identity_house import House, identity_house
from tests.desk.identity_lies import LIES, SIGNATURES


@pytest.fixture
def house() -> Iterator[House]:
    with identity_house() as house:
        yield house


@pytest.fixture
def desk(sqlite_url: str, house: House) -> Iterator[Desk]:
    engine = make_engine(sqlite_url)
    yield desk_on(engine, **house.settings())
    engine.dispose()


def there(page: str) -> str:
    """Where the page sends its reader."""
    found = re.search(r'class="button primary" href="([^"]+)"', page)
    assert found is not None, words_of(page)
    return html.unescape(found[1])


def begin(client, **fields: str) -> str:
    """Press the button; the address at the provider."""
    sent = client.post("/desk/provider", data=fields)
    assert sent.status_code == 200, words_of(sent.text)
    assert sent.headers["Refresh"] == f"0; url={there(sent.text)}"
    return there(sent.text)


def link(person: Person, house: House) -> None:
    """Under My account, there and back."""
    sent = person.post("/desk/account/provider")
    assert sent.status_code == 200, words_of(sent.text)
    back = person.client.get(house.authorise(there(sent.text)))
    assert (back.status_code, back.location) == (303, "/desk/account?done=provider_linked"), words_of(
        back.text
    )


def come_back(desk: Desk, house: House):
    """Somebody who is not signed in goes there and comes back."""
    client = desk.app.test_client()
    return client, client.get(house.authorise(begin(client)))


def sessions(desk: Desk) -> list[StaffSession]:
    with desk.reading() as session:
        return list(session.scalars(own(session, StaffSession).order_by(StaffSession.id)))


def identities(desk: Desk) -> int:
    with desk.reading() as session:
        return len(list(session.scalars(own(session, OutsideIdentity))))


def go_live(desk: Desk) -> None:
    with desk.engine.begin() as connection:
        connection.execute(text("UPDATE installation SET kind = 'live', clock_at = NULL"))


def test_a_nurse_links_it_once_and_then_signs_in_by_it_alone(desk, house):
    nurse = desk.sign_in()
    assert "Sign in with St Anna" in desk.app.test_client().get("/desk/sign-in").text
    link(nurse, house)
    assert "Unlink" in nurse.get("/desk/account")

    client = desk.app.test_client()
    client.set_cookie(STAFF_COOKIE, nurse.client.get_cookie(STAFF_COOKIE).value, secure=True)
    inside = client.get(house.authorise(begin(client, back="/desk/patients")))
    assert (inside.status_code, inside.location) == (303, "/desk/patients")
    assert client.get("/desk/").status_code == 200
    assert sessions(desk)[-1].way == "provider"
    assert nurse.client.get("/desk/").status_code == 303, "the session that the browser held has ended"
    assert [found.detail["way"] for found in desk.audited("session.open")][-1] == "provider"
    assert len(desk.audited("staff.provider")) == 1
    # What is kept of them is a digest: neither the provider's name nor theirs there.
    with desk.engine.connect() as connection:
        (kept,) = connection.execute(text("SELECT digest FROM outside_identity")).one()
    assert house.subject not in kept
    assert "localhost" not in kept


def test_an_invitation_is_taken_up_without_any_password(desk, house):
    desk.sign_in("admin")
    with desk.clinic.unit(write=True) as session:
        now = datetime.now(UTC)
        person = Staff(
            clinic_id=desk.clinic.clinic_id,
            uid="0193b5c2-7d1e-7a40-9c55-3f0e6a1b2c4d",
            email="new@clinic.example",
            name="Nel Vos",
            role="coordinator",
            created_at=now,
        )
        session.add(person)
        session.flush()
        token = make_link(session, person, "invitation", now=now).token
    client = desk.app.test_client()
    assert "Use St Anna instead" in client.get(f"/desk/link/{token}").text
    way = there(client.post("/desk/invitation/provider", data={"token": token}).text)
    inside = client.get(house.authorise(way))
    assert (inside.status_code, inside.location) == (303, "/desk/")
    account = words_of(client.get("/desk/account").text)
    assert ("Nel Vos" in account, "You have none, and need none." in account) == (True, True)
    assert "A password alone" not in account
    assert client.get(f"/desk/link/{token}").status_code == 409, "the invitation opens nothing any more"
    csrf = csrf_token(SECRET, client.get_cookie(STAFF_COOKIE).value)
    kept = client.post("/desk/account/provider/remove", data={"csrf": csrf})
    assert kept.status_code == 409, "nobody throws away their only way in"
    admin = desk.sign_in("admin")
    assert "organisation&#39;s sign-in" in admin.get("/desk/staff")
    assert admin.post("/desk/staff/0193b5c2-7d1e-7a40-9c55-3f0e6a1b2c4d/unlink").status_code == 303
    assert client.get("/desk/").status_code == 303
    assert come_back(desk, house)[1].status_code == 403


def test_a_reset_links_nothing_since_it_would_lead_past_a_second_factor(desk, house):
    desk.admit_person("nurse")
    with desk.clinic.unit(write=True) as session:
        person = session.scalars(own(session, Staff)).one()
        token = make_link(session, person, "reset", now=datetime.now(UTC)).token
    client = desk.app.test_client()
    assert "St Anna" not in client.get(f"/desk/link/{token}").text
    way = there(client.post("/desk/invitation/provider", data={"token": token}).text)
    assert client.get(house.authorise(way)).status_code == 409
    assert identities(desk) == 0


def test_no_invitation_leads_past_a_passkey_of_somebody_without_a_password(desk, house):
    desk.admit_person("nurse")
    with desk.clinic.unit(write=True) as session:
        person = session.scalars(own(session, Staff)).one()
        person.password_hash = None
        session.add(
            Passkey(
                clinic_id=person.clinic_id,
                uid="0193b5c2-7d1e-7a40-9c55-3f0e6a1b2c4d",
                staff_id=person.id,
                credential_id="key",
                public_key=b"key",
                sign_count=0,
                name="A stick",
                synced=False,
                created_at=datetime.now(UTC),
            )
        )
        token = make_link(session, person, "invitation", now=datetime.now(UTC)).token
    client = desk.app.test_client()
    way = there(client.post("/desk/invitation/provider", data={"token": token}).text)
    assert client.get(house.authorise(way)).status_code == 409
    assert identities(desk) == 0


def test_nobody_comes_in_by_an_address_that_the_provider_writes_or_is_made_an_account(desk, house):
    desk.admit_person("nurse")
    for verified in (True, False):
        house.spoil = lambda claims, v=verified: {**claims, "email": email_of("nurse"), "email_verified": v}
        client, refused = come_back(desk, house)
        assert refused.status_code == 403
        assert "Nobody here is linked to this sign-in" in refused.text
        assert client.get_cookie(STAFF_COOKIE) is None
    with desk.reading() as session:
        assert len(list(session.scalars(own(session, Staff)))) == 1


def test_no_lie_of_a_token_signs_anybody_in(desk, house):
    """The same browser, linked and let in before and after: only the lie is in between."""
    link(desk.sign_in(), house)
    assert come_back(desk, house)[1].status_code == 303
    known = len(sessions(desk))
    for name, spoil in LIES.items():
        house.spoil = spoil
        client, refused = come_back(desk, house)
        assert (refused.status_code, "was not accepted" in refused.text) == (422, True), name
        assert client.get_cookie(STAFF_COOKIE) is None, name
    house.spoil = lambda claims: claims
    for name, sign in SIGNATURES.items():
        house.sign = sign
        assert come_back(desk, house)[1].status_code == 422, name
    house.sign = None
    assert len(sessions(desk)) == known
    with desk.engine.begin() as connection:
        connection.execute(text("DELETE FROM attempt_count"))
    assert come_back(desk, house)[1].status_code == 303


def test_an_answer_is_good_once_in_the_browser_that_asked_and_for_whom_it_was_asked(desk, house):
    nurse, physician = desk.sign_in(), desk.sign_in("physician")
    link(nurse, house)
    client = desk.app.test_client()
    back = house.authorise(begin(client))
    thief = desk.app.test_client()
    for path in (back, re.sub("state=[^&]*", "state=", back), re.sub("state=[^&]*&", "", back)):
        stolen = thief.get(path)
        assert stolen.location.startswith("/desk/sign-in"), (
            "a link that was sent round opens nothing elsewhere"
        )
    assert client.get(back).status_code == 303
    again = client.get(back)
    assert again.location.startswith("/desk/sign-in"), "nor does it a second time"

    # The code of one sign-in, put into another: the provider asks for the verifier of its own.
    first, second = house.authorise(begin(client)), house.authorise(begin(client))
    mixed = re.sub("code=[^&]*", re.search("code=[^&]*", first)[0], second)
    assert client.get(mixed).status_code == 422

    # What the physician asked for their own account comes back in the nurse's browser.
    sent = physician.post("/desk/account/provider")
    house.subject = "another"
    nurse = desk.sign_in()
    nurse.client.set_cookie(
        "__Host-provider", physician.client.get_cookie("__Host-provider").value, secure=True
    )
    assert nurse.client.get(house.authorise(there(sent.text))).location.startswith("/desk/sign-in")
    assert identities(desk) == 1


def test_no_page_elsewhere_links_its_own_sign_in_to_an_account(desk, house):
    """Whoever could would come in as the nurse for ever."""
    nurse = desk.sign_in()
    assert nurse.client.post("/desk/account/provider").status_code == 403, "without the session's own secret"
    assert nurse.client.get("/desk/account/provider").status_code == 405
    for path, fields in (("/desk/provider", {}), ("/desk/invitation/provider", {"token": "al_none"})):
        elsewhere = {"Sec-Fetch-Site": "cross-site"}
        assert desk.app.test_client().post(path, data=fields, headers=elsewhere).status_code == 403


def test_an_identity_is_one_person_and_a_person_one_identity(desk, house):
    nurse, physician = desk.sign_in(), desk.sign_in("physician")
    link(nurse, house)
    sent = physician.post("/desk/account/provider")
    taken = physician.client.get(house.authorise(there(sent.text)))
    assert (taken.status_code, "linked to another account" in taken.text) == (409, True)
    house.subject = "u-renamed"
    link(nurse, house)
    assert identities(desk) == 1
    house.subject = "u-4711"
    assert come_back(desk, house)[1].status_code == 403, "the one before opens nothing any more"
    assert nurse.post("/desk/account/provider/remove").status_code == 303
    assert identities(desk) == 0
    assert len(desk.audited("staff.provider_remove")) == 1


def test_whoever_is_disabled_or_changes_role_is_so_at_once_whatever_the_provider_says(desk, house):
    link(desk.sign_in(), house)
    client, _ = come_back(desk, house)
    with desk.clinic.unit(write=True) as session:
        nurse = session.scalars(own(session, Staff).where(Staff.role == "nurse")).one()
        nurse.role = "researcher"
    house.spoil = lambda claims: {**claims, "roles": ["physician"], "groups": ["admin"]}
    client, inside = come_back(desk, house)
    assert inside.location == "/desk/results", "roles are ours"
    with desk.clinic.unit(write=True) as session:
        session.scalars(
            own(session, Staff).where(Staff.role == "researcher")
        ).one().disabled_at = datetime.now(UTC)
    assert client.get("/desk/results").status_code == 303
    refused = come_back(desk, house)[1]
    assert (refused.status_code, refused.headers.get("Set-Cookie", "")[:13]) == (401, "")


def test_no_address_in_what_comes_back_leads_off_the_desk(desk, house):
    link(desk.sign_in(), house)
    for back in ("https://evil.example/", "//evil.example/", "/desk/\\evil.example", "/app/"):
        client = desk.app.test_client()
        inside = client.get(f"{house.authorise(begin(client, back=back))}&back=https://evil.example/")
        assert inside.location == "/desk/", back


def test_a_provider_that_refuses_says_so_in_our_own_words(desk, house):
    client = desk.app.test_client()
    state = re.search("state=[^&]*", begin(client))[0]
    told = client.get(f"/desk/provider/back?{state}&error=access_denied&error_description=<b>call+0900</b>")
    assert told.status_code == 422
    assert "0900" not in told.text
    client = desk.app.test_client()
    back = house.authorise(begin(client))
    assert client.get(re.sub("iss=.*", "iss=https://evil.example", back)).status_code == 422, "mixed up"


def test_keys_may_be_changed_and_a_flood_of_unknown_ones_asks_the_provider_no_oftener(desk, house):
    link(desk.sign_in(), house)
    house.kid, house.published = "second", ("first", "second")
    moments = [found for found in house.asked if found == "GET /keys"]
    assert come_back(desk, house)[1].status_code == 422, "the keys were read a moment ago"
    provider = desk.app.extensions["diary.provider"]
    document, read_s = provider._far._kept["keys"]
    provider._far._kept["keys"] = (document, read_s - 61)
    assert come_back(desk, house)[1].status_code == 303
    house.sign = SIGNATURES["an unknown key"]
    for _ in range(3):
        assert come_back(desk, house)[1].status_code == 422
    assert len([found for found in house.asked if found == "GET /keys"]) == len(moments) + 1


def test_a_provider_that_is_away_slow_lying_or_sends_us_on_is_told_so_in_seconds(sqlite_url, house):
    engine = make_engine(sqlite_url)
    desk = desk_on(engine, **house.settings())
    nurse = desk.sign_in()

    def away(**about: object) -> str:
        desk.app.extensions.pop("diary.provider", None)
        house.about = about
        sent = desk.app.test_client().post("/desk/provider")
        assert (sent.status_code, sent.headers.get("Retry-After")) == (503, None), sent.text
        return words_of(sent.text)

    assert "another issuer" in away(issuer="https://evil.example")
    assert "no usable address" in away(authorization_endpoint="javascript:alert(1)")
    assert "no usable address" in away(authorization_endpoint=f"{house.issuer}/\r\nSet-Cookie: x=y")
    assert "does not answer" in away(padding="x" * 70_000), "no endless answer is read"
    with desk.reading() as session:
        assert session.query(SignInStep).count() == 0
    desk.app.extensions.pop("diary.provider", None)
    house.about, house.redirect_to = {}, f"{house.issuer}/inside"
    client, refused = come_back(desk, house)
    assert refused.status_code == 503
    assert not [path for path in house.asked if path.endswith("/inside")], "no redirect is followed"

    house.redirect_to = None
    desk.app.extensions.pop("diary.provider", None)
    client = desk.app.test_client()
    address = begin(client)
    provider = desk.app.extensions["diary.provider"]
    provider._far._outbound._whole_max_s, house.drip_s = 0.2, 0.01
    assert client.get(house.authorise(address)).status_code == 503, "it talks for seconds, and is cut off"
    assert nurse.get("/desk/"), "meanwhile the others work"
    house.drip_s = 0.0
    for _ in range(4):
        provider._far._calls.acquire(blocking=False)
    assert "busy" in words_of(client.get(house.authorise(begin(client))).text)
    engine.dispose()


def test_the_doctor_asks_the_provider_what_it_says_of_itself(house):
    settings = Settings.from_env({"DIARY_SECRET_KEY": SECRET, **house.settings()})
    assert doctor.provider(settings).status == "ok"
    house.about = {"issuer": f"{house.issuer}/"}
    told = doctor.provider(settings)
    assert (told.status, "another issuer" in told.what) == ("FAIL", True)


def test_where_there_is_no_provider_nothing_of_it_is_shown_or_answers(sqlite_url):
    engine = make_engine(sqlite_url)
    desk = desk_on(engine)
    nurse = desk.sign_in()
    assert "or</span>" not in words_of(desk.app.test_client().get("/desk/sign-in").text)
    assert desk.app.test_client().post("/desk/provider").status_code == 404
    assert nurse.post("/desk/account/provider").status_code == 404
    assert (
        desk.app.test_client().get("/desk/provider/back?code=x&state=y").location.startswith("/desk/sign-in")
    )
    engine.dispose()


def test_guesses_at_the_way_back_are_counted(desk):
    client = desk.app.test_client()
    for _ in range(SIGN_INS_PER_ADDRESS):
        assert client.get("/desk/provider/back?code=x&state=y").status_code == 303
    assert client.get("/desk/provider/back?code=x&state=y").status_code == 429


def test_a_clinic_that_requires_it_lets_staff_only_link_it_and_an_admin_in_without(sqlite_url, house):
    engine = make_engine(sqlite_url)
    desk = desk_on(engine, **house.settings(DIARY_PROVIDER_REQUIRED="on"))
    nurse, admin = desk.sign_in(), desk.sign_in("admin")
    go_live(desk)
    with desk.engine.begin() as connection:
        connection.execute(text("UPDATE staff_session SET way = 'password_code'"))
    for path in ("/desk/", "/desk/patients", "/desk/account/password"):
        sent = nurse.client.get(path)
        assert (sent.status_code, sent.location) == (303, "/desk/account?done=provider_missing"), path
    body = {"email": email_of("nurse"), "password": PASSWORD}
    token = desk.app.test_client().post("/v1/sessions", json=body).json["token"]
    refused = desk.app.test_client().get("/v1/patients", headers={"Authorization": f"Bearer {token}"})
    assert (refused.status_code, refused.json["code"]) == (403, "provider_missing")
    assert admin.client.get("/desk/staff").status_code == 200, "the provider may be away"
    link(nurse, house)
    assert nurse.client.get("/desk/patients").status_code == 200
    engine.dispose()
