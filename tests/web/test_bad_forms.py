"""Forms that no page of ours would send, at the desk and on the phone: refused as a page, storing nothing."""

import io
import re
from typing import Any, Final
from urllib.parse import urlencode

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from config.settings import BODY_MAX_BYTES
from diary.storage.patients import patient_by_uid
from diary.web.asking import CSRF_FIELD, CSRF_HEADER, DEVICE_COOKIE, STAFF_COOKIE, csrf_token
from diary.web.body import FORM_PARTS_MAX
from diary.web.rights import ANYONE, PATIENT, RIGHTS, STAFF
from tests.api.people import SECRET
from tests.web.answers import not_refused, unsound
from tests.web.examples import BODIES, FORMS, UID, routes
from tests.web.ground import Ground
from tests.web.stored import nothing_stored

FORM: Final = "application/x-www-form-urlencoded"
JOIN_COOKIE: Final = "__Host-join"
# Not of the form itself: its secret is tried below, and where it leads back to is no value.
APART: Final = {CSRF_FIELD, "back"}
# A box is ticked or not, a layout one of three, a search whatever was typed: none of these can be wrong.
NEVER_WRONG: Final = {"stopped_early", "stride", "chart", "layout", "mails", "q"}
# A refused form is shown again, and to read who a patient is leaves its trace.
TRACES: Final = ("audit",)
KIND_OF: Final = {"infusions": "administration", "entries": "entry", "studies": "study"}
A_FORM: Final = re.compile(r"<form([^>]*)>(.*?)</form>", re.DOTALL)
NAME: Final = re.compile(r'<(?:input|select|textarea|button)[^>]* name="([^"]+)"')

# As they stand in a body, percent-encoded. No field may hold these.
UNSEEN: Final = ("a%00b", "a%E2%80%AEb", "%1B%5B2J", "x" * 5000)
DAYS: Final = (
    "2026-02-30",
    "20260105",
    "2026-W09-1",
    "0000-01-01",
    "10000-01-01",
    "2026-01-05T00%3A00Z",
    "today",
)
NUMBERS: Final = (
    "-1",
    "1_0",
    "%2B5",
    "1e1",
    "Infinity",
    "NaN",
    "9" * 5000,
    "5.5.5",
    "%D9%A5",
    "0x5",
    "1e400",
)
IDS: Final = (
    UID.upper(),
    UID.replace("-", ""),
    f"urn%3Auuid%3A{UID}",
    "5",
    "%D9%A5" * 36,
)
# They read no field: a worker's receipt for a note, and what a browser asks before it signs in elsewhere.
NO_FORMS: Final = ("POST phone.note_shown", "POST desk.passkey_options", "POST desk.to_provider")
# Of those, what a database would refuse in its own way; the rest is refused before either is asked.
SHARP: Final = {UNSEEN[0], UNSEEN[-1], "0000-01-01", "10000-01-01", "Infinity", "NaN", "9" * 5000}
DAY_FIELDS: Final = re.compile(r"day|until|.*_day|.*_on|.*birth_date")
NUMBER_FIELDS: Final = re.compile(
    r"nrs|hours|hours_a_day|dose_mg_kg_h|infusion_days|series_gap_max_days|.*_u_l|version"
)
ID_FIELDS: Final = re.compile(r"id|of|alert|patient|regimen|booking|supersedes")


def forms(here: Ground) -> list[str]:
    """Every route of a page that takes a form."""
    return [
        route
        for route in routes(here.app)
        if re.match(r"POST (desk|phone)\.", route) and route not in NO_FORMS
    ]


def browser(here: Ground, route: str) -> tuple[FlaskClient, str]:
    """A browser with the door's cookie, and the secret that its forms carry."""
    client = here.app.test_client()
    if route.startswith("POST desk."):
        name, token = STAFF_COOKIE, here.caller(route).token or "nobody"
    elif ANYONE in RIGHTS[route]:
        name, token = JOIN_COOKIE, "j" * 43
    else:
        name, token = DEVICE_COOKIE, here.callers[PATIENT].token or ""
    client.set_cookie(name, token)
    return client, csrf_token(SECRET, token)


def own_address(here: Ground, route: str) -> str:
    """The address of our own object: at the desk the word before a uid says what it names."""
    found = re.match(r"/desk/(\w+)/<uid:uid>", routes(here.app)[route].rule)
    kind = KIND_OF.get(found[1], found[1].removesuffix("s")) if found else ""
    return here.address(route).replace(UID, here.uids.get(kind, UID), 1)


def example(here: Ground, route: str) -> dict[str, str]:
    """The form as its page sends it, about our own objects."""
    own = {"of": "entry", "alert": "alert", "patient": "patient", "regimen": "regimen", "chair": "chair"}
    known = FORMS.get(route, {})
    return {"version": "1", **known, **{key: here.uids[kind] for key, kind in own.items() if key in known}}


def fields(here: Ground, route: str) -> set[str]:
    """Every field of the form: those of the example, and those of the page that shows it.

    A page may hold other forms, too: those are sent elsewhere.
    """
    names = set(FORMS.get(route, {}))
    if route.replace("POST", "GET") in routes(here.app):
        client, _ = browser(here, route)
        page = client.get(own_address(here, route)).text.partition("<main")[2]
        for start, form in A_FORM.findall(page):
            if "action=" not in start or f'action="{own_address(here, route)}"' in start:
                names |= set(NAME.findall(form))
    return names - APART - NEVER_WRONG


def bad_texts(field: str, *, sharp: bool) -> list[str]:
    """What the field may never hold; or the sharp part of it."""
    texts = [*UNSEEN]
    for form, wrong in ((DAY_FIELDS, DAYS), (NUMBER_FIELDS, NUMBERS), (ID_FIELDS, IDS)):
        texts += wrong if form.fullmatch(field) else []
    return [text for text in texts if text in SHARP or not sharp]


def page_fault(answer: TestResponse) -> str | None:
    """What is wrong with a refusal that must be a whole page; None when it is in order."""
    if answer.status_code < 400 or answer.status_code in (401, 404, 405):
        return f"it is {answer.status_code}"
    return unsound(answer)


def test_every_field_of_every_form_refuses_what_it_may_never_hold(here, shared_url):
    wrong, tried, sharp = [], 0, shared_url.startswith("postgresql")
    known = {route: fields(here, route) for route in forms(here)}
    with nothing_stored(here, but=TRACES):
        for route, names in known.items():
            client, secret = browser(here, route)
            right = {**example(here, route), CSRF_FIELD: secret}
            for field in sorted(names):
                rest = urlencode({name: value for name, value in right.items() if name != field})
                for text in bad_texts(field, sharp=sharp):
                    data = f"{rest}&{field}={text}"
                    fault = page_fault(client.post(own_address(here, route), data=data, content_type=FORM))
                    wrong += [f"{route} {field}={text:.40}: {fault}"] if fault else []
                    tried += 1
        assert wrong == []
    assert tried > (250 if sharp else 500)


def test_a_refused_form_comes_back_filled_and_says_what_is_wrong_where(here):
    client, secret = browser(here, "POST desk.happening")
    sent = {
        CSRF_FIELD: secret,
        "kind": "liver_test",
        "day": "2026-02-30",
        "detail": "<b>kept</b>",
        "alt_u_l": "٥",
    }
    page = client.post(own_address(here, "POST desk.happening"), data=sent)
    assert page.status_code == 422
    assert {"e-day", "e-alt_u_l"} == set(re.findall(r'class="fault" id="([^"]+)"', page.text))
    assert "&lt;b&gt;kept&lt;/b&gt;" in page.text
    assert "<b>kept" not in page.text


# Nobody is signed in who could have a secret: these refuse pages elsewhere, see below.
NOBODY_YET: Final = (
    "POST desk.sign_in",
    "POST desk.sign_in_code",
    "POST desk.passkey_sign_in",
    "POST desk.set_own_password",
    "POST desk.join_by_provider",
)


def secrets(token: str) -> tuple[str | None, ...]:
    """What a page elsewhere could send for the form's secret."""
    return (None, "", "x", "0" * 64, "\u00e9" * 64, "x" * 10_000, csrf_token(SECRET, "st_another"), token)


def test_no_form_is_taken_without_the_secret_of_its_own_session(here):
    wrong = []
    with nothing_stored(here):
        for route in forms(here):
            # Who opens a shared link is nobody: the link's own code opens it, wherever the form stood.
            if route in (*NOBODY_YET, "POST phone.open_shared"):
                continue
            client, _ = browser(here, route)
            for secret in secrets(SECRET):
                data = example(here, route) | ({} if secret is None else {CSRF_FIELD: secret})
                answer = client.post(own_address(here, route), data=data)
                right = answer.status_code == 403 and not unsound(answer)
                wrong += [] if right else [f"{route} {secret!r:.20}: {answer.status_code}"]
        assert wrong == []


def test_no_change_at_the_api_by_the_desks_cookie_is_taken_without_it_either(here):
    wrong = []
    with nothing_stored(here):
        for route in routes(here.app):
            path = here.address(route)
            if route.startswith("GET") or not path.startswith("/v1/") or not RIGHTS[route] & STAFF:
                continue
            client = here.app.test_client()
            client.set_cookie(STAFF_COOKIE, staff_token(here, route))
            for headers in ({}, {CSRF_HEADER: "x"}, {CSRF_HEADER: "\xff" * 64}):
                sent = {"headers": headers, "json": BODIES.get(route, {})}
                fault = not_refused(client.open(path, method=route.split()[0], **sent), 403, "csrf_failed")
                wrong += [f"{route} {headers}: {fault}"] if fault else []
        assert wrong == []


def staff_token(here: Ground, route: str) -> str:
    """Somebody of staff who may use the route."""
    role = next(role for role in here.callers if role in RIGHTS[route] & STAFF)
    return here.callers[role].token or ""


def test_a_page_elsewhere_signs_nobody_in(here):
    """Its form would make a colleague work under another's name."""
    headers = {"Sec-Fetch-Site": "cross-site"}
    for route in (*NOBODY_YET, "POST desk.passkey_options", "POST desk.to_provider"):
        answer = here.app.test_client().post(here.address(route), data=FORMS.get(route), headers=headers)
        assert (answer.status_code, "Set-Cookie" in answer.headers) == (403, False), route


def test_a_form_that_is_no_form_or_too_large_is_refused_as_a_page(here):
    wrong = []
    with nothing_stored(here, but=TRACES):
        for route in forms(here):
            client, secret = browser(here, route)
            for name, sent in not_forms({**example(here, route), CSRF_FIELD: secret}).items():
                answer = client.post(own_address(here, route), **sent)
                right = answer.status_code in (400, 403, 413, 422) and not unsound(answer)
                wrong += [] if right else [f"{route} {name}: {answer.status_code} {unsound(answer)}"]
        assert wrong == []


def not_forms(right: dict[str, str]) -> dict[str, dict[str, Any]]:
    """What is sent for a form, by name: of the fields that it has, none arrives."""
    multipart = "multipart/form-data; boundary=x"
    part = '--x\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
    parts = "".join(part.format(name, value) for name, value in right.items()).encode()
    return {
        "over the limit": {"data": urlencode(right) + "&x=" + "x" * BODY_MAX_BYTES, "content_type": FORM},
        "too many parts": {"data": parts * (FORM_PARTS_MAX + 1), "content_type": multipart},
        "a part without end": {"data": parts + b"--x\r\nContent-Disp", "content_type": multipart},
        "no boundary": {"data": parts, "content_type": "multipart/form-data"},
        "an empty boundary": {"data": parts, "content_type": "multipart/form-data; boundary="},
        "JSON": {"json": right},
        "plain text": {"data": urlencode(right), "content_type": "text/plain"},
        "nothing": {},
        "raw bytes": {"data": b"\xff\xfe" * 100, "content_type": FORM},
        "files for texts": {"data": {name: (io.BytesIO(b"x"), "x.txt") for name in right}},
    }


def test_a_field_that_no_page_has_sets_nothing(here):
    """What is not the form's to set is not set by it: whose patient it is, in which state, since when."""
    client, secret = browser(here, "POST desk.admit")
    more = {
        "clinic_id": "999",
        "id": "999",
        "uid": UID,
        "version": "77",
        "follow_state": "stopped",
        "role": "admin",
    }
    sent = {**FORMS["POST desk.admit"], "pseudonym": "P-more", **more, CSRF_FIELD: secret}
    made = client.post("/desk/patients/new", data=sent)
    assert made.status_code == 303
    uid = re.findall(r"patients/([0-9a-f-]{36})", made.location)[0]
    with here.clinic.unit() as session:
        patient = patient_by_uid(session, uid)
        assert patient is not None
        known = (patient.clinic_id, patient.follow_state, patient.version)
    assert uid != UID
    assert known == (here.clinic.clinic_id, "followed", 2)  # the second version has its name
