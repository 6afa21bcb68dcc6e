"""The environment is built once, left alone while it is right, and made anew when it is not."""

import os
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

import pytest

from workshop.install import find_chromium, install, is_whole, make_venv, mark

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def empty_environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once (5 s of CPU, most of it for pip); each test copies it (0.3 s)."""
    venv = tmp_path_factory.mktemp("made") / ".venv"
    make_venv(venv)
    mark(venv).touch()
    return venv


@pytest.fixture
def checkout(tmp_path: Path, empty_environment: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout that needs no package at all, so that nothing is fetched; its environment holds none yet."""
    shutil.copytree(empty_environment, tmp_path / ".venv", symlinks=True)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    for name in ("requirements.txt", "requirements-dev.txt"):
        (tmp_path / name).write_text("# nothing\n")
    return tmp_path


def test_an_install_is_redone_only_when_it_was_interrupted_or_its_lock_file_changed(checkout: Path):
    venv = checkout / ".venv"
    install(checkout, "runtime")
    (venv / "left-alone").touch()

    install(checkout, "runtime")
    assert is_whole(venv)
    assert (venv / "left-alone").exists()

    # A package without its hash is refused by pip: an install that fails half-way.
    (checkout / "requirements.txt").write_text("flask==3.1.3\n")
    with pytest.raises(SystemExit, match="did not finish"):
        install(checkout, "runtime")
    assert not is_whole(venv)

    (checkout / "requirements.txt").write_text("# nothing again\n")
    install(checkout, "runtime")
    assert is_whole(venv)
    assert not (venv / "left-alone").exists(), "what an interrupted install left behind is not trusted"


def a_wheel(folder: Path) -> str:
    """A package of one empty module; the line of a lock file that asks for it."""
    wheel = folder / "tiny-1.0-py3-none-any.whl"
    about = "tiny-1.0.dist-info"
    with ZipFile(wheel, "w") as packed:
        packed.writestr("tiny.py", "")
        packed.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
        packed.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        packed.writestr(f"{about}/RECORD", f"tiny.py,,\n{about}/METADATA,,\n{about}/WHEEL,,\n")
    return f"tiny==1.0 --hash=sha256:{sha256(wheel.read_bytes()).hexdigest()}\n"


def test_an_install_is_a_line_a_step_and_a_failure_is_shown_in_full(
    checkout: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PIP_FIND_LINKS", str(checkout))
    lock = checkout / "requirements.txt"
    lock.write_text(a_wheel(checkout))
    install(checkout, "runtime")
    assert tuple(capfd.readouterr()) == (
        "Installing what requirements.txt lists (once; a minute or two) ...\n"
        "  fetching the packages ...\n"
        "  writing them into .venv ...\n"
        "  done\n",
        "",
    )

    lock.write_text("tiny==2.0 --hash=sha256:" + "0" * 64)
    with pytest.raises(SystemExit, match="see above why"):
        install(checkout, "runtime")
    assert "No matching distribution found for tiny==2.0" in capfd.readouterr().err


def test_installing_for_the_tests_covers_what_the_service_needs(
    checkout: Path, capfd: pytest.CaptureFixture[str]
):
    install(checkout, "dev")
    capfd.readouterr()

    install(checkout, "runtime")

    assert capfd.readouterr().out == ""
    # ... and an environment whose Python has gone with an upgrade of the machine is not whole.
    (checkout / ".venv/bin/python").unlink()
    assert not is_whole(checkout / ".venv")


def told(program: str, **environment: str) -> str:
    """What a call of the installer says when it stops."""
    ended = subprocess.run(
        [sys.executable, "-c", f"import workshop.install as i; {program}"],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    return ended.stderr


def test_a_python_that_is_too_old_is_told_in_one_line():
    line = told("i.OLDEST_PYTHON = (9, 0); i.use_a_new_enough_python()")

    assert line.startswith("Python 3.11 or newer is needed; this is 3.")
    assert len(line.splitlines()) == 1


def test_a_missing_package_is_installed_as_root_and_asked_for_by_anyone_else(tmp_path: Path):
    apt = tmp_path / "apt-get"
    apt.write_text('#!/bin/sh\necho "$DEBIAN_FRONTEND $*" >> "$(dirname "$0")/calls"\nexit 7\n')
    apt.chmod(0o755)

    line = told("i.with_apt('python3.11-venv', why='No venv.')", PATH=f"{tmp_path}:{os.environ['PATH']}")

    if os.geteuid() == 0:
        assert (tmp_path / "calls").read_text() == "noninteractive update -qq\n"
        assert line == "No venv. Installing it failed; see above why. Run: apt-get update -qq\n"
    else:
        assert line == "No venv. Run: sudo apt-get install python3.11-venv\n"


def test_a_system_without_apt_is_told_what_to_install(tmp_path: Path):
    line = told("i.require_chromium()", PATH=str(tmp_path), DIARY_CHROMIUM="")

    assert "The tests need Chromium" in line
    assert len(line.splitlines()) == 1


def test_a_chosen_browser_that_cannot_run_is_told(tmp_path: Path):
    assert told("i.require_chromium()", DIARY_CHROMIUM=str(tmp_path / "none")).startswith(
        "DIARY_CHROMIUM names no"
    )


def test_this_machine_has_a_browser_for_the_tests():
    assert find_chromium()
