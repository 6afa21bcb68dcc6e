"""Tells other programs what happened, signed as Standard Webhooks 1.0 has it (standardwebhooks.com)."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from diary.domain.delivery import Tried
from diary.gateways.outbound import NotAllowed, NotSent, Outbound

SECRET_PREFIX = "whsec_"  # noqa: S105 - how secrets of this kind begin


@dataclass(frozen=True, slots=True)
class Hook:
    """One event for one address. A copy of it has the same `key`."""

    url: str
    secret: str = field(repr=False)
    key: str
    event: Mapping[str, Any]


class HookCarrier:
    """Posts events."""

    def __init__(self, outbound: Outbound, *, clock_s: Callable[[], float]) -> None:
        self._outbound = outbound
        self._clock_s = clock_s

    def destination(self, hook: Hook) -> str:
        """Its host."""
        return urlsplit(hook.url).netloc

    def send(self, hook: Hook) -> Tried:
        """Sign and post. Only a 2xx takes it; a redirect is a refusal for now, and 410 one for good."""
        body = json.dumps(dict(hook.event), separators=(",", ":")).encode()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "pain-diary-webhook",
            **signature(hook.secret, key=hook.key, at_s=int(self._clock_s()), body=body),
        }
        try:
            reply = self._outbound.post(hook.url, body=body, headers=headers)
        except NotAllowed as error:
            return Tried("later", str(error))
        except NotSent as error:
            return Tried("later", str(error), away=True)
        if 200 <= reply.status < 300:
            return Tried("delivered", str(reply.status))
        if reply.status == 410:
            return Tried("gone", "410")
        return Tried("later", str(reply.status), wait_s=reply.retry_after_s)


def signature(secret: str, *, key: str, at_s: int, body: bytes) -> dict[str, str]:
    """The three headers that say who sent it, when, and that nobody changed it."""
    signed = f"{key}.{at_s}.".encode() + body
    mac = hmac.new(base64.b64decode(secret.removeprefix(SECRET_PREFIX)), signed, hashlib.sha256)
    return {
        "webhook-id": key,
        "webhook-timestamp": str(at_s),
        "webhook-signature": f"v1,{base64.b64encode(mac.digest()).decode()}",
    }


def is_ours(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether a POST was signed with this secret; for `listen`."""
    headers = {name.lower(): value for name, value in headers.items()}
    try:
        at_s = int(headers.get("webhook-timestamp", ""))
    except ValueError:
        return False
    expected = signature(secret, key=headers.get("webhook-id", ""), at_s=at_s, body=body)
    given = headers.get("webhook-signature", "").split()
    return any(hmac.compare_digest(one, expected["webhook-signature"]) for one in given)
