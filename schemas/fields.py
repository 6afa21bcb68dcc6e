"""Strict fields: each takes exactly what its OpenAPI type says, and says in plain words what to enter.

marshmallow's own fields coerce: 5.5 becomes 5, "1_0" becomes 10, "2026-W09-1" a date, a naive time a moment,
and a NUL reaches the database. These do not.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, date, datetime
from importlib.resources import files
from typing import Any, Final

import marshmallow as ma

from config.scales import NRS
from config.words import ENROLMENT_CODE_ALPHABET, ENROLMENT_CODE_LENGTH

YEAR_MIN, YEAR_MAX = 1900, 2199
# An answer is kept even when the phone's clock is centuries off. Up to the year 2999 a moment can be moved by
# the difference of any two others and still lies within datetime's years 1 to 9999.
MOMENT_YEAR_MAX = 2999

DAY: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
MOMENT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})"
)
UUID_TEXT: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
UUID_NIL: Final = "00000000-0000-0000-0000-000000000000"
LANGUAGE_TAG: Final = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")
QUERY_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,8}")

# A mean of a few whole numbers says no more than this.
MEAN_DECIMALS: Final = 4

# The names that the zone database ships, so that every machine accepts the same ones.
ZONES: Final = frozenset(files("tzdata").joinpath("zones").read_text(encoding="ascii").split()) - {"Factory"}

BIDI_CONTROLS: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Soft hyphen, spaces of no width, invisible operators and fillers: two names could look alike and differ.
UNSEEN: Final = BIDI_CONTROLS | frozenset(
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060\u2061\u2062\u2063\u2064\u3164\ufeff\uffa0"
)
JOINERS: Final = "\u200c\u200d"
# Control characters, halves of surrogate pairs, line and paragraph separators.
CATEGORIES_REFUSED: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
# A composed character stands for at most this many: beyond that, a text is too long in either form, and
# normalising it (quadratic in a run of combining marks) is never begun.
COMPOSED_FROM_MAX: Final = 4


class Fault(str):
    """An error message that also carries the stable word for its kind."""

    __slots__ = ("code",)
    code: str

    def __new__(cls, message: str, code: str = "invalid") -> "Fault":
        """The message, marked with its kind."""
        fault = super().__new__(cls, message)
        fault.code = code
        return fault


class Described(ma.fields.Field[Any]):
    """What all fields here share: a description, exact limits in the OpenAPI document, plain messages."""

    asks = "Enter what the documentation says."

    def __init__(self, *, description: str, **options: Any) -> None:
        super().__init__(**options)
        self.metadata = {**self.limits(), "description": description}

    def limits(self) -> dict[str, Any]:
        """The OpenAPI keywords that say what this field takes."""
        return {}

    def fault(self, code: str = "invalid", message: str | None = None) -> ma.ValidationError:
        """The error to raise for a value that this field does not take."""
        return ma.ValidationError(Fault(message or self.asks, code))

    def make_error(self, key: str, **kwargs: Any) -> ma.ValidationError:  # noqa: ARG002
        """A value that is missing, is null, or has the wrong type: marshmallow's own errors, in our words."""
        return self.fault(
            key, {"required": "This is needed.", "null": "Give a value, or leave this out."}.get(key)
        )


class Plain(Described):
    """A field that reads one value by itself."""

    def read(self, value: Any) -> Any:
        """The value as Python's own; raises `fault()` for all that is not exactly right."""
        raise NotImplementedError

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:  # noqa: ARG002
        return self.read(value)


class WholeNumber(Plain, ma.fields.Integer):
    """A whole number from `low` to `high`; 7.0 is 7, as in JSON Schema; no text, no yes/no, no fraction."""

    def __init__(self, low: int, high: int, **options: Any) -> None:
        self.low, self.high = low, high
        self.asks = f"Enter a whole number from {low} to {high}."
        super().__init__(**options)

    def limits(self) -> dict[str, Any]:
        """The lowest and the highest value."""
        return {"minimum": self.low, "maximum": self.high}

    def read(self, value: Any) -> int:
        """The number."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.fault()
        # The range comes first: it lets neither NaN nor infinity reach int().
        if not self.low <= value <= self.high or value != int(value):
            raise self.fault()
        return int(value)


class Nrs(WholeNumber):
    """A pain score: a whole number from 0 (no pain) to 10."""

    def __init__(self, **options: Any) -> None:
        super().__init__(NRS.low, NRS.high, **options)


class QueryNumber(WholeNumber):
    """A whole number in a query string: ASCII digits, no sign, no leading zero."""

    def read(self, value: Any) -> int:
        """The number that the digits say."""
        if not isinstance(value, str) or not QUERY_NUMBER.fullmatch(value):
            raise self.fault()
        return super().read(int(value))


class Number(Plain, ma.fields.Float):
    """A number from `low` to `high`, fractions allowed; no text.

    Args:
        decimals: how many leave, for what is worked out here; what was sent leaves as it came.
    """

    def __init__(self, low: float, high: float, *, decimals: int | None = None, **options: Any) -> None:
        self.low, self.high, self.decimals = low, high, decimals
        self.asks = f"Enter a number from {low:g} to {high:g}."
        super().__init__(**options)

    def limits(self) -> dict[str, Any]:
        """The lowest and the highest value."""
        return {"minimum": self.low, "maximum": self.high}

    def read(self, value: Any) -> float:
        """The number."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.fault()
        if not self.low <= value <= self.high:
            raise self.fault()
        return float(value) + 0.0  # -0.0, which PostgreSQL keeps and SQLite does not, becomes 0.0

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        shown = super()._serialize(value, attr, obj, **kwargs)
        return (
            round(shown, self.decimals) if self.decimals is not None and isinstance(shown, float) else shown
        )


class YesNo(Plain, ma.fields.Boolean):
    """True or false, and nothing that looks like it."""

    asks = "Send true or false."

    def read(self, value: Any) -> bool:
        """True or false."""
        if not isinstance(value, bool):
            raise self.fault()
        return value


class Day(Plain, ma.fields.Date):
    """A calendar day as YYYY-MM-DD."""

    asks = f"Enter a day as YYYY-MM-DD, from {YEAR_MIN} to {YEAR_MAX}."

    def limits(self) -> dict[str, Any]:
        """The one form."""
        return {"pattern": f"^{DAY.pattern}$"}

    def read(self, value: Any) -> date:
        """The day, if the calendar has it."""
        parts = DAY.fullmatch(value) if isinstance(value, str) else None
        if parts is None or not YEAR_MIN <= int(parts[1]) <= YEAR_MAX:
            raise self.fault()
        try:
            return date(int(parts[1]), int(parts[2]), int(parts[3]))
        except ValueError:
            raise self.fault() from None


class Moment(Plain, ma.fields.AwareDateTime):
    """A moment by RFC 3339, with its offset, which is kept; dumped in UTC, to the millisecond."""

    asks = "Enter a moment with its offset, such as 2026-11-22T20:15:00+01:00."

    def limits(self) -> dict[str, Any]:
        """The one form."""
        return {"pattern": f"^{MOMENT.pattern}$"}

    def read(self, value: Any) -> datetime:
        """The aware moment, in the offset it came in."""
        if not isinstance(value, str) or not MOMENT.fullmatch(value):
            raise self.fault()
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            raise self.fault() from None
        if not YEAR_MIN <= moment.year <= MOMENT_YEAR_MAX:
            raise self.fault()
        return moment

    def _serialize(
        self,
        value: datetime | None,
        attr: str | None,  # noqa: ARG002
        obj: Any,  # noqa: ARG002
        **kwargs: Any,  # noqa: ARG002
    ) -> str | None:
        if value is None:
            return None
        assert value.tzinfo is not None, "a moment without its zone"
        return value.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


class Text(Plain, ma.fields.String):
    """Text of at most `max_length` characters: trimmed, composed (NFC), without characters nobody sees.

    `lines` allows line breaks and tabs. Refused, on either database: NUL and other controls, halves of
    surrogate pairs, and the controls that turn the direction of reading.
    """

    def __init__(self, max_length: int, *, min_length: int = 1, lines: bool = False, **options: Any) -> None:
        self.max_length, self.min_length, self.lines = max_length, min_length, lines
        self.asks = f"Enter {min_length} to {max_length} characters."
        super().__init__(**options)

    def limits(self) -> dict[str, Any]:
        """The shortest and the longest text."""
        return {"minLength": self.min_length, "maxLength": self.max_length}

    def read(self, value: Any) -> str:
        """The text, tidied."""
        if not isinstance(value, str) or len(value) > COMPOSED_FROM_MAX * self.max_length:
            raise self.fault()
        text = value.replace("\r\n", "\n") if self.lines else value
        if has_unseen(text, lines=self.lines):
            raise self.fault(
                "characters", "This holds a control character that nobody can see; type it again."
            )
        text = unicodedata.normalize("NFC", text.strip())
        if not self.min_length <= len(text) <= self.max_length:
            raise self.fault()
        return text


def has_unseen(text: str, *, lines: bool = False) -> bool:
    """Whether it holds a character that nobody sees, or nothing else; `lines` allows breaks and tabs.

    Joiners stay: Persian and Indic words are spelt with them.

    >>> has_unseen("a\u200bb"), has_unseen("\u200c"), has_unseen("می\u200cخواهم")
    (True, True, False)
    """
    return (bool(text) and not text.strip(JOINERS)) or any(
        character in UNSEEN or unicodedata.category(character) in CATEGORIES_REFUSED
        for character in text
        if not (lines and character in "\n\t")
    )


class Password(Text):
    """A password as typed: neither trimmed nor shown again."""

    def __init__(self, max_length: int, **options: Any) -> None:
        super().__init__(max_length, load_only=True, **options)

    def limits(self) -> dict[str, Any]:
        """As for any text, and that it is a password."""
        return {**super().limits(), "format": "password"}

    def read(self, value: Any) -> str:
        """The password, untouched."""
        super().read(value)
        return str(value)


class Formed(Plain, ma.fields.String):
    """Text of one exact form, compared as it stands."""

    form: re.Pattern[str]

    def limits(self) -> dict[str, Any]:
        """The one form."""
        return {"pattern": f"^({self.form.pattern})$"}

    def read(self, value: Any) -> str:
        """The text, unchanged."""
        if not isinstance(value, str) or not self.form.fullmatch(value):
            raise self.fault()
        return value


class Uuid(Formed):
    """A UUID in its canonical form: lower case, with dashes; not the nil UUID."""

    asks = "Enter a UUID in lower case, such as 0193b5c2-7d1e-7a40-9c55-3f0e6a1b2c4d."
    form = UUID_TEXT

    def limits(self) -> dict[str, Any]:
        """The one form."""
        return {**super().limits(), "format": "uuid"}

    def read(self, value: Any) -> str:
        """The UUID as text."""
        if value == UUID_NIL:
            raise self.fault()
        return super().read(value)


class Locale(Formed):
    """A language tag by BCP 47: language, perhaps script, perhaps region."""

    asks = "Enter a language tag, such as nl, pt-BR or zh-Hant-TW."
    form = LANGUAGE_TAG


class Zone(Plain, ma.fields.String):
    """The name of a time zone in the IANA database."""

    asks = "Enter the name of a time zone, such as Europe/Amsterdam."

    def limits(self) -> dict[str, Any]:
        """How long a name may be, and one of them."""
        return {"maxLength": 64, "examples": ["Europe/Amsterdam"]}

    def read(self, value: Any) -> str:
        """The name."""
        if not isinstance(value, str) or value not in ZONES:
            raise self.fault()
        return value


class Code(Plain, ma.fields.String):
    """An enrolment code as a person types it: case, dashes and spaces are forgiven."""

    length = ENROLMENT_CODE_LENGTH
    asks = f"Enter the {ENROLMENT_CODE_LENGTH} characters of your code; it holds no 0, 1, I, L, O or U."

    def limits(self) -> dict[str, Any]:
        """Room for dashes and spaces."""
        return {"minLength": self.length, "maxLength": 2 * self.length}

    def read(self, value: Any) -> str:
        """The characters alone, in capitals."""
        # In capitals, a letter from elsewhere may be one of ours: a long s, or two at once from a sharp s.
        if not isinstance(value, str) or not value.isascii() or len(value) > 2 * self.length:
            raise self.fault()
        code = value.replace("-", "").replace(" ", "").upper()
        if len(code) != self.length or not set(code) <= set(ENROLMENT_CODE_ALPHABET):
            raise self.fault()
        return code


class Choice(Plain, ma.fields.String):
    """One word of a closed list."""

    def __init__(self, words: Sequence[str], **options: Any) -> None:
        self.words = tuple(words)
        self.asks = f"Choose one of: {', '.join(words)}."
        super().__init__(**options)

    def limits(self) -> dict[str, Any]:
        """The words, and null where that may stand."""
        return {"enum": [*self.words, None] if self.allow_none else list(self.words)}

    def read(self, value: Any) -> str:
        """The word."""
        if not isinstance(value, str) or value not in self.words:
            raise self.fault()
        return value


class Part(Described, ma.fields.Nested):
    """An object inside the object."""

    asks = "Send an object."

    def __init__(self, schema: type[ma.Schema], **options: Any) -> None:
        super().__init__(nested=schema, **options)


class ListOf(Described, ma.fields.List[Any]):
    """A list of at most `max_items`; a longer one is refused before its items are looked at."""

    def __init__(
        self, item: ma.fields.Field[Any], *, max_items: int, min_items: int = 0, **options: Any
    ) -> None:
        self.min_items, self.max_items = min_items, max_items
        self.asks = f"Send a list of {min_items} to {max_items} items."
        super().__init__(cls_or_instance=item, **options)

    def limits(self) -> dict[str, Any]:
        """The fewest and the most items."""
        return {"minItems": self.min_items, "maxItems": self.max_items}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        if not isinstance(value, list) or not self.min_items <= len(value) <= self.max_items:
            raise self.fault()
        return super()._deserialize(value, attr, data, **kwargs)
