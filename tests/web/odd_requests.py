"""Requests that nobody planned, as Hypothesis draws them: at any route, by anybody, right in most parts."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any, Final
from urllib.parse import quote, urlencode

from hypothesis import strategies as st
from werkzeug.routing import Rule

from diary.web.pages import Place, cursor_of
from diary.web.rights import INTEGRATION, PATIENT, RIGHTS
from schemas.fields import UUID_TEXT, ZONES
from tests.web.described import Key, body_keys, query_keys
from tests.web.examples import BLANK, BODIES, FORMS, UID, address, routes, takes_json
from tests.web.ground import KINDS, TODAY, Ground
from tests.web.wrong_values import DAYS, IDS, MOMENTS, UNFORMED, unseen_texts

ROLES: Final = (PATIENT, "nurse", "physician", "admin", INTEGRATION)
# The word before an id in an address says what it names.
KIND_AFTER: Final = {
    **{f"{kind}s": kind for kind in KINDS},
    "entries": "entry",
    "infusions": "administration",
    "phones": "device",
    "staff": "staff",
    "shown": "message",
    "studies": "study",
    "log": "step",
    "unblinding": "unblinding",
    "emergency": "access",
}
# So does the name of a key.
KIND_OF: Final = {**{kind: kind for kind in KINDS}, "of": "entry", "supersedes": "entry", "owner": "staff"}
# Told twice they would be known or taken, and nothing behind that would be reached.
ALWAYS_NEW: Final = ("id", "pseudonym", "name")
FORM: Final = "application/x-www-form-urlencoded"

Uids = Mapping[str, Sequence[str]]
Strategy = st.SearchStrategy[Any]


@dataclass(frozen=True, slots=True)
class Named:
    """The id of something that stands by the time it is asked for: the newest of its kind, or one before."""

    kind: str
    back: int

    def uid(self, uids: Uids) -> str:
        """Its uid among those that stand."""
        known = uids.get(self.kind) or [UID]
        return known[self.back % len(known)]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it was drawn: who asks, of which route, and what is sent."""

    role: str
    route: str
    parts: Mapping[str, Any]
    query: Mapping[str, Any]
    body: Any
    version: str
    spoilt: int

    def sent(self, rule: Rule, uids: Uids) -> dict[str, Any]:
        """What the test client is given, now that the ids are known."""
        parts = {name: quote(_text(named(part, uids)), safe="") for name, part in self.parts.items()}
        query, body = named(self.query, uids), named(self.body, uids)
        sent = {"path": address(rule, **parts), "query_string": _urlencoded(query)}
        sent |= {"method": self.route.split()[0], "headers": {"If-Match": self.version}}
        if takes_json(self.route, rule):
            return sent | self._json(body)
        if self.route.startswith("POST"):
            return sent | {"data": _urlencoded(body), "content_type": FORM}
        return sent

    def _json(self, body: Any) -> dict[str, Any]:
        data = json.dumps(body, ensure_ascii=self.spoilt % 2 == 0).encode("utf-8", "surrogatepass")
        if self.spoilt == 1:
            data = data[: len(data) // 2]
        return {"data": data, "content_type": "text/plain" if self.spoilt == 2 else "application/json"}


def named(value: Any, uids: Uids) -> Any:
    """The value with every id in it named."""
    match value:
        case Named():
            return value.uid(uids)
        case dict():
            return {key: named(inner, uids) for key, inner in value.items()}
        case list():
            return [named(inner, uids) for inner in value]
    return value


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _urlencoded(given: Any) -> str:
    pairs = given.items() if isinstance(given, dict) else [("x", given)]
    return urlencode({name: _text(value) for name, value in pairs}, errors="surrogatepass")


near_days = st.integers(-30, 30).map(lambda days: TODAY + timedelta(days=days))
days = (near_days | st.dates(date(1900, 1, 1), date(2199, 12, 31))).map(date.isoformat)
offsets = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.builds(
    lambda day, time, offset: datetime.combine(day, time, offset).isoformat(timespec="seconds"),
    near_days | st.dates(date(1900, 1, 1), date(2999, 12, 31)),
    st.times(),
    offsets,
)
uids = st.builds(Named, st.sampled_from(sorted(KINDS)), st.integers(0, 3)) | st.uuids().map(str)
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
numbers = st.integers(-(2**70), 2**70) | st.floats()
junk = st.one_of(
    st.none(),
    st.booleans(),
    numbers,
    st.text(max_size=20),
    st.sampled_from([*IDS, *DAYS, *MOMENTS, *UNFORMED, *unseen_texts(300)]),
    st.lists(numbers, max_size=3),
    st.dictionaries(st.text(max_size=5), numbers, max_size=3),
)
places = st.sampled_from([TODAY, 7, 10**14, "P-", date(1900, 1, 1), date.max])
cursors = st.tuples(places, st.integers(1, 2**52)).map(lambda place: cursor_of(Place(*place)))
versions = st.sampled_from([*["*"] * 9, '"1"', '"2"', "nonsense", ""])


def one_in(chances: int, unusual: Strategy, usual: Strategy) -> Strategy:
    """Something unusual once in so many times: `st.one_of` would take the two alike."""
    return st.sampled_from([False] * (chances - 1) + [True]).flatmap(lambda odd: unusual if odd else usual)


def a_few(given: Mapping[str, Strategy]) -> Strategy:
    """Up to three of these keys, each with its value."""
    if not given:
        return st.just({})
    names = st.lists(st.sampled_from(sorted(given)), max_size=3, unique=True)
    return names.flatmap(lambda few: st.fixed_dictionaries({name: given[name] for name in few}))


def requests(here: Ground) -> st.SearchStrategy[Asked]:
    """One request after another, of every route of the app."""
    bodies, queries = body_keys(here.app), query_keys(here.app)
    by_name = {".".join(key.path): key.about for keys in bodies.values() for key in keys}
    drawn = {
        route: _requests(route, rule, bodies.get(route, ()), queries.get(route, ()), by_name)
        for route, rule in routes(here.app).items()
    }
    # What changes something is asked twice as often as what only shows it.
    often = [route for route in drawn for _ in range(1 if route.startswith("GET") else 2)]
    return st.sampled_from(sorted(often)).flatmap(drawn.__getitem__)


def _requests(
    route: str, rule: Rule, keys: Sequence[Key], query: Sequence[Key], by_name: Mapping[str, Any]
) -> st.SearchStrategy[Asked]:
    allowed = [role for role in ROLES if role in RIGHTS[route]] or [*ROLES]
    listed = a_few({**_keys(query), "cursor": cursors} if query else {})
    body = _body(BODIES.get(route, {}), _keys(keys)) if takes_json(route, rule) else _form(route, by_name)
    if route == "POST entries.post_entry":  # staff and machines say whose it is
        named_too = body.map(
            lambda sent: {"patient": Named("patient", 0), **sent} if isinstance(sent, dict) else sent
        )
        body = one_in(2, named_too, body)
    return st.builds(
        Asked,
        role=st.sampled_from([*allowed * len(ROLES), *ROLES]),
        route=st.just(route),
        parts=st.fixed_dictionaries({name: _part(rule, name) for _, _, name in BLANK.findall(rule.rule)}),
        query=listed,
        body=body,
        version=versions,
        spoilt=st.sampled_from([*range(3, 40), 2, 1]),
    )


def _part(rule: Rule, name: str) -> Strategy:
    choices = re.findall(rf"any\(([^)]*)\):{name}>", rule.rule)
    before = re.findall(rf"(\w+)/<uid:{name}>", rule.rule)
    right = words
    if choices:
        right = st.sampled_from(choices[0].split(", "))
    if name == "day":
        right = days
    if before:
        right = st.builds(Named, st.just(KIND_AFTER[before[0]]), st.integers(0, 3))
    return one_in(8, uids | words, right)


def _body(example: Mapping[str, Any], keys: Mapping[str, Strategy]) -> Strategy:
    """The example with some keys set, perhaps one left out or one too many; perhaps no object at all."""
    refers = {name for name, value in example.items() if value == UID and name in KIND_OF}
    known = {**example, **{name: Named(KIND_OF[name], 0) for name in refers}}
    new = st.fixed_dictionaries({name: keys[name] for name in ALWAYS_NEW if name in example and name in keys})
    body = st.tuples(new, a_few(keys)).map(lambda some: {**known, **some[0], **some[1]})
    shorter = st.tuples(body, st.integers(0, 9)).map(lambda drawn: _without(*drawn))
    longer = st.tuples(body, words, junk).map(lambda drawn: {**drawn[0], drawn[1]: drawn[2]})
    return one_in(8, st.one_of(shorter, longer, junk), body)


def _without(body: dict[str, Any], place: int) -> dict[str, Any]:
    return {name: value for number, (name, value) in enumerate(body.items()) if number != place}


def _form(route: str, by_name: Mapping[str, Any]) -> Strategy:
    """A form's fields have the names of the API's keys, and so their kinds."""
    known = {"version": "1", **FORMS.get(route, {})}
    fields = {name: _value(by_name[name], name) for name in known if name in by_name}
    seen = {"version": st.sampled_from([*["1"] * 6, "2", "3", "x"])}
    return _body(known, {**fields, **seen})


def _keys(keys: Sequence[Key]) -> dict[str, Strategy]:
    """The keys that stand at the top, each with what it may hold, or may not."""
    return {key.path[0]: _value(key.about, key.path[0]) for key in keys if len(key.path) == 1}


def _value(about: Mapping[str, Any], name: str = "") -> Strategy:
    return one_in(12, junk, _right(about, name))


def _right(about: Mapping[str, Any], name: str) -> Strategy:
    """What the description allows."""
    kinds = about.get("type", "object")
    if "enum" in about:
        return st.sampled_from(about["enum"])
    if UUID_TEXT.pattern in about.get("pattern", ""):
        fitting = st.builds(Named, st.just(KIND_OF[name]), st.integers(0, 3)) if name in KIND_OF else uids
        return one_in(4, uids, st.uuids().map(str) if name == "id" else fitting)
    for form, strategy in (("date", days), ("date-time", moments)):
        if about.get("format") == form:
            return strategy
    if "integer" in kinds or "number" in kinds:
        whole = st.integers(int(about["minimum"]), int(about["maximum"]))
        return whole if "integer" in kinds else whole | st.floats(about["minimum"], about["maximum"])
    if "boolean" in kinds:
        return st.booleans()
    if "array" in kinds:
        return st.lists(_value(about["items"]), max_size=4)
    if "object" in kinds:
        return a_few({name: _value(inner) for name, inner in about.get("properties", {}).items()})
    return _texts(about)


def _texts(about: Mapping[str, Any]) -> Strategy:
    if "examples" in about:
        return st.sampled_from(sorted(ZONES))
    if "pattern" in about:
        return st.sampled_from(["en", "nl", "pt-BR", "zh-Hant-TW"])
    seen = st.characters(categories=["L", "N", "P", "S", "Zs"])
    return st.text(seen, min_size=1, max_size=min(40, about["maxLength"]))
