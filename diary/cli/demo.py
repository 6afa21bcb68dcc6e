"""`demo`: makes a sandbox of simulated patients anew, plays half a year of it, and goes on serving."""

import json
import os
import secrets
import shutil
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import click

from config.settings import Settings
from diary.cli.opening import ROOT, utc_now
from diary.cli.secret import new_secret
from diary.cli.serve import check_port, processes, run
from diary.services.demo_clinic import found_demo
from diary.services.demo_script import script
from diary.services.demo_story import DemoPlan, tell
from diary.services.demo_trial import found_trial
from diary.services.play import write_play
from diary.storage.engine import make_engine
from diary.storage.migrate import upgrade

FOLDER: Final = ROOT / "var" / "demo"
# Only a folder with this file in it is wiped.
MARK: Final = "everything-here-is-simulated"
GUIDE: Final = (sys.executable, "-m", "diary", "demo-guide")
TICK_S: Final = "0.2"


@click.command()
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8000, show_default=True, envvar="DIARY_PORT",
    show_envvar=True, help="The port to serve on.",
)  # fmt: skip
@click.option(
    "--patients", type=click.IntRange(1, 200), default=60, show_default=True, help="How many in the clinic."
)
@click.option(
    "--weeks",
    type=click.IntRange(1, 40),
    default=24,
    show_default=True,
    help="Weeks to play.",
)
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=FOLDER,
    help="Where it is kept, and made anew; by default var/demo in the checkout.",
)
def command(port: int, patients: int, weeks: int, folder: Path) -> None:
    """Show the service with simulated patients: make a sandbox anew, play half a year of it, and serve.

    Everything is simulated: the people, their names, their scores. Nothing but this machine is asked or told.
    Settings of the environment are left out, so no other database is touched. Stop with Ctrl-C.
    """
    began_s = time.time()
    env = environment(port=port, folder=folder)
    settings = Settings.from_env(env)
    check_port(settings)
    wipe(folder)
    shown = folder.relative_to(ROOT) if folder.is_relative_to(ROOT) else folder
    click.echo(f"Simulated data only. Making {patients} patients and a trial of 60 in {shown}/ ...")
    prepare(settings, replace(DemoPlan(), patients=patients, weeks=weeks), folder, began_s=began_s)
    raise SystemExit(run([*processes(settings), (*GUIDE, str(folder))], env=env))


def environment(*, port: int, folder: Path) -> Mapping[str, str]:
    """The environment of the demo's processes: the caller's, with the demo's own settings and no others."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("DIARY_")}
    return {
        **plain,
        "DIARY_DATABASE_URL": f"sqlite:///{(folder / 'diary.db').absolute()}",
        "DIARY_SECRET_KEY": new_secret(),
        "DIARY_DEMO_KEY": new_secret(),
        "DIARY_PORT": str(port),
        "DIARY_TICK_S": TICK_S,
        "DIARY_LOG_LEVEL": "WARNING",
        "DIARY_SANDBOX_PLAY": str((folder / "play.jsonl").absolute()),
    }


def wipe(folder: Path) -> None:
    """Make the folder anew; one that is no demo's is left alone."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).exists():
            raise click.ClickException(f"{folder} holds something else than a demo; move it away first.")
        shutil.rmtree(folder)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / MARK).touch()


def prepare(settings: Settings, plan: DemoPlan, folder: Path, *, began_s: float) -> None:
    """Found everything, and write down the play and what the guide says."""
    os.umask(0o077)
    upgrade(settings.database_url)
    engine = make_engine(settings.database_url)
    password = secrets.token_urlsafe(24)
    stories = tell(plan)
    founded = found_demo(
        engine, stories, plan, secret_key=settings.secret_key, password=password, wall_now=utc_now()
    )
    found_trial(engine, plan, password=password)
    engine.dispose()
    assert settings.sandbox_play is not None
    write_play(settings.sandbox_play, script(stories, founded.cast, plan), founded.tokens)
    facts = {
        "began_s": began_s,
        "clinic_id": founded.clinic_id,
        "frozen_on": plan.frozen_on.isoformat(),
        "visitor": founded.visitor,
        "key": founded.key,
    }
    (folder / "guide.json").write_text(json.dumps(facts), encoding="utf-8")
