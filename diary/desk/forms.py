"""Reads the desk's forms by the schemas of the published language; a refused form stays filled."""

import re
from collections.abc import Mapping
from typing import Any, Final

import marshmallow as ma
from flask import request
from werkzeug.datastructures import MultiDict

from diary.domain.errors import Refusal
from diary.web.codes import STATUS_OF
from diary.web.problems import faults_of
from schemas.fields import ListOf, Number, Part, WholeNumber, YesNo

TICKED: Final = "yes"
# A radio that says "there is none", where the field may hold nothing.
NONE: Final = "none"
# As a nurse types it, with either decimal sign; anything longer is no dose and no score.
NUMBER: Final = re.compile(r"-?[0-9]{1,9}([.,][0-9]{1,6})?", re.ASCII)

# These are about the page as a whole, which shows them itself; the form has nothing to correct.
NOT_OF_THE_FORM: Final = frozenset(
    {
        "not_signed_in",
        "sign_in_again",
        "second_factor_missing",
        "provider_missing",
        "csrf_failed",
        "not_allowed",
        "not_found",
        "changed_meanwhile",
        "storage_busy",
        "storage_full",
    }
)


class Form:
    """A form on its way: its values by field, and what is wrong with each.

    `values` are those sent, or on a first visit those given by the page. `errors` holds a message by field
    name ("identity.phone" inside a part); "" stands for the form as a whole. `sent=False` is for a form that
    another form's answer shows for the first time.
    """

    def __init__(self, first: Mapping[str, object] | None = None, *, sent: bool | None = None) -> None:
        self.sent = request.method == "POST" if sent is None else sent
        self.values: MultiDict[str, str] = MultiDict()
        if self.sent:
            self.values = request.form
        else:
            for name, value in (first or {}).items():
                self.values.setlist(name, _texts(value))
        self.errors: dict[str, str] = {}
        self.status = 200

    def value(self, name: str) -> str:
        """What stands in a field."""
        return self.values.get(name, "")

    def chosen(self, name: str, word: str) -> bool:
        """Whether a radio, a tick box or an option is chosen."""
        return word in self.values.getlist(name)

    def read(self, schema: type[ma.Schema]) -> dict[str, Any]:
        """The form's values by a schema of the published language.

        Raises:
            marshmallow.ValidationError: with messages by field.
        """
        reader = schema()
        loaded: dict[str, Any] = reader.load(_as_json(reader, self.values, ""))
        return loaded

    def refusals(self) -> "_Refusals":
        """Keep what is wrong with the form, so that the page can be shown again with it."""
        return _Refusals(self)


class _Refusals:
    """Swallows what the form can say itself; everything else goes on to the door."""

    def __init__(self, form: Form) -> None:
        self.form = form

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        if isinstance(error, ma.ValidationError):
            for fault in faults_of(error.messages_dict):
                self.form.errors.setdefault(_field(fault["pointer"]), fault["message"])
            self.form.status = 422
            return True
        if isinstance(error, Refusal) and error.code not in NOT_OF_THE_FORM:
            self.form.errors[_field(error.pointer or "")] = error.message
            self.form.status = STATUS_OF[error.code]
            return True
        return False


def sent_version() -> int:
    """The version of the row that the form was made from; 0, which no row has, when it is missing."""
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _field(pointer: str) -> str:
    """The form's name of a field from a JSON pointer: "/identity/phone" is "identity.phone"."""
    return pointer.strip("/").replace("/", ".")


def _as_json(schema: ma.Schema, values: MultiDict[str, str], prefix: str) -> dict[str, Any]:
    """Browsers send only text: turn it into what the schema's fields take; an empty field is left out."""
    found: dict[str, Any] = {}
    for name, field in schema.load_fields.items():
        key = f"{prefix}{name}"
        if isinstance(field, ListOf):
            found[name] = values.getlist(key)
        elif isinstance(field, Part):
            part = _as_json(field.schema, values, f"{key}.")
            if part:
                found[name] = part
        elif isinstance(field, YesNo):
            found[name] = values.get(key) == TICKED
        elif text := values.get(key, "").strip():
            found[name] = _value(field, text)
    return found


def _value(field: ma.fields.Field[Any], text: str) -> int | float | str | None:
    if field.allow_none and text == NONE:
        return None
    return _number(text) if isinstance(field, WholeNumber | Number) else text


def _number(text: str) -> int | float | str:
    """The number that was typed; the text itself where it is none, for the field to refuse."""
    if not NUMBER.fullmatch(text):
        return text
    return float(text.replace(",", ".")) if "." in text or "," in text else int(text)


def _texts(value: object) -> list[str]:
    if value is None or value is False:
        return []
    if isinstance(value, list | tuple):
        return [str(item) for item in value]
    return [TICKED if value is True else str(value)]
