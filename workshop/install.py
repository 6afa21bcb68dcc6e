"""Builds .venv from the locked requirements, and finds the browser that the tests need.

    python3 workshop/install.py runtime|dev

Runs on the machine's own Python before anything is installed, so it needs the standard library only. What is
there and finished is left alone: a second call takes a blink. An install that was interrupted is made anew.
What needs the administrator is done by apt when this runs as root on Debian; otherwise the command is shown.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OLDEST_PYTHON = (3, 11)
NEWER_PYTHONS = ("python3.14", "python3.13", "python3.12", "python3.11")
LOCKS = {"runtime": "requirements.txt", "dev": "requirements-dev.txt"}
INCLUDED = {"runtime": ("runtime",), "dev": ("runtime", "dev")}
# What pip says as it begins a step, and what is shown for it, once.
STEPS = {
    ("Collecting ", "Processing "): "fetching the packages ...",
    ("Installing collected packages",): "writing them into .venv ...",
    ("Successfully installed",): "done",
}
# Opens a window at a fifth of the others' processor time: it draws no toolbars. It shows no notes either.
HEADLESS = "chromium-headless-shell"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def main(arguments: list[str]) -> None:
    """Install for the purpose named on the command line; ends with one line when something is missing."""
    if len(arguments) != 1 or arguments[0] not in LOCKS:
        raise SystemExit("Say what to install: runtime (to run the service) or dev (to test it as well).")
    purpose = arguments[0]
    use_a_new_enough_python()
    with open(__file__, encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two shells may ask at once; the second finds the work done
        install(ROOT, purpose)
    if purpose == "dev":
        require_chromium()


def use_a_new_enough_python() -> None:
    """Go on with this Python, or start again with a newer one of this machine, or stop with one line."""
    if sys.version_info >= OLDEST_PYTHON:
        return
    for name in NEWER_PYTHONS:
        if shutil.which(name) and is_new_enough(name):
            os.execvp(name, [name, *sys.argv])  # noqa: S606 - a name of our own list
    found = ".".join(str(part) for part in sys.version_info[:2])
    raise SystemExit(f"Python 3.11 or newer is needed; this is {found}. Install one, or say make PYTHON=...")


def is_new_enough(python: str) -> bool:
    """Whether this program is a Python that runs, and is not too old."""
    asked = [python, "-c", f"import sys; sys.exit(sys.version_info < {OLDEST_PYTHON})"]
    try:
        return subprocess.run(asked, check=False, stderr=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


def install(root: Path, purpose: str) -> None:
    """Bring root/.venv in step with the lock file of this purpose."""
    venv = root / ".venv"
    whole = is_whole(venv)
    if whole and stamp(venv, purpose).is_file() and stamp(venv, purpose).read_text() == digest(root, purpose):
        return
    if not whole:
        make_venv(venv)
    print(f"Installing what {LOCKS[purpose]} lists (once; a minute or two) ...", flush=True)
    mark(venv).unlink(missing_ok=True)
    pip = [python_of(venv), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    asked = [*pip, "--require-hashes", "--requirement", LOCKS[purpose]]
    if not ran_quietly(asked, root):
        raise SystemExit("The install did not finish; see above why. The same command tries again.")
    for included in INCLUDED[purpose]:
        stamp(venv, included).write_text(digest(root, included))
    mark(venv).touch()


def ran_quietly(command: list[str], folder: Path) -> bool:
    """Run pip with one line a step; all that it said is shown when it fails."""
    said: list[str] = []
    to_come = dict(STEPS)
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as running:
        assert running.stdout is not None
        for line in running.stdout:
            said.append(line)
            for words in [words for words in to_come if line.startswith(words)]:
                print(f"  {to_come.pop(words)}", flush=True)
    if running.returncode != 0:
        sys.stderr.writelines(said)
    return running.returncode == 0


def is_whole(venv: Path) -> bool:
    """Whether the environment was finished, and its Python still runs."""
    return mark(venv).is_file() and is_new_enough(python_of(venv))


def make_venv(venv: Path) -> None:
    """An empty environment with pip, in place of whatever was there."""
    if importlib.util.find_spec("ensurepip") is None:
        major, minor = sys.version_info[:2]
        with_apt(f"python{major}.{minor}-venv", why="This Python cannot make environments.")
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(venv)], check=True)


def mark(venv: Path) -> Path:
    """The file that says: finished. It is away while pip works."""
    return venv / ".whole"


def stamp(venv: Path, purpose: str) -> Path:
    """The file that says which lock file was installed for this purpose."""
    return venv / f".installed-{purpose}"


def digest(root: Path, purpose: str) -> str:
    """What a stamp holds: a changed lock file asks for another install, a merely touched one does not."""
    return hashlib.sha256((root / LOCKS[purpose]).read_bytes()).hexdigest()


def python_of(venv: Path) -> str:
    """The environment's Python."""
    return str(venv / "bin" / "python")


def find_chromium(*, whole: bool = False) -> str | None:
    """A browser to test with: DIARY_CHROMIUM, or the first of the usual names that this machine has.

    whole: one that can show what the system shows, notes for instance.
    """
    chosen = os.environ.get("DIARY_CHROMIUM")
    names = (chosen,) if chosen else BROWSERS if whole else (HEADLESS, *BROWSERS)
    return next(filter(None, map(shutil.which, names)), None)


def require_chromium() -> None:
    """Have a browser, or stop; and the fast one beside it, where this system has it."""
    if os.environ.get("DIARY_CHROMIUM"):
        if not find_chromium():
            raise SystemExit("DIARY_CHROMIUM names no program that can be run.")
        return
    if not find_chromium(whole=True):
        with_apt("chromium", why="The tests need Chromium (or DIARY_CHROMIUM, naming a browser like it).")
    if not shutil.which(HEADLESS) and shutil.which("apt-get") and os.geteuid() == 0:
        print(f"The tests are faster with {HEADLESS}. Installing it ...", flush=True)
        failed_command(HEADLESS)


def with_apt(package: str, *, why: str) -> None:
    """Install a Debian package as root; anyone else is told the command, and it ends here."""
    if not shutil.which("apt-get"):
        raise SystemExit(f"{why} Install it with this system's package manager; Debian calls it {package}.")
    if os.geteuid() != 0:
        raise SystemExit(f"{why} Run: sudo apt-get install {package}")
    print(f"{why} Installing {package} ...", flush=True)
    failed = failed_command(package)
    if failed:
        raise SystemExit(f"{why} Installing it failed; see above why. Run: {failed}")


def failed_command(package: str) -> str | None:
    """Install a Debian package as root; the command that failed, if one did."""
    silent = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", package]):
        if subprocess.run(command, env=silent, check=False).returncode != 0:
            return " ".join(command)
    return None


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        raise SystemExit(130) from None
