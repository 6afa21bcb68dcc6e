"""Reads one setting's text, or says in a few words what is wrong with it and what to do.

Every reader takes the text as found and raises ValueError; the message follows the setting's name, and never
repeats the text, which may hold a password.
"""

import ipaddress
import itertools
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, urlsplit

ROOT: Final = Path(__file__).resolve().parents[1]

SECRET_MIN_BITS: Final = 256
SECRET_FALLBACKS_MAX: Final = 3
HOW_TO_MAKE_ONE: Final = "make one with: python -m diary secret"
WELL_KNOWN: Final = re.compile(
    r"change.?me|changeit|secret|password|passphrase|example|default|insecure|replace|placeholder|qwerty|letmein",
    re.IGNORECASE,
)
LOCAL_HOSTS: Final = ("localhost", "127.0.0.1", "::1")
LOG_LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR")


def database_url(text: str) -> str:
    """An SQLite file, made absolute from the checkout, or a PostgreSQL database; in SQLAlchemy's spelling."""
    scheme, separator, rest = text.partition("://")
    if separator and scheme == "sqlite":
        path = rest.removeprefix("/")
        if not path or path.startswith(":memory:") or "?" in path:
            raise ValueError("names no file; write sqlite:///var/diary.db (or four slashes and a full path)")
        return f"sqlite:///{ROOT / path}"
    if separator and scheme in ("postgresql", "postgres", "postgresql+psycopg"):
        if not urlsplit(f"postgresql://{rest}").path.strip("/"):
            raise ValueError("names no database; write postgresql://user:password@host/database")
        return f"postgresql+psycopg://{rest}"
    raise ValueError("is no database this service knows; start it with sqlite:/// or postgresql://")


def secret(text: str) -> str:
    """A random text of 256 bits or more, as far as can be told from looking at it."""
    if WELL_KNOWN.search(text):
        raise ValueError(f"contains a well-known word; {HOW_TO_MAKE_ONE}")
    steps = sum(abs(ord(a) - ord(b)) <= 1 for a, b in itertools.pairwise(text))
    if len(set(text)) < 8 or steps > len(text) // 2 or re.fullmatch(r"(.{1,32}?)\1+", text):
        raise ValueError(f"repeats itself or is too short, so it can be guessed; {HOW_TO_MAKE_ONE}")
    bits = int(len(text) * math.log2(_alphabet_size(text)))
    if bits < SECRET_MIN_BITS:
        raise ValueError(f"is too short: {bits} bits at best, {SECRET_MIN_BITS} needed; {HOW_TO_MAKE_ONE}")
    return text


def _alphabet_size(text: str) -> int:
    """Of how many characters each one was chosen: digits, hexadecimal, base 32 or base 64."""
    if re.fullmatch(r"[0-9]*", text):
        return 10
    if re.fullmatch(r"[0-9a-f]*|[0-9A-F]*", text):
        return 16
    return 32 if text == text.lower() or text == text.upper() else 64


@dataclass(frozen=True, slots=True)
class EarlierSecret:
    """A secret that another one has taken over from, and the last day on which it is still accepted."""

    secret: str
    last_day: date | None

    def __repr__(self) -> str:
        """Without the secret."""
        return f"EarlierSecret(last_day={self.last_day})"


def secrets(text: str) -> tuple[EarlierSecret, ...]:
    """Earlier secrets by commas, each as good as the first; one may have a last day: SECRET@2026-12-31."""
    parts = tuple(part.strip() for part in text.split(",") if part.strip())
    if len(parts) > SECRET_FALLBACKS_MAX:
        raise ValueError(f"holds {len(parts)} secrets; keep the newest {SECRET_FALLBACKS_MAX}")
    return tuple(_earlier_secret(part) for part in parts)


def _earlier_secret(text: str) -> EarlierSecret:
    found = re.fullmatch(r"(.*)@([0-9]{4}-[0-9]{2}-[0-9]{2})", text, re.ASCII)
    if found is None:
        return EarlierSecret(secret(text), None)
    try:
        last_day = date.fromisoformat(found[2])
    except ValueError:
        raise ValueError("names a last day that no calendar has; write it as 2026-12-31") from None
    return EarlierSecret(secret(found[1]), last_day)


def host(text: str) -> str:
    """An address or a host name to listen on."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        if not re.fullmatch(r"[a-z0-9]([a-z0-9.-]{0,252}[a-z0-9])?", text, re.IGNORECASE | re.ASCII):
            raise ValueError("is no address; write one like 127.0.0.1, 0.0.0.0 or ::1") from None
    return text


def public_url(text: str) -> str:
    """The address people open: a scheme, a host and perhaps a port, without a slash at the end."""
    try:
        parts = urlsplit(text)
        name = parts.hostname if _is_bare(parts) else None
    except ValueError:
        name = None
    if not name:
        raise ValueError("is no web address; write one like https://diary.example.org, with nothing after it")
    if parts.scheme != "https" and name not in LOCAL_HOSTS:
        raise ValueError(
            "would send health data in the clear; write https:// (http:// is for localhost only)"
        )
    return f"{parts.scheme}://{parts.netloc}"


def issuer(text: str) -> str:
    """An identity provider as it names itself: compared to the letter, so nothing is added or taken off."""
    try:
        parts = urlsplit(text)
        name, port = parts.hostname, parts.port
    except ValueError:
        name, port = None, None
    if not name or port == 0 or not text.isascii() or set(" ?#@") & set(text):
        raise ValueError("is no address of a provider; write one like https://login.example.org/realms/ward")
    if parts.scheme != "https" and not (parts.scheme == "http" and name in LOCAL_HOSTS):
        raise ValueError("must begin with https:// (http:// is for localhost only)")
    return text


def client_id(text: str) -> str:
    """What a provider calls this service."""
    if not re.fullmatch(r"[!-~]{1,200}", text, re.ASCII):
        raise ValueError("is no client id; copy it from the provider, without spaces")
    return text


def client_secret(text: str) -> str:
    """What a provider made up for this service; how strong it is, is the provider's affair."""
    if not re.fullmatch(r"[!-~]{8,500}", text, re.ASCII):
        raise ValueError("is no client secret; copy it from the provider, without spaces")
    return text


def short_name(text: str) -> str:
    """A name that fits on a button."""
    if len(text) > 40:
        raise ValueError("is longer than 40 characters")
    return text


def email(text: str) -> str:
    """One address of a person or a list: what a mail server would refuse at once is refused here."""
    if not re.fullmatch(
        r"[^\s@<>,;:\"]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?", text, re.ASCII
    ):
        raise ValueError("is no e-mail address; write one like operator@example.org")
    return text


def smtp_url(text: str) -> str:
    """A mail server. Messages and the password for it leave this machine over TLS only."""
    try:
        parts = urlsplit(text)
        sound = parts.scheme in ("smtp", "smtps") and parts.hostname and parts.port != 0
    except ValueError:
        sound = False
    if not sound or parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("is no mail server; write one like smtps://user:password@mail.example.org:465")
    return text


def push_keys(text: str) -> tuple[str, str]:
    """A P-256 key pair, base64url: the private half, a full stop, the public half."""
    found = re.fullmatch(r"([A-Za-z0-9_-]{43})\.(B[A-Za-z0-9_-]{86})", text, re.ASCII)
    if found is None:
        raise ValueError("is no pair of push keys; make one with: python -m diary push-keys")
    return found[1], found[2]


def cluster(text: str) -> str:
    """The address of a Dask scheduler. Whoever reaches one runs programs on its workers, so it needs TLS."""
    found = re.fullmatch(r"(tcp|tls)://(\[[0-9a-f:]+\]|[A-Za-z0-9.-]+):([0-9]{1,5})", text, re.ASCII)
    if found is None:
        raise ValueError("is no address of a Dask scheduler; write one like tls://night.example.org:8786")
    if found[1] != "tls" and found[2].strip("[]") not in LOCAL_HOSTS:
        raise ValueError(
            "would let anybody run programs on its workers; write tls:// (tcp:// is for localhost)"
        )
    return text


def _is_bare(parts: SplitResult) -> bool:
    extras = (parts.path.strip("/"), parts.query, parts.fragment, parts.username, parts.password)
    return parts.scheme in ("http", "https") and not any(extras) and parts.port != 0


def whole(low: int, high: int) -> Callable[[str], int]:
    """A reader of whole numbers from `low` to `high`."""

    def read(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", text, re.ASCII) or not low <= int(text) <= high:
            raise ValueError(f"is not a whole number from {low} to {high}")
        return int(text)

    return read


def seconds(low: float, high: float) -> Callable[[str], float]:
    """A reader of seconds from `low` to `high`, fractions allowed."""

    def read(text: str) -> float:
        if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", text, re.ASCII) or not low <= float(text) <= high:
            raise ValueError(f"is not a number of seconds from {low:g} to {high:g}")
        return float(text)

    return read


def on_or_off(text: str) -> bool:
    """A switch.

    >>> on_or_off("on"), on_or_off("off")
    (True, False)
    """
    try:
        return {"on": True, "off": False}[text]
    except KeyError:
        raise ValueError("say on or off") from None


def log_level(text: str) -> str:
    """One of the standard library's level names, in any case."""
    if text.upper() not in LOG_LEVELS:
        raise ValueError(f"is none of {', '.join(LOG_LEVELS)}")
    return text.upper()


def path(text: str) -> Path:
    """A path, made absolute from the checkout."""
    return ROOT / text
