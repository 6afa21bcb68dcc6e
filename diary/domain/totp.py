"""Codes of an authenticator app (RFC 6238): six digits from a shared secret, others every 30 seconds."""

import base64
import hmac
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlencode

STEP_S: Final = 30
DIGITS: Final = 6
# A phone's clock may be off, and typing takes time: the step before and the one after count too.
DRIFT_STEPS: Final = 1
# As long as the hash is wide, as RFC 4226 recommends.
SECRET_BYTES: Final = 20


def step_at(moment: datetime) -> int:
    """The number of the 30 seconds that a moment lies in."""
    return int(moment.timestamp()) // STEP_S


def code_of(secret: bytes, step: int) -> str:
    """The code of a step, by the dynamic truncation of RFC 4226.

    >>> code_of(b"12345678901234567890", 1111111109 // STEP_S)  # RFC 6238, appendix B, its last six digits
    '081804'
    """
    digest = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    start = digest[-1] & 0x0F
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def step_shown(secret: bytes, code: str, *, now: datetime, after: int) -> int | None:
    """The step whose code this is, or None. A step up to `after` was used already: a code is good once."""
    present = step_at(now)
    for step in range(present - DRIFT_STEPS, present + DRIFT_STEPS + 1):
        if step > after and hmac.compare_digest(code_of(secret, step).encode(), code.encode()):
            return step
    return None


def spelt(secret: bytes) -> str:
    """The secret in base 32, as an app takes it where no camera helps.

    >>> spelt(b"12345678901234567890")
    'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
    """
    return base64.b32encode(secret).decode().rstrip("=")


def app_address(secret: bytes, *, account: str, issuer: str) -> str:
    """What the QR code says to an authenticator app.

    >>> app_address(b"12345", account="a@b.example", issuer="Pain diary")
    'otpauth://totp/Pain%20diary:a%40b.example?secret=GEZDGNBV&issuer=Pain+diary'
    """
    query = urlencode({"secret": spelt(secret), "issuer": issuer})
    return f"otpauth://totp/{quote(issuer, safe='')}:{quote(account, safe='')}?{query}"
