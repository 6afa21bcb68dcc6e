"""What a command starts from: the settings, a database at its revision, a clinic, this moment."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import click
from sqlalchemy import Engine, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.orm import Session

from config.settings import Settings, settings_or_exit
from diary.cli.program import first_line
from diary.services.sandbox import now_in
from diary.storage.engine import is_damaged, make_engine
from diary.storage.revisions import current, head, knows
from diary.storage.tables.clinic import Clinic
from diary.storage.unit import SYSTEM, Scope, unit

ROOT: Final = Path(__file__).resolve().parents[2]
MIGRATE: Final = "Run: python -m diary migrate"
OTHER_VERSION: Final = "Use the version that migrated it, or a newer one"
RESTORE: Final = "Stop serving, then: python -m diary restore --replace BACKUP"


@dataclass(frozen=True, slots=True)
class ClinicWork:
    """A unit of work of the operator in one clinic; `now` is a sandbox's own time where it has one."""

    settings: Settings
    session: Session
    clinic: Clinic
    now: datetime


def utc_now() -> datetime:
    """This moment, aware."""
    return datetime.now(UTC)


def read_settings() -> Settings:
    """The settings of the environment; every fault is a line, and the end with code 3."""
    return settings_or_exit(os.environ)


def clinic_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option that chooses a clinic."""
    return click.option(
        "--clinic", metavar="NAME", help="Name or id of the clinic; needed where there are several."
    )(command)


@contextmanager
def database(settings: Settings) -> Iterator[Engine]:
    """The service's database, reachable and at this version's revision; or one line that says what to do."""
    engine = make_engine(settings.database_url)
    try:
        fault = database_fault(engine)
        if fault is not None:
            raise click.ClickException(fault)
        yield engine
    finally:
        engine.dispose()


def database_fault(engine: Engine) -> str | None:
    """Why this database cannot be used, with the command that mends it; None when it can."""
    shown = engine.url.render_as_string(hide_password=True)
    if engine.dialect.name == "sqlite" and not Path(engine.url.database or "").is_file():
        return f"There is no database at {shown} yet. {MIGRATE}"
    try:
        stands_at = current(engine)
    except OperationalError as error:
        return f"{shown} cannot be reached: {first_line(error.orig)}. Start it, or mend DIARY_DATABASE_URL."
    except DatabaseError as error:
        if not is_damaged(error):
            raise
        return f"{shown} is damaged, or no database: {first_line(error.orig)}. {RESTORE}"
    if stands_at is None:
        return f"{shown} has no tables yet. {MIGRATE}"
    if stands_at != head():
        mend = MIGRATE if knows(stands_at) else OTHER_VERSION
        return f"{shown} stands at revision {stands_at}; this version needs {head()}. {mend}"
    return None


@contextmanager
def clinic_work(*, clinic: str | None, write: bool) -> Iterator[ClinicWork]:
    """A unit of work in the clinic of that name or id, or in the only one; committed when the block ends."""
    settings = read_settings()
    with database(settings) as engine:
        chosen, now = look_around(engine, clinic)
        with unit(engine, Scope(chosen.id, "operator"), write=write) as session:
            yield ClinicWork(settings, session, chosen, now)


def look_around(engine: Engine, named: str | None) -> tuple[Clinic, datetime]:
    """The clinic of that name or id, or the only one; and what time it is there."""
    with unit(engine, SYSTEM, write=False) as session:
        now = now_in(session, utc_now())
        clinics = list(session.scalars(select(Clinic).order_by(Clinic.name)))
    return choose(clinics, named), now


def choose(clinics: list[Clinic], named: str | None) -> Clinic:
    """One of the clinics: by name or id, or the only one there is."""
    names = ", ".join(clinic.name for clinic in clinics)
    if named is None:
        if len(clinics) != 1:
            raise click.UsageError(f"Say which clinic by --clinic NAME; there are: {names}.")
        return clinics[0]
    found = [clinic for clinic in clinics if named in (clinic.uid, clinic.name)]
    if not found:
        raise click.UsageError(f"There is no clinic {named!r}; there are: {names}.")
    return found[0]


def sqlite_path(url: str) -> Path | None:
    """The file behind an SQLite URL; None for another database."""
    parts = make_url(url)
    if parts.get_backend_name() != "sqlite" or not parts.database:
        return None
    return Path(parts.database)
