"""Events are signed so that the Standard Webhooks library believes them, and nothing but a 2xx takes one."""

import base64
import os
import time

import pytest
from standardwebhooks import Webhook as Judge
from standardwebhooks import WebhookVerificationError

from diary.domain.delivery import Tried
from diary.gateways.outbound import Outbound, is_public_or_here
from diary.gateways.webhook import Hook, HookCarrier, is_ours
from tests.gateways.far import Far, far

SECRET = "whsec_" + base64.b64encode(os.urandom(32)).decode()
EVENT = {"type": "alert.opened", "timestamp": "2026-08-03T02:00:00+00:00", "data": {"alert": "0193b5c2"}}


@pytest.fixture
def there():
    with far() as there:
        yield there


def send(there: Far, *, client: Outbound | None = None) -> Tried:
    client = client or Outbound(allowed=is_public_or_here, plain_here=True)
    return HookCarrier(client, clock_s=time.time).send(Hook(there.url, SECRET, "0193-key", EVENT))


def test_the_library_of_the_standard_believes_what_we_sign(there):
    assert send(there) == Tried("delivered", "201")
    ((_, headers, body),) = there.came
    assert Judge(SECRET).verify(body, headers) == EVENT
    assert headers["webhook-id"] == "0193-key"
    assert is_ours(SECRET, {name.lower(): value for name, value in headers.items()}, body)


def test_and_neither_it_nor_ours_believes_a_changed_body(there):
    send(there)
    ((_, headers, body),) = there.came
    lower = {name.lower(): value for name, value in headers.items()}
    changed = body.replace(b"opened", b"closed")
    with pytest.raises(WebhookVerificationError):
        Judge(SECRET).verify(changed, headers)
    assert not is_ours(SECRET, lower, changed)
    assert not is_ours(SECRET, {}, body)


@pytest.mark.parametrize(
    ("status", "tried"),
    [
        (204, Tried("delivered", "204")),
        (307, Tried("later", "307")),
        (400, Tried("later", "400")),
        (410, Tried("gone", "410")),
        (429, Tried("later", "429")),
        (503, Tried("later", "503")),
    ],
)
def test_only_a_2xx_takes_an_event_and_only_a_410_ends_it(there, status, tried):
    there.status = status
    assert send(there) == tried


def test_a_live_clinic_s_events_go_to_no_machine_of_ours(there):
    assert send(there, client=Outbound()).result == "later"
    assert there.came == []
