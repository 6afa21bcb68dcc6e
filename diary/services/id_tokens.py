"""Reads an identity provider's ID token: signed by its key, for this service, for this sign-in, and now."""

import hmac
from collections.abc import Mapping
from typing import Any, Final

# Keys that only the provider holds. What a shared secret or nothing signs, anybody could have written.
ALGORITHMS: Final = ("RS256", "ES256")
# Two clocks of two houses.
LEEWAY_S: Final = 60
SUBJECT_MAX_CHARACTERS: Final = 255


class NotProved(Exception):
    """This token proves nothing. Its text is a word, for whoever runs the service."""


class KeyNotKnown(NotProved):
    """None of the keys signed it; the provider may have new ones."""


def subject_of(
    token: str, keys: Mapping[str, Any], *, issuer: str, client_id: str, nonce: str, now_s: float
) -> str:
    """The provider's own name of who signed in: the one thing of a token that is believed.

    Not the e-mail address: it changes hands, and some providers let people write their own.

    Args:
        token: as it came.
        keys: the provider's key set, as it publishes it.
        issuer: who must have written it.
        client_id: whom it must be for.
        nonce: what this sign-in asked with.
        now_s: seconds since 1970.

    Raises:
        NotProved: with what is wrong; KeyNotKnown when newer keys may help.
    """
    from joserfc import jwt  # noqa: PLC0415 - see tests/house/rooms.py
    from joserfc.errors import InvalidKeyIdError, JoseError  # noqa: PLC0415
    from joserfc.jwk import KeySet  # noqa: PLC0415

    try:
        known = KeySet.import_key_set({"keys": _signing(keys)})
        claims = jwt.decode(token, known, algorithms=list(ALGORITHMS)).claims
        jwt.JWTClaimsRegistry(
            now=int(now_s),
            leeway=LEEWAY_S,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True},
        ).validate(claims)
    except InvalidKeyIdError:
        raise KeyNotKnown("unknown key") from None
    except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise NotProved(getattr(error, "error", type(error).__name__)) from None
    return _subject(claims, client_id=client_id, nonce=nonce)


def _subject(claims: Mapping[str, Any], *, client_id: str, nonce: str) -> str:
    given, subject = claims["nonce"], claims["sub"]
    if not isinstance(given, str) or not given.isascii() or not hmac.compare_digest(given, nonce):
        raise NotProved("another nonce")
    # For several at once, it must say whom of them it was made for.
    alone = claims["aud"] in (client_id, [client_id])
    if claims.get("azp", client_id if alone else None) != client_id:
        raise NotProved("for another party")
    # OpenID Connect Core 1.0, 2: at most 255 ASCII characters. Half of a surrogate pair could not be stored.
    if len(subject) > SUBJECT_MAX_CHARACTERS or not subject.isascii():
        raise NotProved("no such subject")
    return str(subject)


def _signing(keys: Mapping[str, Any]) -> list[Any]:
    """The keys that may sign a token here; one of another kind is no reason to refuse the rest."""
    listed = keys.get("keys")
    if not isinstance(listed, list):
        raise NotProved("no keys")
    of_ours = [key for key in listed if isinstance(key, dict) and key.get("kty") in ("RSA", "EC")]
    return [key for key in of_ours if key.get("use") != "enc"]
