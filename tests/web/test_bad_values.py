"""Each key of each body and query takes exactly what the API's description says, and stores nothing else."""

import json
from datetime import date, timedelta
from typing import Any, Final

from config.settings import BATCH_MAX_ENTRIES
from diary.web.pages import Place, cursor_of
from diary.web.rights import PATIENT
from tests.api.people import answer_of
from tests.web.answers import not_refused
from tests.web.described import Key, body_keys, query_keys
from tests.web.examples import BODIES
from tests.web.ground import TODAY, send
from tests.web.stored import changed, everything, nothing_stored
from tests.web.wrong_values import ARABIC_FIVE, wrong_values

# Its rows are right or wrong one by one.
BATCH: Final = "POST entries.post_batch"
SAYS: Final = frozenset({"invalid", "characters", "null", "type", "unknown"})
YESTERDAY: Final = TODAY - timedelta(days=1)


def put(body: dict[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """The body with this value at this place, the objects around it made where they are missing."""
    if len(path) == 1:
        return {**body, path[0]: value}
    return {**body, path[0]: put({}, path[1:], value)}


def test_every_key_of_every_body_refuses_every_wrong_value(here):
    wrong, tried = [], 0
    with nothing_stored(here):
        for route, keys in body_keys(here.app).items():
            for key in keys:
                for value, deeper in wrong_values(key):
                    answer = send(here, route, json.dumps(put(BODIES.get(route, {}), key.path, value)))
                    at = key.pointer + deeper
                    fault = not_refused(answer, 422, "validation_failed", at=at, says=SAYS)
                    wrong += [f"{route} {key.pointer} {value!r:.60}: {fault}"] if fault else []
                    tried += 1
    assert wrong == []
    assert tried > 2000


def test_every_key_of_a_row_in_a_batch_refuses_the_same_and_the_row_alone(here):
    keys = body_keys(here.app)["POST entries.post_entry"]
    tried = [(key, value, deeper) for key in keys for value, deeper in wrong_values(key)]
    rows = [put(answer_of(TODAY, 4), key.path, value) for key, value, _ in tried]
    results = []
    with nothing_stored(here):
        for start in range(0, len(rows), BATCH_MAX_ENTRIES):
            answer = send(here, BATCH, json.dumps({"entries": rows[start : start + BATCH_MAX_ENTRIES]}))
            assert answer.status_code == 200
            results += answer.json["results"]
    wrong = []
    for (key, value, deeper), result in zip(tried, results, strict=True):
        told = (result["status"], result["code"], [fault["pointer"] for fault in result["errors"]])
        if told != ("refused", "validation_failed", [key.pointer + deeper]):
            wrong.append(f"{key.pointer} {value!r:.60}: {told}")
    assert wrong == []
    assert len(rows) > 150


def test_a_key_that_nobody_knows_is_refused_in_every_body_and_every_query(here):
    wrong = []
    with nothing_stored(here):
        for route in body_keys(here.app):
            for name in UNKNOWN:
                answer = send(here, route, json.dumps({**BODIES.get(route, {}), name: 1}))
                fault = not_refused(answer, 422, "validation_failed", at=f"/{name}", says={"unknown"})
                wrong += [f"{route} {name}: {fault}"] if fault else []
        for route in query_keys(here.app):
            for name in UNKNOWN:
                fault = not_refused(send(here, route, **{name: "1"}), 422, "validation_failed", at=name)
                wrong += [f"{route} ?{name}: {fault}"] if fault else []
    assert wrong == []


# Whatever the schema, these set what is not theirs to set.
UNKNOWN: Final = (
    "clinic_id",
    "is_admin",
    "role",
    "uid",
    "version",
    "__proto__",
    "constructor",
    "__class__",
    "",
)


def test_every_parameter_of_every_query_refuses_every_wrong_spelling_and_stands_once(here):
    wrong, tried = [], 0
    with nothing_stored(here):
        for route, keys in query_keys(here.app).items():
            for key in keys:
                (name,) = key.path
                spellings = [[value] for value in query_spellings(key)] + [["1", "1"], ["", "x"]]
                for spelling in spellings:
                    answer = send(here, route, **{name: spelling})
                    fault = not_refused(answer, 422, "validation_failed", at=name)
                    wrong += [f"{route} {name}={spelling!r:.60}: {fault}"] if fault else []
                    tried += 1
    assert wrong == []
    assert tried > 300


def query_spellings(key: Key) -> list[str]:
    """What a query string, which holds only text, may not say: a number is digits, a cursor one of ours."""
    if "integer" in key.kinds:
        return [
            "",
            "0",
            "201",
            "1_0",
            "05",
            "+5",
            "-5",
            " 5",
            "5.0",
            "1e1",
            "٥",
            "５",
            "9" * 5000,
            "x",
            "None",
        ]
    texts = [value for value, _ in wrong_values(key) if isinstance(value, str)]
    # Half a surrogate pair has no spelling in an address: what comes of it is another text.
    spelt = [text for text in texts if text.encode("utf-8", "ignore").decode() == text]
    made_up = ["x", "=", "AAAA", "W10", "a" * 801, "WyJhIiwwXQ", "WyJcdTAwMDAiLDFd"]
    return [*spelt, *made_up] if key.path == ("cursor",) else spelt


SORTED_BY: Final[dict[str, Any]] = {
    "GET patients.list_patients": "P-0042",
    "GET regimens.list_regimens": "P-0042",
    "GET chairs.list_chairs": "P-0042",
    "GET entries.list_entries": TODAY,
    "GET nights.list_nights": TODAY,
    "GET alerts.list_alerts": 7,
    "GET bookings.list_bookings": 7,
    "GET courses.list_courses": 7,
}


def test_a_cursor_of_a_list_in_another_order_is_refused_and_a_made_up_one_opens_nothing(here):
    lists = query_keys(here.app).items()
    assert {route for route, keys in lists if ("cursor",) in [key.path for key in keys]} == set(SORTED_BY)
    for route, own in SORTED_BY.items():
        first_page = {item["uid"] for item in send(here, route).json["items"] if "uid" in item}
        for other in SORTED_BY.values():
            # A day is written as a text, and so it names a place between two names as well.
            if type(other) is type(own) or (isinstance(own, str) and isinstance(other, date)):
                made_up = send(here, route, cursor=cursor_of(Place(other, 7)))
                assert {item["uid"] for item in made_up.json["items"] if "uid" in item} <= first_page, route
                continue
            with nothing_stored(here):
                answer = send(here, route, cursor=cursor_of(Place(other, 7)))
            assert not_refused(answer, 422, "validation_failed", at="cursor") is None, route


# As it stands in the body, and what is stored of it: a score, or nothing with this status and code.
SCORES: Final[dict[str, Any]] = {
    "0": 0,
    "10": 10,
    "5.0": 5,
    "5e0": 5,
    "0.5e1": 5,
    "50e-1": 5,
    "-0": 0,
    "-0.0": 0,
    "5.5": (422, "validation_failed"),
    "4.9999999999": (422, "validation_failed"),
    "5.0000001": (422, "validation_failed"),
    "-1": (422, "validation_failed"),
    "11": (422, "validation_failed"),
    "1e300": (422, "validation_failed"),
    "2147483648": (422, "validation_failed"),
    '"5"': (422, "validation_failed"),
    '" 5 "': (422, "validation_failed"),
    f'"{ARABIC_FIVE}"': (422, "validation_failed"),
    "true": (422, "validation_failed"),
    "null": (422, "validation_failed"),
    "[5]": (422, "validation_failed"),
    '{"value": 5}': (422, "validation_failed"),
    str(2**70): (400, "body_number_too_large"),
    "9" * 5000: (400, "body_number_too_large"),
    "1e400": (400, "body_number_too_large"),
    "-1e400": (400, "body_number_too_large"),
    "NaN": (400, "body_not_json"),
    "Infinity": (400, "body_not_json"),
    "-Infinity": (400, "body_not_json"),
    ARABIC_FIVE: (400, "body_not_json"),
    "05": (400, "body_not_json"),
    "+5": (400, "body_not_json"),
    "5.": (400, "body_not_json"),
    ".5": (400, "body_not_json"),
    "1_0": (400, "body_not_json"),
    "0x5": (400, "body_not_json"),
    '1, "nrs": 9': (400, "body_key_repeated"),
    '1, "\\u006ers": 9': (400, "body_key_repeated"),
}


def test_a_score_is_stored_as_it_was_given_or_not_at_all(here):
    """A fraction is never rounded into another score: 5.5 is an error and never 5; 5.0 is 5."""
    device, wrong, days = here.callers[PATIENT], [], iter(range(40, 140))
    for written, meant in SCORES.items():
        sent = answer_of(TODAY - timedelta(days=next(days)), "here")
        body = json.dumps(sent).replace('"here"', written)
        before = everything(here)
        answer = send(here, "POST entries.post_entry", body.encode())
        stored = device.get("/v1/entries", **{"from": sent["day"], "to": sent["day"]}).json["items"]
        scores = [entry["nrs"] for entry in stored]
        if isinstance(meant, int):
            right = answer.status_code == 201 and scores == [meant] and type(answer.json["nrs"]) is int
        else:
            after = everything(here)
            right = not_refused(answer, *meant) is None and scores == [] and not changed(before, after)
        wrong += [] if right else [(written[:40], answer.status_code, answer.json.get("code"), scores)]
    assert wrong == []


def test_a_text_is_measured_as_it_is_stored(here):
    """Forty letters with an accent each fit, however the accent was sent; one more does not."""
    nurse, accented = here.callers["nurse"], "e\u0301"
    body = {"zone": "Europe/Amsterdam", "locale": "en"}
    fits = nurse.post("/v1/patients", {"pseudonym": accented * 40, **body})
    assert (fits.status_code, fits.json["pseudonym"]) == (201, "\u00e9" * 40)
    again = nurse.post("/v1/patients", {"pseudonym": "\u00e9" * 40, **body})
    assert (again.status_code, again.json["code"]) == (409, "pseudonym_taken")
    longer = nurse.post("/v1/patients", {"pseudonym": accented * 41, **body})
    assert not_refused(longer, 422, "validation_failed", at="/pseudonym") is None


def test_markup_formulas_and_quotes_are_text_and_come_back_as_they_were_sent(here):
    nurse, path = here.callers["nurse"], f"/v1/patients/{here.uids['patient']}"
    for text in (
        "<script>alert(1)</script>",
        "=HYPERLINK(1)",
        "'; DROP TABLE entry; --",
        "{{ 7 * 7 }}",
        "%s %n",
        "\\0",
    ):
        known = nurse.get(path).json["version"]
        changed_to = nurse.patch(path, {"identity": {"name": text}}, version=known)
        assert changed_to.json["identity"]["name"] == text
        page = nurse.get(f"/desk/patients/{here.uids['patient']}")
        assert page.status_code == 200
        assert "<script>alert" not in page.text


def test_a_stated_baseline_of_minus_nothing_is_nothing(here):
    physician, path = here.callers["physician"], f"/v1/courses/{here.uids['course']}"
    body = {"kind": "stated", "nrs": -0.0, "reason": "why"}
    answer = physician.post(f"{path}/baseline", body, version=physician.get(path).json["version"])
    assert str(answer.json["baseline"]["nrs"]) == "0.0"


def test_who_asks_for_nobody_in_particular_is_told_so(here):
    answer = here.callers["nurse"].post("/v1/entries", answer_of(YESTERDAY, 4))
    assert not_refused(answer, 422, "validation_failed", at="/patient", says={"required"}) is None
    answer = here.callers["nurse"].get("/v1/entries")
    assert not_refused(answer, 422, "validation_failed", at="patient", says={"required"}) is None
