"""`serve`: the web process and the scheduler as one, once everything they need is there."""

import os
import socket
import sys
from collections.abc import Mapping, Sequence
from typing import Final

import click

from config.duties import LOOK_EVERY, LOOK_MAX
from config.settings import Settings, env_name
from diary.cli.opening import ROOT, database, read_settings
from diary.cli.secret import new_secret
from diary.cli.supervise import Look, supervise
from diary.services.founding import is_founded
from diary.services.sandbox import installation
from diary.storage.unit import SYSTEM, unit

Command = tuple[str, ...]

WATCH: Final = Look(
    (sys.executable, "-m", "diary", "watch", "--tell", "--json"),
    every_s=LOOK_EVERY.total_seconds(),
    most_s=LOOK_MAX.total_seconds(),
)


@click.command()
def command() -> None:
    """Serve: the web process and the scheduler, together. Ctrl-C stops both; when one ends, both end.

    Starts only with sound settings, a database at this version's revision, and a free port. While nothing is
    set up, it prints a code that opens /setup in the browser.
    Ends with 0 when it was asked to stop, else with the code of the process that ended first.
    """
    settings, env = read_settings(), dict(os.environ)
    with database(settings) as engine, unit(engine, SYSTEM, write=False) as session:
        kind = installation(session).kind if is_founded(session) else None
    check_port(settings)
    if kind is None:
        code = settings.setup_code or new_secret()
        env[env_name("setup_code")] = code
        click.echo(
            f"Nothing is set up yet. Open {settings.public_url}/setup and enter this code: {code}\n"
            "Or stop with Ctrl-C, and run: python -m diary setup",
            err=True,
        )
        raise SystemExit(run(processes(settings), env=env, look=WATCH))
    click.echo(
        f"Serving ({kind}). Staff open {settings.public_url}/desk/, patients {settings.public_url}/app/. "
        "Stop with Ctrl-C.",
        err=True,
    )
    look = WATCH if kind == "live" else None
    raise SystemExit(run(processes(settings), env=env, look=look))


def processes(settings: Settings) -> list[Command]:
    """The web process and the scheduler."""
    # gunicorn's own notes of starting and stopping are at INFO whatever our log level is, unless told here.
    web = ("gunicorn", "--config", "python:config.gunicorn", "--log-level", settings.log_level, "wsgi:app")
    return [(sys.executable, "-m", *web), (sys.executable, "-m", "jobs")]


def check_port(settings: Settings) -> None:
    """Refuse a port that another process holds: the web server itself would try for five seconds."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((settings.host, settings.port))
        except OSError as error:
            raise click.ClickException(
                f"Port {settings.port} on {settings.host} cannot be used: {error.strerror}. "
                "Stop what holds it, or choose another by DIARY_PORT."
            ) from None


def run(commands: Sequence[Command], *, env: Mapping[str, str], look: Look | None = None) -> int:
    """Run the commands from the checkout, which is where they find their code; beside them, the watchdog."""
    os.chdir(ROOT)
    return supervise(commands, env=env, look=look)
