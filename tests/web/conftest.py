"""A clinic with one of everything behind the app, once for a file of tests and for each database."""

import shutil
from collections.abc import Iterator

import pytest

from tests.postgresql import APP_ROLE
from tests.web.ground import Ground, clinics


@pytest.fixture(scope="module", params=("sqlite", "postgresql"))
def shared_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database for a whole file of tests: making its people takes longer than asking them."""
    template = request.getfixturevalue(f"{request.param}_template")
    if request.param == "sqlite":
        yield f"sqlite:///{shutil.copyfile(template, tmp_path_factory.mktemp('shared') / 'diary.db')}"
        return
    server = request.getfixturevalue("postgresql_server")
    name = server.create(template=template)
    yield server.url(name, role=APP_ROLE)
    server.drop(name)


@pytest.fixture(scope="module")
def here(shared_url: str) -> Iterator[Ground]:
    """The clinic, its people and their objects, for tests that do no more than add to them."""
    with clinics(shared_url, count=1) as (alone,):
        yield alone
