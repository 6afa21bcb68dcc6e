"""The project speaks of itself alone: no address of a package registry, no path of somebody's machine."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Put together here, so that this file passes its own test.
REGISTRIES = [
    ".".join(labels)
    for labels in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("registry", "npmjs", "org"),
        ("npmjs", "com"),
        ("proxy", "golang", "org"),
        ("crates", "io"),
        ("docker", "io"),
    )
]
HOMES = ["/" + "root/", "/" + "home/", "/" + "Users/"]
# What is made here and never kept, and what is copied from others and known by checksum.
NOT_OURS = re.compile(r"\.git|\.venv|var|__pycache__|node_modules|\..*_cache|\.hypothesis|vendor|swagger.*")


def files() -> Iterator[Path]:
    for folder, inner, names in os.walk(ROOT):
        inner[:] = [name for name in inner if not NOT_OURS.fullmatch(name)]
        yield from (Path(folder, name) for name in sorted(names) if not NOT_OURS.fullmatch(name))


def strangers(text: str, *, checkout: Path = ROOT) -> list[str]:
    """What in this text belongs to a registry or to one machine."""
    own = [f"{folder}/" for folder in (checkout, Path.home()) if len(folder.parts) > 2]  # /app may be a route
    found = [host for host in REGISTRIES if re.search(rf"\b{re.escape(host)}\b", text)]
    return found + [path for path in {*HOMES, *own} if re.search(rf"(?<![\w.]){re.escape(path)}", text)]


def test_no_file_names_a_registry_or_a_path_of_one_machine():
    found = {}
    for path in files():
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue  # a picture
        if strange := strangers(text):
            found[str(path.relative_to(ROOT))] = strange
    assert found == {}


@pytest.mark.parametrize(
    "planted",
    [
        f"see https://{REGISTRIES[0]}/project/flask",
        f"files.{REGISTRIES[1]}",
        f"open {HOMES[1]}lena/diary.db",
    ],
)
def test_a_planted_word_is_caught(planted: str):
    assert strangers(planted)


def test_the_place_of_this_checkout_is_nobodys_business():
    assert strangers(f"'{ROOT}/var'", checkout=ROOT) or len(ROOT.parts) <= 2


def test_plain_prose_is_let_be():
    assert strangers("The home page, https://diary.example.org/home/ and var/demo.") == []
