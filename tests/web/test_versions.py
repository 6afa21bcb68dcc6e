"""Two people cannot overwrite each other: a change names the version that was seen."""

import pytest
from flask import Flask

from diary.domain.errors import Refusal
from diary.web.versions import etag_of, require_version


def sent(header: str | None) -> None:
    headers = {} if header is None else {"If-Match": header}
    with Flask("t").test_request_context("/v1/alerts", headers=headers):
        require_version(7)


@pytest.mark.parametrize("header", [etag_of(7)["ETag"], '"6", "7"', "*"])
def test_a_change_to_the_version_that_stands_goes_through(header):
    sent(header)


@pytest.mark.parametrize("header", ['"6"', '"77"', 'W/"7"', "7x", '""', "", '"٧"'])
def test_a_change_to_another_version_is_refused(header):
    with pytest.raises(Refusal) as refusal:
        sent(header)
    assert refusal.value.code == "changed_meanwhile"


def test_a_change_that_names_no_version_is_asked_for_it():
    with pytest.raises(Refusal) as refusal:
        sent(None)
    assert refusal.value.code == "precondition_required"
