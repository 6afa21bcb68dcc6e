"""`forecast`: what a clinic's forecast believes, what its own courses would make of it, who sees it."""

from dataclasses import asdict
from datetime import timedelta
from typing import Final

import click

from config.priors import SHIPPED_FACTS
from config.words import FORECAST_MODES
from diary.charts.scale import count_text
from diary.cli.opening import clinic_option, clinic_work
from diary.cli.output import json_option, show
from diary.domain.forecast_record import record_of, told
from diary.services.forecasting import Learned, choose, keep, learn
from diary.storage.alerts import loss_verdicts
from diary.storage.protocols import foresight_at

RECORD_DAYS: Final = 365


@click.group()
def command() -> None:
    """Look at a clinic's forecast, and change it from the next night on."""


@command.command(name="show")
@clinic_option
@json_option
def show_prior(clinic: str | None, as_json: bool) -> None:
    """Show every number that the forecast believes before a first answer, with its source."""
    with clinic_work(clinic=clinic, write=False) as work:
        foresight = foresight_at(work.session, work.now)
    if not as_json:
        mode = "on: staff see it" if foresight.shown else "in the shadow: logged, and shown to nobody"
        click.echo(f"The forecast is {mode}. Its prior: {foresight.prior_version}.")
    rows = [
        {
            "number": name,
            "here": round(getattr(foresight.prior, name), 4),
            "shipped": fact.value,
            "mark": fact.mark,
            "source": fact.source,
        }
        for name, fact in SHIPPED_FACTS.items()
    ]
    show(rows, as_json=as_json, empty="")


@command.command(name="learn")
@click.option("--keep", "note", metavar="NOTE", help="Believe it from the next night on, and why.")
@clinic_option
@json_option
def learn_prior(note: str | None, clinic: str | None, as_json: bool) -> None:
    """Learn a prior from the clinic's own courses, and try it on courses that it was not learned from.

    With --keep the nights from now on believe it, unless it foresees worse than the shipped one.
    """
    with clinic_work(clinic=clinic, write=note is not None) as work:
        learned = learn(work.session, now=work.now)
        if learned is None:
            raise click.ClickException("There are too few courses to learn from; the shipped prior stays.")
        if note is not None and learned.worse:
            raise click.ClickException(f"{_tried(learned)} The prior stays as it is.")
        if note is not None:
            keep(work.session, learned.prior, note=note, now=work.now)
    rows = [
        {"number": name, "shipped": fact.value, "learned": round(getattr(learned.prior, name), 4)}
        for name, fact in SHIPPED_FACTS.items()
        if fact.learned
    ]
    show(rows, as_json=as_json, empty="")
    click.echo(f"From {count_text(learned.courses, 'course')}. {_tried(learned)}", err=True)
    if note is not None:
        click.echo("The nights from now on believe it.", err=True)


@command.command(name="mode")
@click.argument("mode", type=click.Choice(FORECAST_MODES))
@click.option("--note", required=True, help="Why.")
@clinic_option
def choose_mode(mode: str, note: str, clinic: str | None) -> None:
    """Let staff see the forecast from the next night on, or log it only."""
    with clinic_work(clinic=clinic, write=True) as work:
        choose(work.session, mode, note=note, now=work.now)
    click.echo(f"From the next night on the forecast is {mode}.")


@command.command(name="record")
@clinic_option
@json_option
def show_record(clinic: str | None, as_json: bool) -> None:
    """Show how long before the plain rule the forecast spoke of a loss, in the last year, misses too."""
    with clinic_work(clinic=clinic, write=False) as work:
        since = work.now.date() - timedelta(days=RECORD_DAYS)
        record = record_of(loss_verdicts(work.session, since=since))
    if as_json:
        show([asdict(record)], as_json=True, empty="")
    else:
        click.echo(told(record))


def _tried(learned: Learned) -> str:
    if not learned.tried:
        return "No course is old enough to try it on."
    forecasts = count_text(learned.tried, "forecast")
    return (
        f"Tried on {forecasts} of courses that it was not learned from: mean squared error "
        f"{learned.learned_brier:.4f}, with the shipped prior {learned.shipped_brier:.4f}."
    )
