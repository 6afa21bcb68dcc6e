"""`night`: runs the nights that are due, as the scheduler does, and shows those that were run."""

import os
import secrets
import socket
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

import click
from sqlalchemy import Engine, select

from config.settings import Settings
from diary.cli.opening import choose, clinic_option, clinic_work, database, read_settings, utc_now
from diary.cli.output import json_option, rate_bar, show
from diary.domain.days import night_due
from diary.services.night_cluster import ClusterAway
from diary.services.night_places import place
from diary.services.night_work import Spread
from diary.services.night_writing import Counts
from diary.services.nights import Due, followed, nights_due, preview_night, run_night
from diary.services.sandbox import now_in
from diary.storage.nights import night_run, nights_page
from diary.storage.protocols import zones_of
from diary.storage.tables.clinic import Clinic
from diary.storage.tables.night import NightRun
from diary.storage.unit import SYSTEM, unit

EXECUTORS: Final = ("inline", "processes", "dask")


class Day(click.ParamType):
    """A calendar day."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day that was written."""
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no day; write it like 2026-09-07", param, ctx)


@dataclass(frozen=True, slots=True)
class Clinics:
    """The clinics that a command looks at, and what time it is for them."""

    by_id: dict[int, Clinic]
    now: datetime


@click.group(invoke_without_command=True)
@click.option(
    "--at",
    "last",
    type=Day(),
    help="The last night to run; with --dry-run, the one to look at.",
)
@click.option("--dry-run", is_flag=True, help="Say what a night would find, and write nothing.")
@click.option(
    "--executor",
    type=click.Choice(EXECUTORS),
    help="Where nights are worked on: here, in processes of this machine, or on the Dask cluster of "
    "DIARY_NIGHT_CLUSTER. By default, as the settings say.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    help="Shards that are worked on at once. By default, DIARY_NIGHT_WORKERS.",
)
@clinic_option
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    last: date | None,
    dry_run: bool,
    executor: str | None,
    workers: int | None,
    clinic: str | None,
    as_json: bool,
) -> None:
    """Run every night that is due, oldest first, in one clinic or in all.

    A night is named after the last diary day that it judges, and is due at 04:00 of the day after.
    """
    if ctx.invoked_subcommand is not None:
        return
    settings = read_settings()
    with database(settings) as engine, worked_on(settings, executor, workers) as spread:
        clinics = look(engine, clinic)
        if dry_run:
            found = [preview(engine, clinics, due) for due in to_look_at(engine, clinics, last)]
        else:
            found = run(engine, clinics, to_run(engine, clinics, last), spread)
    show(found, as_json=as_json, empty="No night is due.")


@command.command("list")
@click.option("--limit", type=click.IntRange(1, 1000), default=14, show_default=True, help="How many.")
@clinic_option
@json_option
def list_nights(limit: int, clinic: str | None, as_json: bool) -> None:
    """The nights that were run, newest first."""
    with clinic_work(clinic=clinic, write=False) as work:
        runs = nights_page(work.session, before=None, limit=limit)
    show([brief(found) for found in runs], as_json=as_json, empty="No night was run yet.")


@command.command("show")
@click.argument("night", type=Day(), metavar="NIGHT")
@clinic_option
@json_option
def show_night(night: date, clinic: str | None, as_json: bool) -> None:
    """Everything the ledger says of one NIGHT, a day like 2026-09-07."""
    with clinic_work(clinic=clinic, write=False) as work:
        found = night_run(work.session, night)
    if found is None:
        raise click.ClickException(f"Night {night} was not run. See: python -m diary night list")
    facts = {
        **brief(found),
        "due": found.cutoff_at,
        "started": found.started_at,
        "finished": found.finished_at,
        "late": found.late,
        "term": found.term,
        "detector": found.detector_version,
    }
    if as_json:
        show([facts], as_json=True, empty="")
    else:
        show([{"what": name, "is": value} for name, value in facts.items()], as_json=False, empty="")


def worked_on(
    settings: Settings, executor: str | None, workers: int | None
) -> AbstractContextManager[Spread | None]:
    """Where the nights are worked on, as asked for or else as the settings say."""
    if executor == "dask" and settings.night_cluster is None:
        raise click.UsageError("Set DIARY_NIGHT_CLUSTER to the address of the Dask scheduler.")
    cluster = settings.night_cluster if executor in (None, "dask") else None
    workers = workers or settings.night_workers
    if executor is not None:
        workers = 0 if executor == "inline" else max(1, workers)
    return place(workers, cluster=cluster, wall=utc_now)


def look(engine: Engine, named: str | None) -> Clinics:
    """All clinics, or the one of that name or id."""
    with unit(engine, SYSTEM, write=False) as session:
        now = now_in(session, utc_now())
        found = list(session.scalars(select(Clinic).order_by(Clinic.name)))
    chosen = found if named is None else [choose(found, named)]
    return Clinics({clinic.id: clinic for clinic in chosen}, now)


def to_run(engine: Engine, clinics: Clinics, last: date | None) -> list[Due]:
    """The nights that are due, up to `last`."""
    due = [one for one in nights_due(engine, now=clinics.now) if one.clinic_id in clinics.by_id]
    if last is not None and not any(one.night >= last for one in due):
        _say_when(engine, clinics, last)
    return [one for one in due if last is None or one.night <= last]


def to_look_at(engine: Engine, clinics: Clinics, night: date | None) -> list[Due]:
    """The night asked for, in each clinic; without one, the newest that is due or was run."""
    found = []
    with unit(engine, SYSTEM, write=False) as session:
        for clinic_id in clinics.by_id:
            zones = zones_of(session, clinic_id)
            chosen = night or (clinics.now - timedelta(days=1)).date()
            if night is None and night_due(chosen, zones) > clinics.now:
                chosen -= timedelta(days=1)
            cutoff_at = night_due(chosen, zones)
            if cutoff_at > clinics.now:
                raise click.ClickException(
                    f"Night {chosen} is due at {cutoff_at:%Y-%m-%d %H:%M} UTC, not yet."
                )
            found.append(Due(clinic_id, chosen, cutoff_at))
    return found


def _say_when(engine: Engine, clinics: Clinics, night: date) -> None:
    with unit(engine, SYSTEM, write=False) as session:
        for clinic_id in clinics.by_id:
            due_at = night_due(night, zones_of(session, clinic_id))
            if due_at > clinics.now:
                raise click.ClickException(f"Night {night} is due at {due_at:%Y-%m-%d %H:%M} UTC, not yet.")


def run(engine: Engine, clinics: Clinics, due: Sequence[Due], spread: Spread | None) -> list[dict[str, Any]]:
    """Run these nights in order; a night that somebody else holds ends its clinic's turn."""
    owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
    found: list[dict[str, Any]] = []
    held: set[int] = set()
    courses = {clinic_id: followed(engine, clinic_id) for clinic_id in {one.clinic_id for one in due}}
    with rate_bar("courses", length=sum(courses[one.clinic_id] for one in due)) as advance:
        for one in due:
            if one.clinic_id in held:
                advance(courses[one.clinic_id])
                continue
            began_s = time.monotonic()
            try:
                counts = run_night(
                    engine,
                    one,
                    now=clinics.now,
                    wall=utc_now,
                    owner=owner,
                    spread=spread,
                    progress=lambda done: advance(done.seen),
                )
            except ClusterAway as error:
                raise click.ClickException(str(error)) from None
            if counts is None:
                held.add(one.clinic_id)
                advance(courses[one.clinic_id])
                continue
            found.append({**line(clinics, one, counts), "seconds": round(time.monotonic() - began_s, 2)})
    for clinic_id in held:
        click.echo(f"{clinics.by_id[clinic_id].name}: another process runs its nights.", err=True)
    return found


def preview(engine: Engine, clinics: Clinics, due: Due) -> dict[str, Any]:
    """What a night would find."""
    return line(clinics, due, preview_night(engine, due, now=clinics.now))


def line(clinics: Clinics, due: Due, counts: Counts) -> dict[str, Any]:
    """One night as a row."""
    return {
        "clinic": clinics.by_id[due.clinic_id].name,
        "night": due.night,
        "seen": counts.seen,
        "judged": counts.judged,
        "silent": counts.silent,
        "failed": counts.failed,
        "ended": counts.ended,
    }


def brief(found: NightRun) -> dict[str, Any]:
    """One night of the ledger as a row."""
    return {
        "night": found.night,
        "state": found.state,
        "seen": found.courses_seen,
        "judged": found.courses_judged,
        "silent": found.courses_silent,
        "failed": found.courses_failed,
        "opened": found.alerts_opened,
        "ended": found.alerts_ended,
    }
