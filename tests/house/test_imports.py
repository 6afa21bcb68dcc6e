"""Imports only point down. The law stands in rooms.py; here it is applied, and shown to catch offenders."""

from pathlib import Path

import pytest

from tests.house.rooms import HEAVY, LATE, OUTSIDE, ROOMS, ROOT, TOPS, inside, modules, sins

MODULES = list(modules())


@pytest.mark.parametrize(("module", "path"), MODULES, ids=[name for name, _ in MODULES])
def test_a_module_uses_only_what_stands_below_it(module: str, path: Path):
    assert sins(module, path.read_text("utf-8"), is_init=path.name == "__init__.py") == []


def test_the_table_itself_points_down_only():
    order = list(ROOMS)
    for room, (below, _) in ROOMS.items():
        assert all(order.index(other) < order.index(room) for other in below), room


def test_every_room_is_reached_by_its_own_line_and_no_other():
    for room in ROOMS:
        assert [other for other in ROOMS if inside(room, other)] == [room]


def test_nothing_but_the_jobs_command_reaches_the_jobs():
    assert not any("jobs" in below for below, _ in ROOMS.values())


def test_flask_is_known_to_the_doors_only():
    assert {room for room, (_, packages) in ROOMS.items() if "flask" in packages} == {
        "diary.web",
        "diary.api",
        "diary.desk",
        "diary.phone",
        "diary.app",
    }


def test_every_top_folder_with_code_is_named_in_the_table():
    folders = [path for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")]

    assert {path.name for path in folders if next(path.rglob("*.py"), None)} - {"var"} <= TOPS


@pytest.mark.parametrize(
    ("module", "sin"),
    [
        ("diary.domain.days", "import flask"),
        ("diary.domain.days", "from sqlalchemy.orm import Session"),
        ("diary.domain.days", "from schemas.entry import EntryIn"),
        ("diary.domain.days", "from diary import storage"),
        ("diary.domain.days", "import numpy as np"),
        ("diary.domain.days", "from . import packed"),
        ("diary.domain.days", "from ..storage import unit"),
        ("diary.domain.days", "def late():\n    import json"),
        ("diary.domain.days", "class Day:\n    def late(self):\n        from config import words"),
        ("diary.domain.days", "if True:\n    import flask"),
        ("diary.domain.days", "try:\n    import flask\nexcept ImportError:\n    pass"),
        ("schemas.entry", "from diary.domain import days"),
        ("schemas.entry", "import flask"),
        ("config.settings", "import diary.domain.days"),
        ("config.settings", "import click"),
        ("diary.charts.course", "from diary.domain import baseline"),
        ("diary.charts.course", "import numpy"),
        ("diary.storage.entries", "from diary.services import entries"),
        ("diary.services.entries", "from diary.web import problems"),
        ("diary.services.entries", "def late():\n    from diary.api import entries"),
        ("diary.services.entries", "import numpy"),
        ("diary.services.entries", "from jobs import night"),
        ("diary.web.problems", "from diary.api import entries"),
        ("diary.api.entries", "from diary.desk import worklist"),
        ("diary.api.entries", "from diary.services import nights"),
        ("diary.app", "from diary.services.backtest import replay"),
        ("diary.cli.serve", "import jobs.night"),
        ("jobs.night", "from diary.app import create_app"),
        ("jobs.night", "import flask"),
        ("jobs.night", "from diary.cli import serve"),
        ("wsgi", "from diary.services import entries"),
        ("diary.services.entries", "from tests import makers"),
        ("diary.domain.days", "from datetime import datetime\nnow = datetime.now()"),
        ("diary.services.entries", "import datetime\nnow = datetime.datetime.utcnow()"),
        ("diary.storage.entries", "from datetime import date\ntoday = date.today()"),
        ("diary.charts.course", "import time\nnow = time.time()"),
        ("schemas.entry", "from time import time"),
        ("attic.things", "import json"),
    ],
)
def test_a_planted_sin_is_caught(module: str, sin: str):
    assert sins(module, sin)


@pytest.mark.parametrize(
    ("module", "virtue"),
    [
        ("diary.domain.days", "from datetime import UTC, datetime\nfrom config import protocol"),
        ("diary.domain.relapse.rule", "import numpy as np\nfrom diary.domain import packed"),
        ("diary.services.nights", "import numpy as np\nfrom diary.storage import nights"),
        ("diary.api.entries", "import flask\nfrom diary.web import body\nfrom schemas.entry import EntryIn"),
        ("jobs.night", "from datetime import UTC, datetime\nnow = datetime.now(UTC)"),
        ("diary.cli.serve", "import time\ndeadline = time.monotonic() + 30"),
    ],
)
def test_what_the_law_allows_is_let_be(module: str, virtue: str):
    assert sins(module, virtue) == []


def test_an_init_file_may_import_nothing_at_all():
    assert sins("diary.domain", "from __future__ import annotations", is_init=True)
    assert sins("diary.domain", "import json", is_init=True)
    assert sins("diary.domain", '"""The rules."""', is_init=True) == []


def test_every_late_import_has_its_reason_and_is_really_there():
    sources = dict(MODULES)
    for (module, target), reason in LATE.items():
        assert len(reason) > 20
        assert target in sources[module].read_text("utf-8")


def test_the_rooms_that_nobody_imports_and_the_heavy_ones_are_not_confused():
    assert not set(OUTSIDE) & set(ROOMS)
    assert all(any(inside(heavy, room) for room in ROOMS) for heavy in HEAVY)
