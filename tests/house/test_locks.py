"""What is installed is what was asked for: names pinned, files known by their hash, locks in step."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKED = ("requirements", "requirements-cluster", "requirements-accelerator", "requirements-dev")
PIN = re.compile(r"([A-Za-z0-9._-]+)(?:\[[a-z,]+\])?==([^\s;\\]+)")


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def asked_for(text: str) -> dict[str, str]:
    """The names and versions of a requirements.in, without its comments and references."""
    lines = [line.partition("#")[0].strip() for line in text.splitlines()]
    pins = {}
    for line in lines:
        if line and not line.startswith("-"):
            pin = PIN.fullmatch(line)
            assert pin, f"{line}: pin it, name==version"
            pins[canonical(pin[1])] = pin[2]
    return pins


def locked(text: str) -> dict[str, tuple[str, int]]:
    """Of each name in a lock file its version and how many hashes it has."""
    entries = re.split(r"\n(?=[A-Za-z0-9])", re.sub(r"(?m)^#.*\n", "", text))
    found = {}
    for entry in filter(str.strip, entries):
        pin = PIN.match(entry)
        assert pin, f"{entry.splitlines()[0]}: no exact version"
        found[canonical(pin[1])] = (pin[2], len(re.findall(r"--hash=sha256:[0-9a-f]{64}(?![0-9a-f])", entry)))
    return found


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


@pytest.mark.parametrize("name", LOCKED)
def test_the_lock_file_is_in_step_with_what_was_asked_for(name: str):
    lock = locked(read(f"{name}.txt"))

    for package, version in asked_for(read(f"{name}.in")).items():
        assert package in lock, f"{package} is not locked; run `make lock`"
        assert lock[package][0] == version, f"{package} is locked at {lock[package][0]}; run `make lock`"


@pytest.mark.parametrize("name", LOCKED)
def test_every_locked_file_is_known_by_its_hash(name: str):
    lock = locked(read(f"{name}.txt"))

    assert len(lock) > 10
    assert [package for package, (_, hashes) in lock.items() if hashes == 0] == []


@pytest.mark.parametrize("name", [name for name in LOCKED if name != "requirements-dev"])
def test_the_tests_run_on_the_very_versions_that_the_service_runs_on(name: str):
    runtime, dev = locked(read(f"{name}.txt")), locked(read("requirements-dev.txt"))

    assert {package: pin for package, pin in dev.items() if package in runtime} == runtime


def test_every_locked_package_says_who_asked_for_it():
    for name in LOCKED:
        text = read(f"{name}.txt")
        assert text.count("# via") == len(locked(text)), f"{name}.txt was edited by hand; run `make lock`"


def test_a_pin_without_a_hash_or_of_another_version_is_seen():
    lock = locked(
        "flask==3.1.3 \\\n    --hash=sha256:" + "a" * 64 + "\n    # via x\nnumpy==2.4.6\n    # via y\n"
    )

    assert lock == {"flask": ("3.1.3", 1), "numpy": ("2.4.6", 0)}
    with pytest.raises(AssertionError, match="pin it"):
        asked_for("flask>=3\n")
