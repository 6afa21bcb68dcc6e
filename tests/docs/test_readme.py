"""The README keeps its word: its commands exist, its links lead somewhere, its curls work."""

import os
import re
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from diary.services.demo_clinic import KEY_SCOPES
from diary.services.sandbox import installation
from diary.storage.engine import make_engine
from diary.storage.unit import SYSTEM, unit
from tests.api.people import machine, make_app, set_clock
from tests.little_clinic import found

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
# Monday 7 September 2026, nine in the morning in Amsterdam: where the demo's clock stands.
DEMO_NOW = datetime(2026, 9, 7, 7, tzinfo=UTC)


@pytest.fixture
def service(sqlite_url: str) -> Iterator[tuple[str, str]]:
    """A sandbox served over HTTP at the demo's moment: its address, and a key like the demo's."""
    engine = make_engine(sqlite_url)
    clinic = found(engine)
    set_clock(clinic, DEMO_NOW)
    app = make_app(sqlite_url)
    key = machine(app, clinic, list(KEY_SCOPES)).token
    assert key is not None
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", key
    server.shutdown()
    thread.join()
    engine.dispose()


def test_the_five_curls_work_as_printed(service, sqlite_url):
    url, key = service
    (block,) = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    first, rest = block.split("\n", 1)
    assert first == "export URL=http://localhost:8000 KEY=dk_test_..."
    script = f"set -euo pipefail\ncurl() {{ command curl --fail-with-body --noproxy '*' \"$@\"; }}\n{rest}"
    environ = {"PATH": os.environ["PATH"], "URL": url, "KEY": key}
    done = subprocess.run(
        ["bash", "-c", script], env=environ, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert '"now_at"' in done.stdout
    assert '"standing": true' in done.stdout.replace('":true', '": true')
    assert '"items"' in done.stdout
    assert rest.count("\nask ") + rest.count("(ask ") == 5
    engine = make_engine(sqlite_url)
    with unit(engine, SYSTEM, write=False) as session:
        assert installation(session).target_at == datetime(2026, 9, 14, 7, tzinfo=UTC)
    engine.dispose()


@pytest.mark.parametrize("page", ["README.md", "SECURITY.md", "CONTRIBUTING.md"])
def test_every_link_leads_to_something_that_stands_here(page):
    targets = set(re.findall(r"\]\(([^)#]+)\)", (ROOT / page).read_text("utf-8")))
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_every_picture_is_shown_or_linked():
    assert [path.name for path in (ROOT / "docs/pictures").iterdir() if path.name not in README] == []


@pytest.mark.parametrize("command", sorted(set(re.findall(r"make ([a-z]+)", README))))
def test_every_make_target_it_names_exists(command):
    assert re.search(rf"^{command}:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
