"""`forecast`: what a clinic's forecast believes, what its own courses would make of it, who sees it."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from typing import Final

import click

from config.priors import SHIPPED_FACTS
from config.words import FORECAST_MODES
from diary.charts.scale import count_text
from diary.cli.opening import clinic_option, clinic_work
from diary.cli.output import json_option, show, table
from diary.domain.forecast_record import record_of, told
from diary.domain.relapse.drift import Tally
from diary.services.forecast_changes import choose_mode, keep_prior, switch_learning
from diary.services.forecast_story import Story, story, switched_off
from diary.services.forecasting import Tried, learn_and_try
from diary.storage.alerts import loss_verdicts
from diary.storage.protocols import foresight_at

RECORD_DAYS: Final = 365
SHOWN: Final = {"on": "on: staff see it", "shadow": "in the shadow: logged, and shown to nobody"}
SWITCHES: Final = ("on", "off")
NO_LEARNING: Final = "The courses cannot be learned from: {}."


@click.group()
def command() -> None:
    """Look at a clinic's forecast, and change it from the next night on."""


@command.command(name="show")
@clinic_option
@json_option
def show_story(clinic: str | None, as_json: bool) -> None:
    """Show who sees the forecast, what it learned and tried, and how its last week came true."""
    with clinic_work(clinic=clinic, write=False) as work:
        found, off = story(work.session), switched_off(work.session)
    if as_json:
        click.echo(json.dumps(asdict(found), default=str, indent=1))
        return
    itself = "It learns each week by itself." if found.learns else "It does not learn by itself."
    click.echo(f"The forecast is {SHOWN[found.mode]}. Its prior: {found.prior}. {itself}")
    if off is not None:
        click.echo(f"It switched itself off on {off.at.date()}. {off.why}")
    for line in _week(found):
        click.echo(line)
    rows = [asdict(chapter) for chapter in found.chapters]
    for row in rows:
        row["error"], row["error_in_force"] = (_rounded(row[name]) for name in ("error", "error_in_force"))
    click.echo(table(rows))


@command.command(name="prior")
@clinic_option
@json_option
def show_prior(clinic: str | None, as_json: bool) -> None:
    """Show every number that the forecast believes before a first answer, with its source."""
    with clinic_work(clinic=clinic, write=False) as work:
        foresight = foresight_at(work.session, work.now)
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
@click.option("--keep", "kept", metavar="NOTE", help="Believe it from the next night on, and why.")
@click.option("--auto", type=click.Choice(SWITCHES), help="Learn each week by itself, or no longer.")
@click.option("--note", help="With --auto: why.")
@clinic_option
@json_option
def learn_prior(
    kept: str | None, auto: str | None, note: str | None, clinic: str | None, as_json: bool
) -> None:
    """Learn a prior from the clinic's own courses, and try it on courses that it was not learned from.

    With --keep the nights from now on believe it, unless it foresees worse than the shipped one. With --auto
    nothing is learned now: it says whether the forecast learns by itself.
    """
    if auto is not None:
        _switch(clinic, on=auto == "on", note=note)
        return
    with clinic_work(clinic=clinic, write=kept is not None) as work:
        try:
            tried = learn_and_try(work.session, now=work.now)
        except ValueError as error:
            raise click.ClickException(NO_LEARNING.format(error)) from None
        if tried is None:
            raise click.ClickException("There are too few courses to learn from; the prior stays as it is.")
        if kept is not None and tried.worse:
            raise click.ClickException(f"{_tried(tried)} The prior stays as it is.")
        if kept is not None:
            keep_prior(work.session, tried.learned.prior, note=kept, now=work.now)
    rows = [
        {"number": name, "shipped": fact.value, "learned": round(getattr(tried.learned.prior, name), 4)}
        for name, fact in SHIPPED_FACTS.items()
        if fact.learned
    ]
    show(rows, as_json=as_json, empty="")
    click.echo(f"From {count_text(tried.learned.courses, 'course')}. {_tried(tried)}", err=True)
    if kept is not None:
        click.echo("The nights from now on believe it.", err=True)


@command.command(name="mode")
@click.argument("mode", type=click.Choice(FORECAST_MODES))
@click.option("--note", required=True, help="Why.")
@clinic_option
def change_mode(mode: str, note: str, clinic: str | None) -> None:
    """Let staff see the forecast from the next night on, or log it only."""
    with clinic_work(clinic=clinic, write=True) as work:
        choose_mode(work.session, mode, note=note, now=work.now)
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


def _switch(clinic: str | None, *, on: bool, note: str | None) -> None:
    if not note:
        raise click.UsageError("Say why by --note.")
    with clinic_work(clinic=clinic, write=True) as work:
        switch_learning(work.session, on=on, note=note, now=work.now)
    click.echo(
        "The forecast learns each week by itself." if on else "The forecast learns no longer by itself."
    )


def _week(found: Story) -> Iterator[str]:
    """What the last week was found to be, of the most courses each way."""
    if found.week is None:
        yield "No week was looked at so far."
        return
    if found.found.get("unlearnable"):
        yield NO_LEARNING.format(found.found["unlearnable"])
    tallies = {values["what"]: Tally(**values) for values in found.found["tallies"]}
    if not tallies:
        yield f"Up to {found.week} no forecast is old enough to be held against what came."
    for tally in tallies.values():
        drifted = " That is more than chance brings." if tally.drifted else ""
        yield f"Up to {found.week}: {tally.words()}{drifted}"


def _tried(tried: Tried) -> str:
    compared = tried.compared
    if not compared.forecasts:
        return "No course is old enough to try it on."
    forecasts = count_text(compared.forecasts, "forecast")
    return (
        f"Tried on {forecasts} of courses that it was not learned from: mean squared error "
        f"{compared.brier:.4f}, with the shipped prior {compared.brier_in_force:.4f}."
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
