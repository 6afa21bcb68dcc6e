"""The organisation's identity provider as this service uses it: one question, and whose answer came back."""

import base64
import hashlib
from datetime import datetime

from config.settings import Settings
from diary.domain.errors import Refusal
from diary.gateways.identity_provider import CALL_MAX_S, CodeRefused, IdentityProvider, ProviderAway
from diary.gateways.outbound import Outbound, is_any
from diary.services.id_tokens import KeyNotKnown, NotProved, subject_of
from diary.services.provider_sign_ins import Asked
from diary.services.secrets import token_digest


class Provider:
    """The provider of one installation. Nothing here may run inside a unit of work: it waits for others."""

    def __init__(self, settings: Settings) -> None:
        assert settings.provider_issuer is not None
        assert settings.provider_client_id is not None
        self._back_to = f"{settings.public_url}/desk/provider/back"
        self._far = IdentityProvider(
            settings.provider_issuer,
            settings.provider_client_id,
            settings.provider_client_secret,
            outbound=Outbound(
                allowed=is_any,
                plain_here=settings.provider_issuer.startswith("http://"),
                whole_max_s=CALL_MAX_S,
            ),
            at_once=max(1, settings.web_threads // 2),
        )

    def reach(self, *, now: datetime) -> None:
        """See that it can be asked, before anything is kept of a question.

        Raises:
            Refusal: provider_away.
        """
        try:
            self._far.sign_in_page(now_s=now.timestamp())
        except ProviderAway as error:
            raise _away(error) from None

    def address(self, asked: Asked, *, now: datetime) -> str:
        """Where the browser goes with this question.

        Raises:
            Refusal: provider_away.
        """
        try:
            return self._far.address(
                back_to=self._back_to,
                state=asked.state,
                nonce=asked.nonce,
                challenge=_challenge(asked.verifier),
                now_s=now.timestamp(),
            )
        except ProviderAway as error:
            raise _away(error) from None

    def identity(self, code: str, *, issuer: str | None, nonce: str, verifier: str, now: datetime) -> str:
        """Who came back with this code, as the digest that stands for them here.

        Args:
            code: as the browser brought it.
            issuer: who says to have sent the browser back, where it says so (RFC 9207).
            nonce: what the question was asked with.
            verifier: likewise (PKCE).
            now: this moment.

        Raises:
            Refusal: provider_failed; provider_away.
        """
        if issuer is not None and issuer != self._far.issuer:
            raise provider_failed("another issuer")
        try:
            token = self._far.id_token(code, verifier=verifier, back_to=self._back_to, now_s=now.timestamp())
            try:
                subject = self._subject(token, nonce, now, newest=False)
            except KeyNotKnown:
                subject = self._subject(token, nonce, now, newest=True)
        except ProviderAway as error:
            raise _away(error) from None
        except (CodeRefused, NotProved) as error:
            raise provider_failed(str(error) or "code refused") from None
        return token_digest(f"{self._far.issuer}\n{subject}")

    def _subject(self, token: str, nonce: str, now: datetime, *, newest: bool) -> str:
        return subject_of(
            token,
            self._far.keys(now_s=now.timestamp(), newest=newest),
            issuer=self._far.issuer,
            client_id=self._far.client_id,
            nonce=nonce,
            now_s=now.timestamp(),
        )


def provider_failed(why: str) -> Refusal:
    """What came back proves nothing; `why` tells whoever runs the service, and nobody else anything."""
    return Refusal("provider_failed", f"Your organisation's sign-in was not accepted ({why}). Start again.")


def _away(error: ProviderAway) -> Refusal:
    return Refusal(
        "provider_away",
        f"Your organisation's sign-in does not answer ({error}). Try again in a minute.",
        facts={"retry_after_s": 60},
    )


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
