"""Seals the few secrets that must be read again: a copy of the database alone does not open them."""

import base64
import hmac
import secrets
from collections.abc import Sequence
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

# Random for each seal; 96 bits is what AES-GCM takes.
NONCE_BYTES: Final = 12


def seal(secret: bytes, *, about: str, secret_key: str) -> str:
    """The secret, readable again only with the service's secret and for the same purpose.

    Args:
        about: what it belongs to, such as "authenticator:" and a person's uid; elsewhere it does not open.
    """
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = _cipher(secret_key).encrypt(nonce, secret, about.encode())
    return base64.urlsafe_b64encode(nonce + sealed).decode()


def unseal(sealed: str, *, about: str, secret_keys: Sequence[str]) -> bytes | None:
    """What was sealed under any of the service's secrets; None when it was not, or was changed."""
    try:
        whole = base64.urlsafe_b64decode(sealed.encode())
    except ValueError:
        return None
    for secret_key in secret_keys:
        try:
            return _cipher(secret_key).decrypt(whole[:NONCE_BYTES], whole[NONCE_BYTES:], about.encode())
        except (InvalidTag, ValueError):  # another secret's, or too short
            continue
    return None


def _cipher(secret_key: str) -> AESGCM:
    return AESGCM(hmac.digest(secret_key.encode(), b"seal", "sha256"))
