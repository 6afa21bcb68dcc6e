"""Talks to the organisation's identity provider (OpenID Connect): its pages, its keys, a code's token.

What it says is the word of another machine: bounded in time and size, never along a redirect, and believed
only as far as `diary.services.id_tokens` has checked it.
"""

import base64
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock
from typing import Any, Final
from urllib.parse import quote, urlencode

from diary.gateways.outbound import NotSent, Outbound, Reply, fault_of

CALL_MAX_S: Final = 5.0
# Where its pages are and what its keys are is looked up anew after this; a key that is not known, sooner.
KEPT_S: Final = 3600.0
KEYS_AGAIN_S: Final = 60.0
SCOPE: Final = "openid"
FORM: Final = "application/x-www-form-urlencoded"


class ProviderAway(Exception):
    """Nobody answered in time, or not as an identity provider does. Its text is a word and no address."""


class CodeRefused(Exception):
    """The provider gives nothing for this code: it was used, has ended, or is not of this sign-in."""


class IdentityProvider:
    """One provider, for every thread of a process; what it says of itself is kept for an hour."""

    def __init__(
        self, issuer: str, client_id: str, client_secret: str | None, *, outbound: Outbound, at_once: int
    ) -> None:
        """`at_once` calls at most: a slow provider must not hold every thread that answers staff."""
        self.issuer = issuer
        self.client_id = client_id
        self._client_secret = client_secret
        self._outbound = outbound
        self._plain_here = issuer.startswith("http://")
        self._calls = BoundedSemaphore(at_once)
        self._lock = Lock()
        self._kept: dict[str, tuple[dict[str, Any], float]] = {}

    def sign_in_page(self, *, now_s: float) -> str:
        """Where people sign in; raises as `address` does."""
        return self._place("authorization_endpoint", now_s)

    def address(self, *, back_to: str, state: str, nonce: str, challenge: str, now_s: float) -> str:
        """Where a browser goes to sign in.

        Raises:
            ProviderAway: nobody said where that is.
        """
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": back_to,
            "scope": SCOPE,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        place = self.sign_in_page(now_s=now_s)
        return f"{place}{'&' if '?' in place else '?'}{urlencode(asked)}"

    def id_token(self, code: str, *, verifier: str, back_to: str, now_s: float) -> str:
        """What the provider gives for a code, unchecked.

        Raises:
            CodeRefused: it gives nothing.
            ProviderAway: nobody answered as a provider does.
        """
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back_to,
            "client_id": self.client_id,
            "code_verifier": verifier,
        }
        headers = {"Accept": "application/json", "Content-Type": FORM}
        if self._client_secret is not None:
            pair = f"{quote(self.client_id, safe='')}:{quote(self._client_secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        place = self._place("token_endpoint", now_s)
        with self._calling():
            reply = self._outbound.post(place, body=urlencode(form).encode(), headers=headers)
        if reply.status in (400, 401):
            raise CodeRefused
        token = _document(reply).get("id_token")
        if not isinstance(token, str):
            raise ProviderAway("no id token")
        return token

    def keys(self, *, now_s: float, newest: bool = False) -> Mapping[str, Any]:
        """Its public keys, as it publishes them; `newest` when those that are kept were not enough.

        Raises:
            ProviderAway: nobody answered as a provider does.
        """
        return self._document(
            "keys", self._place("jwks_uri", now_s), now_s, KEYS_AGAIN_S if newest else KEPT_S
        )

    def _place(self, name: str, now_s: float) -> str:
        url = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
        about = self._document("about", url, now_s, KEPT_S)
        place = about.get(name)
        # Another issuer's document would hand its codes and keys to us, and ours to it.
        if about.get("issuer") != self.issuer:
            raise ProviderAway("another issuer")
        if not isinstance(place, str) or fault_of(place, plain_here=self._plain_here) is not None:
            raise ProviderAway("no usable address")
        return place

    def _document(self, name: str, url: str, now_s: float, kept_s: float) -> dict[str, Any]:
        with self._lock:
            found, read_s = self._kept.get(name, ({}, 0.0))
        if found and now_s - read_s < kept_s:
            return found
        with self._calling():
            found = _document(self._outbound.get(url))
        with self._lock:
            self._kept[name] = (found, now_s)
        return found

    @contextmanager
    def _calling(self) -> Iterator[None]:
        if not self._calls.acquire(blocking=False):
            raise ProviderAway("busy")
        try:
            yield
        except NotSent as error:
            raise ProviderAway(str(error)) from None
        finally:
            self._calls.release()


def _document(reply: Reply) -> dict[str, Any]:
    try:
        found = json.loads(reply.body) if reply.status == 200 else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ProviderAway(f"status {reply.status}" if reply.status != 200 else "no JSON object")
    return found
