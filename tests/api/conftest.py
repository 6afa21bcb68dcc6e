"""A small clinic behind the app, on both databases."""

from collections.abc import Iterator

import pytest
from flask import Flask

from diary.storage.engine import make_engine
from tests.api.people import make_app
from tests.little_clinic import LittleClinic, found


@pytest.fixture
def clinic(database_url: str) -> Iterator[LittleClinic]:
    engine = make_engine(database_url)
    yield found(engine)
    engine.dispose()


@pytest.fixture
def app(database_url: str, clinic: LittleClinic) -> Iterator[Flask]:
    assert clinic
    app = make_app(database_url)
    yield app
    app.extensions["diary.engine"].dispose()
