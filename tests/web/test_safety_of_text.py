"""Markup that somebody typed is shown as text, on every page and in every answer."""

from collections.abc import Iterator

import pytest

from diary.services import patients
from diary.storage.patients import patient_by_uid
from diary.web.rights import ANYONE, RIGHTS
from tests.web.examples import routes
from tests.web.ground import NOW, Ground, clinics
from tests.web.test_other_clinics import ask, example, own_parts

MARKUP = "<script>alert(1)</script>\"'><img src=x onerror=y>"


@pytest.fixture(scope="module")
def here(sqlite_template, tmp_path_factory) -> Iterator[Ground]:
    copy = tmp_path_factory.mktemp("markup") / "diary.db"
    copy.write_bytes(sqlite_template.read_bytes())
    with clinics(f"sqlite:///{copy}", count=1) as (alone,):
        yield alone


def test_markup_in_a_name_is_shown_as_text_on_every_page(here):
    with here.clinic.unit(write=True) as session:
        patient = patient_by_uid(session, here.uids["patient"], lock=True)
        assert patient is not None
        identity = patients.Identity(MARKUP, None, MARKUP[:40], MARKUP[:30])
        patients.set_identity(session, patient, identity, now=NOW)
        patients.pause(session, patient, until=None, note=MARKUP, now=NOW)
    raw, shown = [], 0
    for route in routes(here.app):
        if not route.startswith(("GET desk.", "POST desk.search")) or ANYONE in RIGHTS[route]:
            continue
        role = next(one for one in ("nurse", *here.callers) if one in RIGHTS[route])
        sent = example(here, route) | ({"q": "P-"} if "search" in route else {})
        answer = ask(here.app, here.callers[role], route, own_parts(here, route), sent)
        shown += "&lt;script&gt;alert(1)" in answer.text
        raw += [route] if "<script>alert" in answer.text or "<img src=x" in answer.text else []
    assert raw == []
    assert shown >= 5
