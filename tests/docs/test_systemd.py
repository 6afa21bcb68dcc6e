"""The units of systemd that the page on serving shows: well formed, and they start what they say."""

import re
import shlex
import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path

import pytest

from diary.storage.engine import make_engine
from tests.jobs.processes import environment
from tests.little_clinic import found

ROOT = Path(__file__).parents[2]
SERVE = (ROOT / "docs" / "how-to" / "serve.md").read_text("utf-8")
SHOWN = dict(re.findall(r"```ini\n# /etc/systemd/system/(\S+)\n(.*?)```", SERVE, re.DOTALL))
SERVICE, TIMER = "pain-diary-watch.service", "pain-diary-watch.timer"


@pytest.fixture
def units(tmp_path: Path) -> dict[str, Path]:
    """The units as files, for this checkout and settings of the test's own."""
    places = {"/srv/pain-diary": str(ROOT), "/etc/pain-diary.env": str(tmp_path / "diary.env")}
    files = {name: tmp_path / name for name in SHOWN}
    for name, file in files.items():
        text = SHOWN[name]
        for shown, here in places.items():
            text = text.replace(shown, here)
        file.write_text(text, "utf-8")
    return files


def read(unit: Path) -> ConfigParser:
    parser = ConfigParser(interpolation=None)
    parser.optionxform = str
    parser.read(unit, "utf-8")
    return parser


def test_there_is_a_service_and_its_timer(units):
    assert set(units) == {SERVICE, TIMER}
    assert read(units[TIMER])["Timer"]["OnCalendar"] == "*:0/10"


def test_where_systemd_is_installed_it_finds_nothing_wrong_with_them(units):
    analyze = shutil.which("systemd-analyze")
    if analyze:
        verified = subprocess.run(
            [analyze, "verify", *units.values()], capture_output=True, text=True, check=False
        )
        assert (verified.returncode, verified.stderr) == (0, "")


def test_what_the_service_starts_looks_at_the_database_that_its_settings_name(units, tmp_path, sqlite_url):
    engine = make_engine(sqlite_url)
    found(engine)
    engine.dispose()
    given = environment(database_url=sqlite_url)
    settings = [f"export {name}={shlex.quote(value)}" for name, value in given.items() if is_ours(name)]
    (tmp_path / "diary.env").write_text("\n".join(settings), "utf-8")
    service = read(units[SERVICE])["Service"]
    looked = subprocess.run(
        shlex.split(service["ExecStart"]),
        cwd=service["WorkingDirectory"],
        env={name: value for name, value in given.items() if not is_ours(name)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert looked.returncode == 1, looked.stderr
    assert "The job night has never succeeded" in looked.stdout


def is_ours(name: str) -> bool:
    return name.startswith("DIARY_")
