"""Values that a key must refuse, by what the API's description says that the key takes.

Each list says what clients, libraries and attackers send instead: other spellings, other types, other ends of
the range. The sources are defects of the usual libraries; most of them read these without a word.
"""

import re
from typing import Any, Final

from tests.web.described import Key

ID: Final = "0193b5c2-7d1e-7a40-9c55-3f0e6a1b2c4d"
ARABIC_FIVE: Final = "٥"

# A value, and what is added to the key's own pointer where the fault lies deeper.
Wrong = tuple[Any, str]

IDS: Final = (
    ID.upper(),
    ID.replace("-", ""),
    f"{{{ID}}}",
    f"urn:uuid:{ID}",
    f"{ID}\n",
    f" {ID}",
    ID.replace("0", "٠"),
    "00000000-0000-0000-0000-000000000000",
    "5",
    ARABIC_FIVE,
    "9" * 30,
    "",
    5,
    True,
    [ID],
    {"uid": ID},
)
DAYS: Final = (
    "2026-02-30",
    "2026-13-01",
    "2026-00-10",
    "20260228",
    "2026-W09-1",
    "2026-059",
    "2026-2-3",
    "0000-01-01",
    "0001-01-01",
    "10000-01-01",
    "1899-12-31",
    "2200-01-01",
    "-2026-01-01",
    "2026-01-05T00:00:00Z",
    " 2026-01-05",
    "2026-01-05\n",
    "٢٠٢٦-٠١-٠٥",
    "05-01-2026",
    "yesterday",
    "",
    20260105,
    1767571200,
    True,
    ["2026-01-05"],
)
MOMENTS: Final = (
    "2026-01-05T20:00:00",
    "2026-01-05 20:00:00Z",
    "2026-01-05T20:00Z",
    "2026-01-05T20:00:60Z",
    "2016-12-31T23:59:60Z",
    "2026-01-05T24:00:00Z",
    "2026-02-30T20:00:00Z",
    "2026-01-05T20:00:00+0100",
    "2026-01-05T20:00:00+24:00",
    "2026-01-05T20:00:00[Europe/Amsterdam]",
    "2026-01-05t20:00:00z",
    "0000-01-05T20:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "3000-01-01T00:00:00Z",
    "9999-12-31T23:59:59-14:00",
    "10000-01-05T20:00:00Z",
    "2026-01-05",
    "20260105T200000Z",
    "٢٠٢٦-01-05T20:00:00Z",
    "now",
    "",
    1767643200,
    1767643200.5,
    True,
    ["2026-01-05T20:00:00Z"],
)
# Of these a key refuses those that have not the one form which its description gives.
UNFORMED: Final = (
    *("", "english", "EN", "nl_NL", "nl-nl", "n", "../en", "nl\n", " nl", "nl\0", "-1", "١"),
    *("I agree to all of it.", "<b>1</b>", "e" * 41, "é", 5, True, ["nl"], {"version": "1"}),
)
ZONES: Final = (
    "",
    "Mars/Olympus",
    "europe/amsterdam",
    "Europe/Amsterdam\n",
    " Europe/Amsterdam",
    "../../etc/passwd",
    "/etc/localtime",
    "localtime",
    "+01:00",
    "CEST-1",
    "\0",
    60,
    None,
    ["Europe/Amsterdam"],
)
YES_NO: Final = (1, 0, 1.0, "true", "True", "yes", "on", "", [], [True], {})
OBJECTS: Final = ([], ["x"], "x", "{}", 7, True)
LISTS: Final = ("", "x", 7, True, {}, {"0": "x"})


def unseen_texts(length_max: int) -> tuple[str, ...]:
    """Texts with characters that nobody sees, and texts that are too long in one way or another."""
    return (
        "nul \x00",
        "bell \x07",
        "escape \x1b[2J",
        "c1 \x85",
        "half \ud800",
        "other half \udfff",
        "bidi \u202e",
        "isolate \u2066",
        "mark \u200f",
        "line \u2028",
        "carriage\rreturn",
        "x" * (length_max + 1),
        "\U0001f600" * (length_max + 1),
        # Composed it would be one character too many, or would take minutes to compose.
        "e\u0301" * (length_max + 1),
        "e" + "\u0301\u0323" * (2 * length_max + 1),
        "",
        "   ",
        "\u00a0\u2003",
    )


def wrong_values(key: Key) -> list[Wrong]:
    """What this key must refuse."""
    about = key.about
    null = [] if "null" in key.kinds else [(None, "")]
    return null + [value if isinstance(value, tuple) else (value, "") for value in _values(key, about)]


def _values(key: Key, about: dict[str, Any]) -> list[Any]:
    if "object" in key.kinds:
        return [*OBJECTS, *([{}, ({"nonsense": 1}, "/nonsense")] if "properties" in about else [])]
    if "array" in key.kinds:
        return [*LISTS, *_items(about)]
    if key.kinds & {"integer", "number"}:
        return _numbers(about, whole="integer" in key.kinds)
    if "boolean" in key.kinds:
        return [*YES_NO]
    return _texts(key, about)


def _texts(key: Key, about: dict[str, Any]) -> list[Any]:
    if "enum" in about:
        word = next(word for word in about["enum"] if word)
        return ["", "nonsense", word.upper(), f" {word}", f"{word}\n", f"{word}\0", 0, True, [word], {}]
    for form, values in (("uuid", IDS), ("date", DAYS), ("date-time", MOMENTS)):
        if about.get("format") == form:
            return [*values]
    if "pattern" in about:
        form = re.compile(about["pattern"])
        return [value for value in UNFORMED if not (isinstance(value, str) and form.fullmatch(value))]
    if "examples" in about:
        return [*ZONES]
    return [*unseen_texts(about["maxLength"]), 7, 7.5, True, ["x"], {"x": "x"}]


def _numbers(about: dict[str, Any], *, whole: bool) -> list[Any]:
    low, high = about["minimum"], about["maximum"]
    fractions = [low + 0.5, high - 0.5, low + 1e-9] if whole else []
    texts = [str(low), f" {low}", f"+{low}", f"{low}_0", ARABIC_FIVE, "", "NaN", "Infinity", "1e1"]
    ends = [low - 1, high + 1, low - 1e-9, high + 1e-6, 10**14, -(10**14), 1e300, -1e300]
    return [*ends, *fractions, *texts, True, False, [low], {"value": low}]


def _items(about: dict[str, Any]) -> list[Any]:
    item = about["items"]
    if "$ref" in item:
        return [[], [{}] * (about["maxItems"] + 1)]
    return [
        [item["enum"][0]] * (about["maxItems"] + 1),
        (["nonsense"], "/0"),
        ([None], "/0"),
        ([[item["enum"][0]]], "/0"),
    ]
