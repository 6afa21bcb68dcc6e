"""A form that is put aside for another day, in the browser it was begun in: packed small, without secrets."""

import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection
from typing import Final
from urllib.parse import parse_qsl, urlencode

from werkzeug.datastructures import MultiDict

# A browser takes 4,096 bytes for a cookie, its name and attributes among them.
KEPT_MAX: Final = 3_800
# What that unpacks to of plain words; anything larger was not packed here.
UNPACKED_MAX: Final = 64_000


def pack(values: MultiDict[str, str], *, but: Collection[str]) -> str | None:
    """The fields as the text of a cookie, without those named; None where they are too long for one.

    >>> values = MultiDict([("name", "Hand clinic"), ("days", "mon"), ("days", "tue"), ("password", "x")])
    >>> unpack(pack(values, but=("password",)) or "")
    {'name': ['Hand clinic'], 'days': ['mon', 'tue']}
    """
    fields = [(name, value) for name, value in values.items(multi=True) if name not in but and value]
    packed = urlsafe_b64encode(zlib.compress(urlencode(fields).encode(), 9)).decode()
    return packed if len(packed) <= KEPT_MAX else None


def unpack(text: str) -> dict[str, list[str]]:
    """The fields again; none of a text that was not packed here.

    >>> unpack("nonsense"), unpack("")
    ({}, {})
    """
    try:
        packed = urlsafe_b64decode(text.encode("ascii"))
        fields = parse_qsl(zlib.decompressobj().decompress(packed, UNPACKED_MAX).decode(), max_num_fields=100)
    except (ValueError, zlib.error):
        return {}
    found: dict[str, list[str]] = {}
    for name, value in fields:
        found.setdefault(name, []).append(value)
    return found
