"""Walks through a page as its reader would: saves its files, types its commands, reads what they answer.

A fenced block called `csv NAME` is a file; `sh` is typed into a shell; a `text` block right below is what the
shell must answer, word for word. An answer that begins with "Error:" must come with a failure, every other
one with success.
"""

import contextlib
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

from tests.cli.terminal import Terminal

FENCED = re.compile(r"^```(\w+) ?(.*)\n((?:.*\n)*?)```$", re.MULTILINE)
ROOT = Path(__file__).parents[2]


def walk(page: str, folder: Path, *, env: Mapping[str, str]) -> list[str]:
    """Do what a page says in an empty folder, in its order; the commands that were typed."""
    blocks = [(kind, name, text) for kind, name, text in FENCED.findall(page)]
    typed = []
    for (kind, name, text), (next_kind, _, next_text) in pairwise([*blocks, ("", "", "")]):
        if kind == "csv":
            (folder / name).write_text(text, encoding="utf-8")
        elif kind == "sh":
            done = _type(text, folder, env)
            told = done.stdout
            if next_kind == "text":
                assert told == next_text, f"{text}answers:\n{told}"
            assert (done.returncode != 0) == _is_refused(next_kind, next_text), told
            typed += text.splitlines()
        else:
            assert kind == "text", f"a block of {kind}: nobody runs it"
    return typed


def walk_inside(page: str, terminal: Terminal) -> list[str]:
    """The same without a process for each command: in the terminal's folder, on its database."""
    blocks = [(kind, name, text) for kind, name, text in FENCED.findall(page)]
    typed = []
    with contextlib.chdir(terminal.folder):
        for (kind, name, text), (next_kind, _, next_text) in pairwise([*blocks, ("", "", "")]):
            if kind == "csv":
                terminal.write(name, text)
            elif kind == "sh":
                done = [_type_inside(line, terminal) for line in text.splitlines()]
                told = "".join(said for said, _ in done)
                assert next_kind != "text" or told == next_text, f"{text}answers:\n{told}"
                assert any(failed for _, failed in done) == _is_refused(next_kind, next_text), told
                typed += text.splitlines()
    return typed


def _is_refused(kind: str, text: str) -> bool:
    """Whether what a page shows below a command is an error."""
    return kind == "text" and text.startswith("Error:")


def _type_inside(line: str, terminal: Terminal) -> tuple[str, bool]:
    """One line: what it says on either stream, and whether it fails. A shell runs other programs."""
    words = shlex.split(line)
    if words[:3] != ["python", "-m", "diary"]:
        shell = subprocess.run(
            ["sh", "-e", "-c", line], capture_output=True, text=True, timeout=60, check=True
        )
        return shell.stdout, False
    done = terminal.run(*words[3:])
    return done.output, done.exit_code != 0


def _type(command: str, folder: Path, env: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    """One block in a shell where `python` is the service's; what it says on either stream, in order."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["sh", "-e", "-c", command],
        cwd=folder,
        env={**env, "PATH": path, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
