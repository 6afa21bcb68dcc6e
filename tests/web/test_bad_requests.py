"""Addresses, methods, headers and cookies that are nonsense are refused plainly, and nothing is stored."""

from typing import Any, Final
from urllib.parse import quote

from werkzeug.test import TestResponse

from diary.web.asking import DEVICE_COOKIE, STAFF_COOKIE, csrf_token
from diary.web.rights import ANYONE, PATIENT, RIGHTS
from tests.api.people import SECRET, answer_of
from tests.web.answers import not_refused, unsound
from tests.web.examples import BLANK, BODIES, FORMS, UID, address, routes
from tests.web.ground import TODAY, Ground, send
from tests.web.stored import nothing_stored

# Spelt so, nothing of ours is named: neither an id nor a day nor a file.
SPELLINGS: Final = (
    UID.upper(),
    UID.replace("-", ""),
    f"{{{UID}}}",
    f"urn:uuid:{UID}",
    f"{UID}\n",
    f" {UID}",
    UID.replace("0", "٠"),
    UID.replace("0", "０"),
    UID[:-1],
    "1",
    "5",
    "٥",
    "９" * 30,
    "9" * 30,
    "-1",
    "null",
    "%00",
    "\x00",
    "\x1b[2J",
    "\u202e",
    "..",
    "%2e%2e%2fetc%2fpasswd",
    "2026-02-30",
    "20260105",
    "2026-W02-1",
    "0000-01-01",
    "10000-01-01",
    "' OR 1=1 --",
    "<script>",
    "x" * 5000,
)
# Who comes by a link that opens nothing is told so, however it is spelt.
OPENS_NOTHING: Final = {"GET desk.link_page": 409}
METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND", "FROB")


def open_as(here: Ground, route: str, path: str, **options: Any) -> TestResponse:
    """A request of somebody who may use the route, to any address."""
    token = here.caller(route).token
    headers = [("Authorization", f"Bearer {token}")] if token else []
    return here.app.test_client().open(path, headers=[*headers, *options.pop("headers", [])], **options)


def test_no_other_spelling_of_an_id_a_day_or_a_file_is_an_address(here):
    wrong, tried = [], 0
    with nothing_stored(here):
        for route, rule in routes(here.app).items():
            for _, _, part in BLANK.findall(rule.rule):
                for spelling in SPELLINGS:
                    path = address(rule, **{part: quote(spelling, safe="%")})
                    answer = open_as(here, route, path, method=route.split()[0], json={})
                    fault = unsound(answer)
                    closed = OPENS_NOTHING.get(route)
                    if fault or answer.status_code not in (404, 405, 308, closed):
                        wrong.append(f"{route} {spelling!r:.40}: {answer.status_code} {fault}")
                    tried += 1
    assert wrong == []
    assert tried > 1500


NOWHERE: Final = (
    "//",
    "/.",
    "/v1",
    "/v1/",
    "/V1/patients",
    "/v1//patients",
    "/v1/patients/",
    "/v1/../v1/patients",
    "/v1/patients/%",
    "/v1/patients/%zz",
    "/v1/patients/%ff",
    "/v1/patients/%C0%AF",
    "/v1/patients;x=1",
    "/v1/patients%00",
    "/v1/patients%0d%0aX-Injected:%20yes",
    "/v1/entries/batch/" + "a/" * 2000,
    "/desk/static/../../../config/settings.py",
    "/desk/static/%2e%2e/%2e%2e/app.py",
    "/desk/static/%00",
    "/docs/static//etc/passwd",
    "/app/static/C:%5Cwindows",
    "/problems/../../etc/passwd",
    "/problems/%2e%2e%2fsecret",
    "/app/days/2026-02-30/change",
    "/desk/bookings/" + UID + "/explode",
)


def test_an_address_of_nothing_is_not_found_and_nothing_is_injected(here):
    wrong = []
    for path in NOWHERE:
        answer = open_as(here, "GET patients.list_patients", path)
        injected = "X-Injected" in answer.headers or "secret_key" in answer.text
        fault = unsound(answer) or injected or answer.status_code not in (404, 308)
        wrong += [f"{path!r:.60}: {answer.status_code} {fault}"] if fault else []
    assert wrong == []


def test_another_method_is_refused_with_the_ones_that_are_taken(here):
    taken: dict[str, set[str]] = {}
    for route, rule in routes(here.app).items():
        taken.setdefault(rule.rule, set()).add(route.split()[0])
    wrong = []
    with nothing_stored(here):
        for route, rule in routes(here.app).items():
            for method in METHODS:
                if method not in taken[rule.rule]:
                    answer = open_as(here, route, here.address(route), method=method, json={})
                    allowed = set(answer.headers.get("Allow", "").split(", ")) - {"HEAD", "OPTIONS"}
                    if unsound(answer) or answer.status_code != 405 or allowed != taken[rule.rule]:
                        wrong.append(f"{method} {rule.rule}: {answer.status_code} {allowed}")
    assert wrong == []


def test_options_does_nothing_and_head_answers_like_get_without_a_body(here):
    with nothing_stored(here):
        asked = [open_as(here, route, here.address(route), method="OPTIONS") for route in routes(here.app)]
    assert [unsound(answer) for answer in asked if unsound(answer)] == []
    wrong = []
    for route in routes(here.app):
        if route.startswith("GET"):
            head, get = (open_as(here, route, here.address(route), method=each) for each in ("HEAD", "GET"))
            same = (head.status_code, head.mimetype, head.data) == (get.status_code, get.mimetype, b"")
            wrong += [] if same else [f"{route}: {head.status_code} for {get.status_code}"]
            get.close()
    assert wrong == []


MADE_UP: Final = "st_" + "A" * 43
AUTHORIZATIONS: Final = (
    f"Bearer {MADE_UP}",
    f"Bearer {MADE_UP.replace('st_', 'dv_')}",
    f"Bearer {MADE_UP.replace('st_', 'dk_test_')}",
    "Bearer ",
    "Bearer \xff\xfe",
    "",
    "Bearer",
    "Bearer  ",
    "Bearer x",
    "Bearer " + "x" * 100_000,
    f"Bearer {MADE_UP.replace('st_', 'dk_live_')}",
    "Bearer ' OR 1=1 --",
    "Basic bmFtZTpwYXNzd29yZA==",
    "Basic !!!",
    "Digest username=",
    'Bearer "quoted"',
    "Bearer null",
    "Bearer eyJhbGciOiJub25lIn0.e30.",
    "Negotiate",
    "=",
    ";",
)


# One of each door; every other route is tried with the first of each list.
DOORS: Final = ("POST entries.post_entry", "GET alerts.list_alerts", "GET desk.worklist", "POST phone.save")


def every_route(here: Ground, values: tuple[str, ...], few: int) -> list[tuple[str, str]]:
    """Each route that is not for everybody with some of the values, and one of each door with all."""
    guarded = [route for route in routes(here.app) if ANYONE not in RIGHTS[route]]
    return [(route, value) for route in guarded for value in (values if route in DOORS else values[:few])]


def test_no_nonsense_in_authorization_lets_anybody_in(here):
    wrong = []
    with nothing_stored(here):
        for route, value in every_route(here, AUTHORIZATIONS, 5):
            answer = stranger(here, route, [("Authorization", value)])
            wrong += [] if kept_out(answer) else [f"{route} {value!r:.40}: {answer.status_code}"]
    assert wrong == []


def stranger(here: Ground, route: str, headers: list[tuple[str, str]]) -> TestResponse:
    """The route's own example, from somebody with these headers and no others."""
    json = route.startswith(("POST", "PATCH")) and "/v1/" in here.address(route)
    sent: dict[str, Any] = {"json": BODIES.get(route, {})} if json else {"data": FORMS.get(route)}
    return here.app.test_client(use_cookies=False).open(
        here.address(route), method=route.split()[0], headers=headers, **(sent if "GET" not in route else {})
    )


def kept_out(answer: TestResponse) -> bool:
    """401 as a problem or a page, 403 for a form without its secret, or sent to sign in."""
    if answer.status_code == 303:
        return answer.location.startswith(("/desk/sign-in", "/app/join"))
    return unsound(answer) is None and answer.status_code in (401, 403)


def test_of_two_authorizations_none_counts(here):
    """Servers join them: what one of them reads first, another reads last."""
    token = f"Bearer {here.callers['nurse'].token}"
    for both in (f"{token}, Bearer {MADE_UP}", f"Bearer {MADE_UP}, {token}", f"{token}, {token}"):
        answer = stranger(here, "GET patients.list_patients", [("Authorization", both)])
        assert not_refused(answer, 401, "not_signed_in") is None


COOKIES: Final = (
    "{name}=" + MADE_UP,
    "{name}=\xff\xfe",
    "",
    "=",
    ";;;",
    "{name}",
    "{name}=",
    "{name}=x",
    '{name}="unclosed',
    '{name}="\\377\\000"',
    "{name}=" + "x" * 20_000,
    "{name}=" + MADE_UP + "; {name}=" + MADE_UP,
    "{name}=%00",
    "a=b; " * 2000 + "{name}=x",
)


def test_no_nonsense_in_cookies_lets_anybody_in(here):
    wrong = []
    with nothing_stored(here):
        for route, cookie in every_route(here, COOKIES, 2):
            for name in (STAFF_COOKIE, DEVICE_COOKIE):
                answer = stranger(here, route, [("Cookie", cookie.format(name=name))])
                wrong += [] if kept_out(answer) else [f"{route} {cookie!r:.40}: {answer.status_code}"]
    assert wrong == []


def test_a_cookie_of_one_door_opens_no_other(here):
    """A phone's cookie is none of staff's, and staff's none of a phone's, whatever name it goes by."""
    phone, nurse = here.callers[PATIENT].token, here.callers["nurse"].token
    for cookie, path in (
        (f"{STAFF_COOKIE}={phone}", "/desk/"),
        (f"{DEVICE_COOKIE}={nurse}", "/app/"),
        (f"{DEVICE_COOKIE}={phone}", "/v1/me"),
    ):
        answer = here.app.test_client(use_cookies=False).get(path, headers=[("Cookie", cookie)])
        assert answer.status_code in (303, 401, 403), path


def test_a_phones_cookie_opens_the_api_only_with_its_own_csrf_token_and_beside_any_other_cookie(here):
    phone, nurse = here.callers[PATIENT].token, here.callers["nurse"].token
    cookies = f"{DEVICE_COOKIE}={phone}; {STAFF_COOKIE}={nurse}"
    own, others = csrf_token(SECRET, phone), csrf_token(SECRET, nurse)
    seen = [
        here.app.test_client(use_cookies=False).get(
            "/v1/me", headers=[("Cookie", cookies), ("X-CSRF-Token", token)]
        )
        for token in (own, others, "")
    ]
    assert [answer.status_code for answer in seen] == [200, 403, 403], "staff have no diary of their own"


def test_an_answer_saved_at_the_page_by_a_token_is_told_as_saved(here):
    """A phone that shows the page by its token has no cookie to be given again."""
    path, headers = f"/app/days/{TODAY}", {"Authorization": f"Bearer {here.callers[PATIENT].token}"}
    answer = here.app.test_client().post(path, data={"nrs": "4"}, headers=headers)
    assert (answer.status_code, "Set-Cookie" in answer.headers) == (303, False)


VERSIONS: Final = (
    "",
    '""',
    "*1",
    '"1',
    "'1'",
    '"01"',
    '"+1"',
    '"1.0"',
    '"٧"',
    '"-1"',
    '"999999999999999999999"',
    'W/"1"',
    '"1' + "x" * 10_000 + '"',
    '"\\"1\\""',
    ",,,",
    '"2", "3"',
    "\xff",
    "None",
)


def test_a_change_under_a_version_that_nobody_saw_is_refused(here):
    wrong = []
    with nothing_stored(here):
        for seen in VERSIONS:
            answer = send(here, "POST alerts.acknowledge", "{}", headers={"If-Match": seen})
            fault = not_refused(answer, 412, "changed_meanwhile")
            wrong += [f"{seen!r:.40}: {fault}"] if fault else []
    assert wrong == []


ODD_HEADERS: Final = (
    ("Accept", "application/xml"),
    ("Accept", "\xff;q=nonsense"),
    ("Accept-Language", "x" * 5000),
    ("Accept-Encoding", "br;q=-1"),
    ("Range", "bytes=5-1"),
    ("Range", "bytes=abc"),
    ("If-None-Match", '"unclosed'),
    ("If-Modified-Since", "yesterday"),
    ("If-Range", "\xff"),
    ("Content-Length", "-5"),
    ("Content-Length", "many"),
    ("Expect", "200-nonsense"),
    ("Forwarded", "for=\xff"),
    ("X-Forwarded-For", "' OR 1=1 --, " * 100),
    ("X-Forwarded-Host", "evil.example"),
    ("X-Forwarded-Proto", "gopher"),
    ("X-HTTP-Method-Override", "DELETE"),
    ("X-CSRF-Token", "\xff"),
    ("Origin", "null"),
    ("Referer", "\xff"),
    ("User-Agent", "\x7f" * 4000),
    ("Cache-Control", "max-age=nonsense"),
    ("Date", "0000-00-00"),
    ("Transfer-Encoding", "gzip, chunked"),
    ("Host", "evil.example"),
    ("Host", "[::1"),
    ("Host", "a b"),
    ("Host", "\xff"),
    ("Host", ":99999"),
    ("Host", ""),
)


def test_a_header_that_is_nonsense_makes_no_error_at_any_door(here):
    paths = [("GET patients.list_patients", "/v1/patients"), ("GET docs.description", "/openapi.json")]
    paths += [("GET desk.worklist", "/desk/"), ("GET desk.static", "/desk/static/desk.css")]
    paths += [("GET phone.today", "/app/"), ("POST entries.post_entry", "/v1/entries")]
    wrong = []
    for name, value in ODD_HEADERS:
        for route, path in paths:
            sent = {"json": answer_of(TODAY, 4)} if route.startswith("POST") else {}
            answer = open_as(here, route, path, method=route.split()[0], headers=[(name, value)], **sent)
            fault = unsound(answer)
            leads_away = "evil.example" in answer.text + str(answer.headers)
            wrong += [f"{name}: {value!r:.40} at {path}: {fault}"] if fault or leads_away else []
            answer.close()
    assert wrong == []
