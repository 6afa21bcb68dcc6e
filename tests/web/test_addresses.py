"""An id in an address has one spelling."""

import pytest

from tests.web.tiny_app import tiny_app

UID = "0193b5c2-7d1e-7a40-9c55-3f0e6a1b2c4d"


@pytest.fixture
def client():
    def patient(uid: str) -> str:
        return uid

    return tiny_app(("/v1/patients/<uid:uid>", patient)).test_client()


def test_the_canonical_spelling_is_found(client):
    assert client.get(f"/v1/patients/{UID}").text == UID


@pytest.mark.parametrize(
    "spelling",
    [
        UID.upper(),
        UID.replace("-", ""),
        f"{{{UID}}}",
        f"urn:uuid:{UID}",
        f"{UID}%0A",
        UID.replace("0", "٠"),
        "1",
        "%00",
    ],
)
def test_any_other_spelling_is_no_address_of_ours(client, spelling):
    assert client.get(f"/v1/patients/{spelling}").status_code == 404
