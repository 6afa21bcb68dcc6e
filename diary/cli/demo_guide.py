"""Leads a visitor into the demo: shows how far the play has come, then where to look. Started by `demo`."""

import json
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import click
from sqlalchemy import Engine

from config.settings import Settings
from diary.cli.opening import database, read_settings
from diary.cli.output import bar
from diary.cli.study_report import report_page
from diary.domain.forecast_record import record_of, told
from diary.domain.trials.reading import p_text
from diary.domain.trials.weeks import Week
from diary.services.demo_clinic import STANDS_AT, moment
from diary.services.demo_trial import trial_figures
from diary.services.enrolment import make_code
from diary.services.play import read_state, state_path
from diary.services.sandbox import ask_to_advance, installation
from diary.services.study_figures import StudyFigures
from diary.storage.alerts import loss_verdicts
from diary.storage.patients import patient_by_uid
from diary.storage.unit import SYSTEM, Scope, unit

LOOK_EVERY_S: Final = 0.25
TOLD_EVERY: Final = 0.1
FAILURES_TOLD: Final = 5


@dataclass(frozen=True, slots=True)
class Guide:
    """What `demo` wrote down for its guide."""

    began_s: float
    clinic_id: int
    frozen_on: date
    visitor: str
    """uid of the patient whose phone is the visitor's."""
    key: str


@click.command(hidden=True)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def command(folder: Path) -> None:
    """Show how far the demo's play has come, then where to look."""
    # Its way out, or a bar that was on the way would leave the terminal without a cursor.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    settings = read_settings()
    guide = read_guide(folder)
    with database(settings) as engine:
        play_until(engine, moment(guide.frozen_on, STANDS_AT))
        code = visitor_code(engine, guide, settings)
        figures = trial_figures(engine, now=moment(guide.frozen_on, STANDS_AT))
        record = forecast_record(engine, guide)
    click.echo(links(settings, guide, code))
    click.echo(f"The forecast so far: {record}\n")
    figure = folder / "trial.html"
    figure.write_text(report_page(figures, None, simulated=True), encoding="utf-8")
    click.echo(trial_lines(figures, figure))
    click.echo(outcome_line(settings, guide))
    signal.pause()


def read_guide(folder: Path) -> Guide:
    """What `demo` wrote down."""
    facts: dict[str, Any] = json.loads((folder / "guide.json").read_text(encoding="utf-8"))
    return Guide(**{**facts, "frozen_on": date.fromisoformat(facts["frozen_on"])})


def play_until(engine: Engine, goal_at: datetime) -> None:
    """Ask the clock to go there, and show how far it has come."""
    with unit(engine, SYSTEM, write=True) as session:
        begins_at = installation(session).clock_at
        ask_to_advance(session, to=goal_at)
    assert begins_at is not None
    click.echo("Playing it: every answer over HTTP on its own evening, every night by the nightly service.")
    days = (goal_at - begins_at).days + 1
    with progress(days) as show:
        while True:
            with unit(engine, SYSTEM, write=False) as session:
                found = installation(session)
                clock_at, stands = found.clock_at, found.target_at is None
            assert clock_at is not None
            show((clock_at - begins_at).days, clock_at)
            if stands:
                show(days, clock_at)
                return
            time.sleep(LOOK_EVERY_S)


@contextmanager
def progress(days: int) -> Iterator[Callable[[int, datetime], None]]:
    """A bar on a terminal; elsewhere a line for each tenth of the way."""
    told = [0.0]

    def say(done: int, clock_at: datetime) -> None:
        if done / days >= told[0] + TOLD_EVERY or done == days > told[0] * days:
            told[0] = done / days
            click.echo(f"  {clock_at:%Y-%m-%d}  {told[0]:4.0%}")

    if not sys.stderr.isatty():
        yield say
        return
    with bar("playing", length=days) as shown:
        yield lambda done, clock_at: shown.update(done - shown.pos, clock_at)


def visitor_code(engine: Engine, guide: Guide, settings: Settings) -> str:
    """A fresh code for the visitor's own phone."""
    with unit(engine, Scope(guide.clinic_id, "operator"), write=True) as session:
        patient = patient_by_uid(session, guide.visitor, lock=True)
        assert patient is not None
        now = installation(session).clock_at
        assert now is not None
        code, _ = make_code(session, patient, secret_key=settings.secret_key, now=now)
    return code


def forecast_record(engine: Engine, guide: Guide) -> str:
    """How long before the plain rule the forecast spoke in this clinic, misses too."""
    with unit(engine, Scope(guide.clinic_id, "operator"), write=False) as session:
        return told(record_of(loss_verdicts(session, since=date.min)))


def links(settings: Settings, guide: Guide, code: str) -> str:
    """Where to look."""
    door = f"{settings.public_url}/desk/demo?key={settings.demo_key}"
    today = guide.frozen_on
    return f"""
Everything here is simulated. It is {today:%A} {today.day} {today:%B %Y}, 9:00, at the clinic.

  Start here       {door}&who=nurse
  as physician     {door}&who=physician
  trial patients   {door}&who=coordinator
  a phone          {settings.public_url}/app/join#{code}   code: {code[:4]}-{code[4:]}
  the API          {settings.public_url}/docs   test key: {guide.key}

At the desk, "Next night" and "Next week" move the clock on: phones go on answering, nights go on running.
The phone's code ends three days on; a patient's page at the desk makes another.
"""


def trial_lines(figures: StudyFigures, figure: Path) -> str:
    """The simulated trial beside the paper."""
    first, last = figures.weeks[0], figures.weeks[-1]
    return f"""The trial: mean pain ± standard error, NRS points

                     ketamine       placebo        P
  week 1   simulated {_arms(first)}   {p_text(first.difference.p)}
           paper     2.68 ± 0.51    5.45 ± 0.48    < 0.001
  week 12  simulated {_arms(last)}   {p_text(last.difference.p)}
           paper     not published                 0.07

  One simulated trial of 60, its seed chosen before anyone looked; the next one would give other figures.
  Paper: Sigtermans et al. 2009, Pain 145:304-311. All twelve weeks: {figure}
"""


def _arms(week: Week) -> str:
    both = (week.first, week.second)
    return "".join(f"{arm.mean_nrs:.2f} ± {arm.sem_nrs:.2f}    " for arm in both).rstrip() + " "


def outcome_line(settings: Settings, guide: Guide) -> str:
    """How long it took, and whether the play went as written."""
    assert settings.sandbox_play is not None
    state = read_state(state_path(settings.sandbox_play))
    failed = sum(state.failed.values())
    took_s = time.time() - guide.began_s
    lines = [f"{state.sent} requests in {took_s:.0f} s, {failed} failed. Stop with Ctrl-C."]
    lines += [f"  {count} x {what}" for what, count in list(state.failed.items())[:FAILURES_TOLD]]
    return "\n".join(lines)
