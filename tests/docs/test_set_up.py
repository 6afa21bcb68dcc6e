"""The how-to page about setting up: what a machine founds from the environment, as the page writes it."""

import re
import shlex
from pathlib import Path

from tests.cli.terminal import PASSWORD, Terminal

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "set-up-in-the-browser.md"


def test_the_variables_of_the_page_found_the_clinic(sqlite_url, tmp_path, monkeypatch):
    for line in re.findall(r"^    export (.*)$", PAGE.read_text("utf-8"), re.MULTILINE):
        for assignment in shlex.split(line):
            monkeypatch.setenv(*assignment.split("=", 1))
    shell = Terminal(sqlite_url, tmp_path)
    said = shell.run("setup", "--password-file", str(shell.password_file(PASSWORD)))
    assert "Hand clinic is set up (live). Ada Willow signs in as ada@clinic.example." in said.output
