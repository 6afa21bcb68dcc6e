"""Sends to phones by Web Push: encrypted for one browser (RFC 8291), signed as ours (VAPID, RFC 8292)."""

import base64
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from diary.domain.delivery import Tried
from diary.gateways.outbound import NotAllowed, NotSent, Outbound, Reply

# A token may live a day at most (RFC 8292); half of that, and made anew in good time.
TOKEN_LIFE_S: Final = 12 * 3600
RECORD_BYTES: Final = 4096
# What every push service takes, padding and all (RFC 8030).
PAYLOAD_MAX_BYTES: Final = 3000


@dataclass(frozen=True, slots=True)
class Push:
    """One note to one phone. `topic` lets a newer one replace it where it still waits."""

    endpoint: str
    p256dh: str
    auth: str
    note: Mapping[str, str]
    topic: str
    ttl_s: int
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class PushKeys:
    """Our key pair, base64url: a phone subscribes to the public half, and believes only the private one."""

    private: str
    public: str

    @classmethod
    def of(cls, private: ec.EllipticCurvePrivateKey) -> "PushKeys":
        """From a key."""
        number = private.private_numbers().private_value.to_bytes(32, "big")
        return cls(_text(number), _text(_point(private.public_key())))

    @classmethod
    def make(cls) -> "PushKeys":
        """A new pair."""
        return cls.of(ec.generate_private_key(ec.SECP256R1()))

    def key(self) -> ec.EllipticCurvePrivateKey:
        """The private half; the public one must be its own.

        Raises:
            ValueError: they are no pair.
        """
        private = ec.derive_private_key(int.from_bytes(_bytes(self.private), "big"), ec.SECP256R1())
        if PushKeys.of(private).public != self.public:
            raise ValueError("the two halves of the push key are no pair")
        return private


class PushCarrier:
    """Sends notes; the phone's maker passes them on, and can read none."""

    def __init__(
        self, keys: PushKeys, *, contact: str, outbound: Outbound, clock_s: Callable[[], float]
    ) -> None:
        self._key = keys.key()
        self._public = keys.public
        self._contact = contact
        self._outbound = outbound
        self._clock_s = clock_s
        self._tokens: dict[str, tuple[str, float]] = {}

    def destination(self, push: Push) -> str:
        """The push service's host."""
        return urlsplit(push.endpoint).netloc

    def send(self, push: Push) -> Tried:
        """Encrypt and post."""
        try:
            body = encrypted(json.dumps(dict(push.note)).encode(), p256dh=push.p256dh, auth=push.auth)
        except ValueError:
            return Tried("gone", "bad key")
        headers = {
            "Authorization": f"vapid t={self._token(push.endpoint)}, k={self._public}",
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(push.ttl_s),
            "Topic": push.topic,
            "Urgency": "high" if push.urgent else "normal",
        }
        try:
            reply = self._outbound.post(push.endpoint, body=body, headers=headers, keep=True)
        except NotAllowed as error:
            return Tried("gone", str(error))
        except NotSent as error:
            return Tried("later", str(error), away=True)
        return _told(reply)

    def _token(self, endpoint: str) -> str:
        """Says to this push service who we are; the same for many notes."""
        parts = urlsplit(endpoint)
        audience, now_s = f"{parts.scheme}://{parts.netloc}", self._clock_s()
        token, ends_s = self._tokens.get(audience, ("", 0.0))
        if ends_s - now_s < TOKEN_LIFE_S / 2:
            ends_s = now_s + TOKEN_LIFE_S
            claims = {"aud": audience, "exp": int(ends_s), "sub": self._contact}
            token = signed(claims, self._key)
            self._tokens[audience] = (token, ends_s)
        return token


def encrypted(text: bytes, *, p256dh: str, auth: str) -> bytes:
    """One aes128gcm record that only the browser with these keys opens (RFC 8291, 8188).

    Raises:
        ValueError: the keys are none.
    """
    if len(text) > PAYLOAD_MAX_BYTES:
        raise ValueError("too long for a push")
    theirs, secret = _bytes(p256dh), _bytes(auth)
    if len(secret) != 16:
        raise ValueError("the secret of a subscription has 16 bytes")
    browser = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs)
    ours = ec.generate_private_key(ec.SECP256R1())
    point, salt = _point(ours.public_key()), os.urandom(16)
    shared = ours.exchange(ec.ECDH(), browser)
    seed = _derived(shared, salt=secret, info=b"WebPush: info\0" + theirs + point, length=32)
    key = _derived(seed, salt=salt, info=b"Content-Encoding: aes128gcm\0", length=16)
    nonce = _derived(seed, salt=salt, info=b"Content-Encoding: nonce\0", length=12)
    header = salt + RECORD_BYTES.to_bytes(4, "big") + bytes([len(point)]) + point
    return header + AESGCM(key).encrypt(nonce, text + b"\x02", None)


def signed(claims: Mapping[str, object], key: ec.EllipticCurvePrivateKey) -> str:
    """A JSON web token, ES256."""
    parts = [{"alg": "ES256", "typ": "JWT"}, dict(claims)]
    text = ".".join(_text(json.dumps(part, separators=(",", ":")).encode()) for part in parts)
    r, s = decode_dss_signature(key.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{text}.{_text(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def _told(reply: Reply) -> Tried:
    """What the push service's answer means (RFC 8030): only 404 and 410 say that the phone is gone.

    One maker refuses with 403 what it has forgotten; three in a row count as gone (services/reach).
    """
    code = str(reply.status)
    if 200 <= reply.status < 300:
        return Tried("delivered", code)
    if reply.status in (404, 410):
        return Tried("gone", code)
    if reply.status in (429, 503):
        return Tried("later", code, wait_s=reply.retry_after_s)
    return Tried("later" if reply.status >= 500 else "refused", code)


def _derived(secret: bytes, *, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(secret)


def _point(public: ec.EllipticCurvePublicKey) -> bytes:
    return public.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
