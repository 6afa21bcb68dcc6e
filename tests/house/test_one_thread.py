"""Matrix products run in one thread, in every process that a night may run in."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STARTED = ("diary/__main__.py", "jobs/__main__.py")
THREADS_AFTER_A_PRODUCT = """
import config.one_thread
import numpy as np
np.ones((600, 600)) @ np.ones((600, 600))
print(len(list(__import__("pathlib").Path("/proc/self/task").iterdir())))
"""


@pytest.mark.parametrize("path", STARTED)
def test_what_is_started_says_so_before_anything_of_ours_is_loaded(path):
    names = []
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names.append((node.lineno, str(node.module)))
    ours = [name for _, name in sorted(names) if name.split(".")[0] in ("config", "diary", "jobs")]
    assert ours[0] == "config.one_thread"


def test_a_process_that_was_told_has_one_thread_after_a_product():
    said = subprocess.run(
        [sys.executable, "-c", THREADS_AFTER_A_PRODUCT], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == "1"
