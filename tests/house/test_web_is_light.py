"""The web process starts in a second and stays small: it loads no numpy, no scheduler, no migrations."""

import json
import os
import secrets
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
TOO_HEAVY = ("numpy", "scipy", "apscheduler", "alembic", "distributed", "pytest")
PROGRAM = "import json, sys, wsgi; print(json.dumps([sorted(sys.modules), str(type(wsgi.app))]))"


def started(**environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_web_process_loads_nothing_heavy(sqlite_url: str):
    ended = started(DIARY_SECRET_KEY=secrets.token_urlsafe(32), DIARY_DATABASE_URL=sqlite_url)

    assert ended.returncode == 0, ended.stderr
    loaded, kind = json.loads(ended.stdout)
    assert "Flask" in kind
    assert "flask" in loaded
    assert [name for name in TOO_HEAVY if name in loaded] == []


def test_with_bad_settings_it_ends_with_code_3_and_plain_lines():
    ended = started(DIARY_PORT="none")

    assert ended.returncode == 3
    assert "Traceback" not in ended.stderr
    assert len(ended.stderr.splitlines()) == 2
