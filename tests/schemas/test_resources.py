"""What the bodies of the API take, refuse, promise and document."""

import importlib
import pkgutil
import warnings
from datetime import UTC, date, datetime, timedelta
from typing import Any

import marshmallow as ma
import pytest
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

import schemas
from config.settings import BATCH_MAX_ENTRIES
from diary.domain.baseline import Baseline
from schemas.administration import AdministrationIn
from schemas.alert import AlertOut
from schemas.base import Incoming, Outgoing
from schemas.booking import BookingIn
from schemas.clock import ClockIn
from schemas.course import BaselineOut
from schemas.enrolment import EnrolmentIn
from schemas.entry import EntriesIn, EntryBatchIn, EntryIn, EntryOut
from schemas.patient import FollowIn
from schemas.regimen import RegimenOut
from schemas.session import SessionIn

ANSWER = {
    "id": "0193b5c2-7d1e-7a40-9c55-3f0e6a1b2c4d",
    "day": "2026-11-22",
    "nrs": 7,
    "answered_at": "2026-11-22T20:15:00+01:00",
    "sent_at": "2026-11-22T20:15:02+01:00",
    "zone": "Europe/Amsterdam",
}
ENROLMENT = {"code": "k7qf-29md", "zone": "Europe/Amsterdam", "locale": "nl", "consent_version": "2026-1"}
INFUSION = {
    "first_day": "2026-11-16",
    "last_day": "2026-11-20",
    "agent": "s_ketamine",
    "dose_as_written": "7.2 microgram/kg/min",
    "setting": "inpatient",
    "classified_as": "new_course",
}


def every_schema() -> list[type[ma.Schema]]:
    found = []
    for module in pkgutil.iter_modules(schemas.__path__):
        names = vars(importlib.import_module(f"schemas.{module.name}")).values()
        found += [
            cls
            for cls in names
            if isinstance(cls, type)
            and issubclass(cls, Incoming | Outgoing)
            and cls.__module__ == f"schemas.{module.name}"
            and cls not in (Incoming, Outgoing)
        ]
    return found


SCHEMAS = every_schema()
FIELDS = [
    pytest.param(field, id=f"{cls.__name__}.{name}")
    for cls in SCHEMAS
    for name, field in cls().fields.items()
]


def faults(schema: ma.Schema, body: Any) -> dict[str, Any]:
    with pytest.raises(ma.ValidationError) as caught:
        schema.load(body)
    return caught.value.messages_dict


@pytest.mark.parametrize("field", FIELDS)
def test_every_key_is_described(field):
    assert field.metadata["description"].endswith(".")


@pytest.mark.parametrize("cls", SCHEMAS, ids=lambda cls: cls.__name__)
def test_every_text_and_list_in_the_documentation_has_a_limit(cls):
    spec = APISpec("t", "1", "3.1.0", plugins=[MarshmallowPlugin(schema_name_resolver=lambda _: None)])
    spec.components.schema(cls.__name__, schema=cls)
    for path, node in walk(spec.to_dict()["components"]["schemas"][cls.__name__]):
        kinds = node.get("type", ())
        if "string" in ([kinds] if isinstance(kinds, str) else kinds):
            assert {"maxLength", "pattern", "enum"} & node.keys(), path
        if kinds == "array":
            assert "maxItems" in node, path


def walk(node: Any, path: str = "") -> list[tuple[str, dict[str, Any]]]:
    if isinstance(node, dict):
        inner = [found for key, value in node.items() for found in walk(value, f"{path}/{key}")]
        return [(path, node), *inner] if not path.endswith("/properties") else inner
    if isinstance(node, list):
        return [found for value in node for found in walk(value, path)]
    return []


def test_the_schemas_make_one_document_without_a_warning_or_a_second_name():
    spec = APISpec("t", "1", "3.1.0", plugins=[MarshmallowPlugin()])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for cls in SCHEMAS:
            spec.path(f"/{cls.__name__}", operations={"get": {"responses": {"200": body_of(cls)}}})
    assert len(spec.to_dict()["components"]["schemas"]) == len(SCHEMAS)


def body_of(cls: type[ma.Schema]) -> dict[str, Any]:
    return {"description": "", "content": {"application/json": {"schema": cls}}}


@pytest.mark.parametrize(
    "cls", [cls for cls in SCHEMAS if issubclass(cls, Incoming)], ids=lambda cls: cls.__name__
)
def test_an_unknown_key_is_refused_in_every_request(cls):
    assert faults(cls(), {"is_admin": True})["is_admin"][0].code == "unknown"


def test_an_answer_loads_to_a_plain_dict_of_what_was_sent():
    loaded = EntryIn().load(ANSWER)
    assert loaded.keys() == ANSWER.keys()
    assert loaded["day"] == date(2026, 11, 22)
    assert loaded["answered_at"].utcoffset() == timedelta(hours=1)


@pytest.mark.parametrize("key", sorted(ANSWER))
def test_an_answer_lacks_nothing(key):
    body = {name: value for name, value in ANSWER.items() if name != key}
    assert faults(EntryIn(), body).keys() == {key}


@pytest.mark.parametrize("body", [None, [], "text", 7, True, [ANSWER]])
def test_an_answer_is_an_object(body):
    assert faults(EntryIn(), body)["_schema"][0].code == "type"


def test_old_diaries_cannot_be_passed_off_as_an_import_through_the_api():
    assert faults(EntryIn(), {**ANSWER, "source": "import"}).keys() == {"source"}


def test_a_bad_row_of_a_batch_is_named_and_the_others_are_read():
    rows = EntryBatchIn().load(
        {"entries": [ANSWER, {**ANSWER, "nrs": 5.5}, "nonsense", {**ANSWER, "id": "x"}]}
    )["entries"]
    assert [row.index for row in rows] == [0, 1, 2, 3]
    assert rows[0].values["nrs"] == 7
    assert rows[0].messages is None
    assert rows[1].id == ANSWER["id"]
    assert rows[1].messages.keys() == {"nrs"}
    assert rows[2].id is None
    assert rows[3].id is None
    assert all(row.values is None for row in rows[1:])


@pytest.mark.parametrize("count", [0, BATCH_MAX_ENTRIES + 1])
def test_a_batch_holds_1_to_500_answers(count):
    assert faults(EntryBatchIn(), {"entries": [ANSWER] * count}).keys() == {"entries"}


def test_an_enrolment_needs_no_word_about_the_phone():
    loaded = EnrolmentIn().load(ENROLMENT)
    assert loaded["code"] == "K7QF29MD"
    assert loaded["device"] == {}


@pytest.mark.parametrize("version", ["1", "2026-11", "v1.2_nl", "e" * 40])
def test_a_consent_names_the_version_of_its_text(version):
    assert EnrolmentIn().load({**ENROLMENT, "consent_version": version})["consent_version"] == version


@pytest.mark.parametrize(
    "version", ["", " 1", "I agree to all of it.", "-1", "１", "<b>1</b>", "1\n", "e" * 41, 1]
)
def test_a_consent_names_its_text_by_nothing_but_a_version(version):
    assert faults(EnrolmentIn(), {**ENROLMENT, "consent_version": version}).keys() == {"consent_version"}


def test_a_fault_inside_an_object_is_named_by_its_place():
    assert faults(EnrolmentIn(), {"device": {"label": 7}})["device"].keys() == {"label"}


def test_stopping_needs_a_reason_and_only_a_pause_has_an_end():
    assert FollowIn().load({"state": "stopped", "reason": "died"})
    assert FollowIn().load({"state": "paused", "until": "2026-12-01"})
    assert faults(FollowIn(), {"state": "stopped"}).keys() == {"reason"}
    assert faults(FollowIn(), {"state": "followed", "reason": "died"}).keys() == {"reason"}
    assert faults(FollowIn(), {"state": "followed", "until": "2026-12-01"}).keys() == {"until"}


def test_an_infusion_stopped_early_says_why():
    assert AdministrationIn().load(INFUSION)["stopped_early"] is False
    assert faults(AdministrationIn(), {**INFUSION, "stopped_early": True}).keys() == {"stop_reason"}


def test_a_booking_comes_from_an_alert_or_is_for_a_patient_never_both():
    uid = ANSWER["id"]
    assert BookingIn().load({"alert": uid, "regimen": uid})
    assert BookingIn().load({"patient": uid, "regimen": uid})
    assert faults(BookingIn(), {"regimen": uid})
    assert faults(BookingIn(), {"alert": uid, "patient": uid, "regimen": uid})


def test_the_clock_moves_to_a_moment_or_by_nights():
    assert ClockIn().load({"nights": 84})
    assert ClockIn().load({"to": "2027-02-14T04:00:00Z"})
    assert faults(ClockIn(), {})
    assert faults(ClockIn(), {"nights": 1, "to": "2027-02-14T04:00:00Z"})
    assert faults(ClockIn(), {"nights": 401})


def test_a_list_is_asked_for_page_by_page():
    assert EntriesIn().load({}) == {"limit": 50}
    assert EntriesIn().load({"from": "2026-11-01", "limit": "200"}) == {
        "day_from": date(2026, 11, 1),
        "limit": 200,
    }
    assert faults(EntriesIn(), {"limit": "201", "order": "asc"}).keys() == {"limit", "order"}


def test_a_password_is_taken_as_typed():
    assert SessionIn().load({"email": " a@b ", "password": " x "}) == {"email": "a@b", "password": " x "}


class StoredEntry:
    """As a row of the entry table looks to a schema."""

    uid = client_id = ANSWER["id"]
    day, nrs, version, kind, standing = date(2026, 11, 22), 7, 1, "answer", True
    late = clock_suspect = False
    source, zone, answered_offset_min = "phone", "Europe/Amsterdam", 60
    answered_at = sent_at = received_at = datetime(2026, 11, 22, 19, 15, tzinfo=UTC)
    supersedes = reason = layout = locale = client_version = None


def test_an_entry_is_answered_with_every_promised_key_and_moments_in_utc():
    answer = EntryOut().dump(StoredEntry())
    assert answer.keys() == EntryOut().fields.keys() - {"patient"}
    assert answer["id"] == ANSWER["id"]
    assert answer["answered_at"] == "2026-11-22T19:15:00.000Z"
    assert answer["supersedes"] is None


def test_a_mean_leaves_with_four_decimals():
    baseline = Baseline("own", 52 / 7, 7, None)
    assert BaselineOut().dump(baseline)["nrs"] == 7.4286
    facts = AlertOut(only=["facts"]).dump({"facts": {"baseline_nrs": 52 / 7, "step_now": [8, 9, 8]}})
    assert facts == {"facts": {"baseline_nrs": 7.4286, "step_now": [8, 9, 8]}}


def test_a_row_that_lacks_a_promised_key_is_a_bug_and_is_not_sent():
    with pytest.raises(AttributeError, match="RegimenOut promises 'uid'"):
        RegimenOut().dump({"name": "Ten days"})
