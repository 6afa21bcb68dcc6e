"""Keys of other programs at the desk: scoped, shown once, revoked at once; and pages that hide themselves."""

import re

import pytest

from diary.services.staff import SESSION_IDLE
from diary.storage.engine import make_engine
from diary.web.asking import CSRF_FIELD, STAFF_COOKIE, csrf_token
from tests.desk.house import SECRET, Desk, Person, desk_on

SCOPE = "patients:read"


def made(admin: Person, *scopes: str) -> tuple[str, str]:
    """The page's answer and the key on it."""
    told = admin.post("/desk/keys/new", name="Hospital system", scopes=list(scopes))
    found = re.search(r"<code>(dk_(?:test|live)_[\w-]+)</code>", told.text)
    return told.text, found[1] if found else ""


def ask(desk: Desk, key: str, path: str) -> int:
    return desk.app.test_client().get(path, headers={"Authorization": f"Bearer {key}"}).status_code


def test_a_key_opens_what_was_ticked_is_shown_once_and_opens_nothing_once_revoked(desk):
    admin = desk.sign_in("admin")
    _, key = made(admin, SCOPE)
    assert key.startswith("dk_test_"), "in a sandbox"
    assert ask(desk, key, "/v1/patients") == 200
    assert ask(desk, key, "/v1/alerts") == 403

    page = admin.get("/desk/keys")
    assert key not in page
    assert key[:12] in page
    (uid,) = re.findall(r"/desk/keys/([0-9a-f-]{36})/revoke", page)
    admin.post(f"/desk/keys/{uid}/revoke")
    assert ask(desk, key, "/v1/patients") == 401
    assert "revoked" in admin.get("/desk/keys")
    assert len(desk.audited("key.make")) == len(desk.audited("key.revoke")) == 1


@pytest.mark.parametrize("scopes", [(), ("everything",)])
def test_a_key_without_a_scope_or_with_a_made_up_one_is_not_made(desk, scopes):
    admin = desk.sign_in("admin")
    text, key = made(admin, *scopes)
    assert (key, "Nothing was saved yet" in text) == ("", True)


def test_only_an_admin_makes_keys(desk):
    nurse = desk.sign_in()
    assert nurse.client.get("/desk/keys").status_code == 403
    assert nurse.post("/desk/keys/new", name="Mine", scopes=[SCOPE]).status_code == 403


def test_a_page_that_nobody_touches_hides_itself_and_leads_back(desk):
    nurse = desk.sign_in()
    header = nurse.client.get("/desk/patients?page=2").headers["Refresh"]
    assert header == f"{int(SESSION_IDLE.total_seconds())}; url=/desk/locked?back=/desk/patients?page%3D2"
    hidden = desk.app.test_client().get(header.partition("url=")[2])
    assert hidden.status_code == 200
    assert 'href="/desk/patients?page=2"' in hidden.text
    assert "Refresh" not in hidden.headers
    for path in ("/desk/sign-in", "/desk/static/desk.css"):
        with desk.app.test_client().get(path) as answer:
            assert "Refresh" not in answer.headers
    away = desk.app.test_client().get("/desk/locked?back=https://evil.example/desk/").text
    assert "evil.example" not in away


@pytest.mark.parametrize(("last_day", "status"), [("2199-12-31", 303), ("2026-01-05", 403)])
def test_a_page_from_before_a_new_secret_still_works_until_the_old_ones_last_day(
    sqlite_url, last_day, status
):
    """The session itself stands in the database: nobody is signed out by a new secret."""
    engine = make_engine(sqlite_url)
    desk = desk_on(
        engine,
        DIARY_SECRET_KEY=SECRET.swapcase(),
        DIARY_SECRET_KEY_FALLBACKS=f"{SECRET}@{last_day}",
    )
    nurse = desk.sign_in()
    cookie = nurse.client.get_cookie(STAFF_COOKIE)
    assert cookie is not None
    form = {CSRF_FIELD: csrf_token(SECRET, cookie.value)}
    assert nurse.client.post("/desk/account/sessions/end-others", data=form).status_code == status
    assert nurse.client.get("/desk/").status_code == 200
    engine.dispose()
