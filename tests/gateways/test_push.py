"""A note is opened by the one browser it is for; every answer of a push service is understood."""

import base64
import json
import os
import time
from urllib.parse import urlsplit

import http_ece
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from config.readers import push_keys
from diary.domain.delivery import Tried
from diary.gateways.outbound import Outbound
from diary.gateways.push import Push, PushCarrier, PushKeys
from tests.gateways.far import Far, far

NOTE = {"title": "Time for your daily answer", "body": "It takes about 10 seconds.", "id": "0193b5c2"}
KEYS = PushKeys.make()


def text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def data(words: str) -> bytes:
    return base64.urlsafe_b64decode(words + "=" * (-len(words) % 4))


class Browser:
    """A subscribed phone."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.secret = os.urandom(16)
        form = (serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
        self.p256dh = text(self.key.public_key().public_bytes(*form))
        self.auth = text(self.secret)

    def open(self, body: bytes) -> dict[str, str]:
        return json.loads(
            http_ece.decrypt(body, private_key=self.key, auth_secret=self.secret, version="aes128gcm")
        )


@pytest.fixture
def service():
    with far() as there:
        yield there


def send(service: Far, browser: Browser, *, keys: PushKeys = KEYS) -> Tried:
    push = Push(service.url, browser.p256dh, browser.auth, NOTE, "reminder", ttl_s=3600)
    client = Outbound(allowed=lambda _: True, plain_here=True)
    carrier = PushCarrier(keys, contact="mailto:operator@clinic.example", outbound=client, clock_s=time.time)
    assert carrier.destination(push) == f"localhost:{service.port}"
    return carrier.send(push)


def test_only_the_browser_it_is_for_opens_the_note(service):
    browser = Browser()
    assert send(service, browser) == Tried("delivered", "201")
    ((_, headers, body),) = service.came
    assert browser.open(body) == NOTE
    assert (headers["TTL"], headers["Topic"], headers["Content-Encoding"]) == (
        "3600",
        "reminder",
        "aes128gcm",
    )
    with pytest.raises(http_ece.ECEException):
        Browser().open(body)


def test_the_push_service_can_check_who_sent_it(service):
    send(service, Browser())
    authorization = service.came[0][1]["Authorization"]
    token, public = (part.partition("=")[2] for part in authorization.removeprefix("vapid ").split(", "))
    signed, _, signature = token.rpartition(".")
    both = data(signature)
    der = encode_dss_signature(int.from_bytes(both[:32], "big"), int.from_bytes(both[32:], "big"))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), data(public))
    key.verify(der, signed.encode(), ec.ECDSA(hashes.SHA256()))
    claims = json.loads(data(signed.partition(".")[2]))
    assert claims["aud"] == f"http://{urlsplit(service.url).netloc}"
    assert claims["sub"] == "mailto:operator@clinic.example"
    assert 0 < claims["exp"] - time.time() <= 24 * 3600
    assert public == KEYS.public


@pytest.mark.parametrize(
    ("status", "headers", "tried"),
    [
        (201, {}, Tried("delivered", "201")),
        (404, {}, Tried("gone", "404")),
        (410, {}, Tried("gone", "410")),
        (403, {}, Tried("refused", "403")),
        (413, {}, Tried("refused", "413")),
        (429, {"Retry-After": "120"}, Tried("later", "429", wait_s=120)),
        (500, {}, Tried("later", "500")),
        (503, {"Retry-After": "7"}, Tried("later", "503", wait_s=7)),
        (302, {"Location": "http://localhost:1/"}, Tried("refused", "302")),
    ],
)
def test_each_answer_of_a_push_service_is_understood(service, status, headers, tried):
    service.status, service.headers = status, headers
    assert send(service, Browser()) == tried


def test_a_phone_whose_keys_are_none_counts_as_gone(service):
    browser = Browser()
    browser.p256dh = text(b"\x04" + bytes(64))
    assert send(service, browser).result == "gone"


def test_printed_keys_are_accepted_as_a_setting_and_halves_of_two_pairs_are_not():
    assert push_keys(f"{KEYS.private}.{KEYS.public}") == (KEYS.private, KEYS.public)
    with pytest.raises(ValueError, match="no pair of push keys"):
        push_keys("abc")
    with pytest.raises(ValueError, match="no pair"):
        PushKeys(KEYS.private, PushKeys.make().public).key()
