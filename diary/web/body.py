"""Reads JSON strictly: size before bytes, depth before parsing, each key once, plain numbers only.

The standard parser keeps the last of two equal keys, takes NaN and 1e400, and dies of 100,000 brackets.
"""

import json
import math
import re
from collections.abc import Mapping
from typing import IO, Any, Final, NoReturn

import marshmallow as ma
from flask import Flask, Request
from webargs import core
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest, HTTPException, RequestEntityTooLarge
from werkzeug.utils import cached_property

from config.settings import BODY_MAX_BYTES

DEPTH_MAX: Final = 32
# Whole numbers of up to 15 digits are exact in every JSON parser (RFC 8259, section 6), also in JavaScript's.
DIGITS_MAX: Final = 15
FORM_PARTS_MAX: Final = 200

# One step over a body: a whole string (an unfinished one runs to the end), or a bracket. Each byte is looked
# at once, so a body of quotation marks costs no more than another.
STEP: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|([\[{])|([\]}])', re.DOTALL)


class Unreadable(Exception):
    """A body or an address that is refused before anybody looks at its meaning."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


class Invalid(Exception):
    """Values that are not right: messages key by key, and where the values stood (json, query)."""

    def __init__(self, messages: Mapping[Any, Any], *, location: str) -> None:
        super().__init__("some values are not right")
        self.messages = messages
        self.location = location


class _Wire:
    """What a client sends. Where that breaks HTTP, the server's own error becomes a refusal.

    Each server has its own: gunicorn's are no ValueError and no OSError, and would be a 500.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        """So many bytes, or all.

        Raises:
            werkzeug.exceptions.BadRequest: chunks that are none, a connection that ends inside the body.
        """
        try:
            return self._stream.read(size)
        except HTTPException:
            raise
        except Exception as error:
            raise BadRequest from error


class WireRequest(Request):
    """A request whose body is read through `_Wire`, as JSON and as a form alike."""

    @cached_property
    def stream(self) -> Any:
        """The body, for whoever reads it."""
        return _Wire(super().stream)


def limit_bodies(app: Flask) -> None:
    """No request is read beyond the limit, whatever its kind; the batch alone asks for more."""
    app.request_class = WireRequest
    app.config["MAX_CONTENT_LENGTH"] = BODY_MAX_BYTES
    app.config["MAX_FORM_MEMORY_SIZE"] = BODY_MAX_BYTES
    app.config["MAX_FORM_PARTS"] = FORM_PARTS_MAX


def read_json(data: bytes) -> Any:
    """Parse a body.

    Raises:
        Unreadable: body_not_json, body_key_repeated, body_too_deep, body_number_too_large.
    """
    _check_depth(data)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable("body_not_json", f"Byte {error.start + 1} of the body is not UTF-8.") from None
    try:
        return DECODER.decode(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise Unreadable("body_not_json", f"The body stops being JSON at {place}.") from None


def _check_depth(data: bytes) -> None:
    depth = 0
    for step in STEP.finditer(data):
        if step[1]:
            depth += 1
            if depth > DEPTH_MAX:
                raise Unreadable("body_too_deep", f"The body is nested more than {DEPTH_MAX} levels deep.")
        elif step[2]:
            depth -= 1


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Unreadable("body_key_repeated", "An object of the body has the same key twice.")
    return found


def _whole(digits: str) -> int:
    if len(digits.lstrip("-")) > DIGITS_MAX:
        raise Unreadable("body_number_too_large", f"A whole number has more than {DIGITS_MAX} digits.")
    return int(digits)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise Unreadable("body_number_too_large", "A number is too large to be held.")
    return number


def _refuse_constant(_name: str) -> NoReturn:
    raise Unreadable("body_not_json", "NaN and Infinity are not JSON.")


DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_each_key_once,
    parse_int=_whole,
    parse_float=_finite,
    parse_constant=_refuse_constant,
)


class StrictParser(FlaskParser):
    """What `@blueprint.arguments(Schema)` reads with."""

    # Elsewhere unknown parameters are dropped; here a misspelt one is named.
    DEFAULT_UNKNOWN_BY_LOCATION = {  # noqa: RUF012 - declared so above it
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "query": None,
        "querystring": None,
    }

    def load_json(self, req: Request, schema: ma.Schema) -> Any:
        """The body as an object; nothing at all counts as an empty one.

        A schema with `body_max_bytes` may be larger than others.

        Raises:
            Unreadable: the body, its media type or its shape is not right.
            werkzeug.exceptions.RequestEntityTooLarge: before the body is read.
        """
        data = _read(req, limit=getattr(schema, "body_max_bytes", BODY_MAX_BYTES))
        if not data:
            return core.missing
        _check_media_type(req)
        found = read_json(data)
        if not isinstance(found, dict):
            raise Unreadable("body_not_an_object", "The body is JSON, but not an object.")
        return found

    def load_querystring(self, req: Request, schema: ma.Schema) -> Any:
        """The parameters, each once.

        Raises:
            Invalid: a parameter stands twice.
        """
        repeated = [name for name, values in req.args.lists() if len(values) > 1]
        if repeated:
            raise Invalid({name: ["Send this parameter once."] for name in repeated}, location="query")
        return super().load_querystring(req, schema)

    def handle_error(self, error: ma.ValidationError, *_: Any, **__: Any) -> NoReturn:
        """Hand the messages on as they are; `diary.web.problems` answers."""
        ((location, messages),) = error.messages_dict.items()
        raise Invalid(messages, location=location)


def _read(req: Request, *, limit: int) -> bytes:
    if (req.content_length or 0) > limit:
        raise RequestEntityTooLarge
    # A body in chunks announces no length, and Werkzeug cuts it off at its limit without a word: a byte more
    # than we take tells a body that is too long from one that fits.
    req.max_content_length = limit + 1
    data = req.get_data(cache=False)
    if len(data) > limit:
        raise RequestEntityTooLarge
    return data


def _check_media_type(req: Request) -> None:
    if req.headers.get("Content-Encoding", "identity") != "identity":
        raise Unreadable("media_type_unsupported", "Send the body as it is, not compressed.")
    charset = req.mimetype_params.get("charset", "utf-8").lower()
    if req.mimetype != "application/json" or charset != "utf-8":
        raise Unreadable("media_type_unsupported", "Send the body as application/json in UTF-8.")
