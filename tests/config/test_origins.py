"""Every threshold says what it is and where its default comes from."""

from dataclasses import fields

from config.origins import ORIGINS
from config.protocol import Protocol
from schemas.protocol import ProtocolIn


def test_every_threshold_has_its_origin_and_its_field_in_the_form():
    names = {spec.name for spec in fields(Protocol)}
    assert set(ORIGINS) == names
    assert set(ProtocolIn().fields) == names | {"note"}
