"""The command line as tests use it: a command, its exit code, and what it says on each stream."""

from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner, Result

from diary.cli.program import diary
from tests.jobs.processes import environment

PASSWORD = "four plain words would do"
SETUP = {
    "kind": "sandbox",
    "clinic": "Little clinic",
    "zone": "Europe/Amsterdam",
    "phone": "000 555 0000",
    "opening-hours": "Monday to Friday, 9 to 17",
    "emergency-text": "In an emergency call 112.",
    "forecast": "shadow",
    "admin-email": "Ada@clinic.example",
    "admin-name": "Ada Willow",
}


@dataclass(frozen=True, slots=True)
class Terminal:
    """A shell in which one database is set."""

    url: str
    folder: Path

    def run(self, *arguments: str, **settings: str) -> Result:
        """Run a command; no terminal is behind it."""
        env: dict[str, str | None] = {**environment(**{"database_url": self.url, **settings})}
        return CliRunner(env=env).invoke(diary, arguments, catch_exceptions=False)

    def set_up(self, *, password: str = PASSWORD, **changes: str) -> Result:
        """Found a sandbox whose clock stands on 5 January 2026, or what `changes` say."""
        options = {**SETUP, "clock": "2026-01-05T09:00", **changes}
        spelled = [part for name, value in options.items() for part in (f"--{name}", value)]
        return self.run("setup", *spelled, "--password-file", str(self.password_file(password)))

    def password_file(self, text: str = PASSWORD) -> Path:
        """A file with a password."""
        return self.write("password.txt", f"{text}\n")

    def write(self, name: str, text: str) -> Path:
        """A file of the test's own."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path
