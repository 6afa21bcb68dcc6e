"""`doctor`: checks the installation, and says which command mends what is wrong."""

import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from config.duties import NIGHT_OVERDUE_AFTER
from config.readers import LOCAL_HOSTS
from config.settings import Settings
from diary.charts.scale import count_text
from diary.cli.opening import RESTORE, database_fault, read_settings, sqlite_path, utc_now
from diary.cli.output import json_option, show
from diary.cli.program import first_line
from diary.domain.days import night_due
from diary.domain.errors import Refusal
from diary.gateways.http_client import HttpClient, NoAnswer
from diary.gateways.mail import MailFailed, SmtpMailer
from diary.gateways.push import PushKeys
from diary.services.provider import Provider
from diary.services.sandbox import installation, now_in
from diary.services.verify import compare
from diary.storage.engine import is_damaged, make_engine
from diary.storage.nights import next_nights
from diary.storage.protocols import zones_of
from diary.storage.tables.clinic import Clinic
from diary.storage.tables.staff import Staff
from diary.storage.unit import SYSTEM, Scope, unit

OK, WARN, FAIL = "ok", "warn", "FAIL"
EXIT_CODES: Final = {OK: 0, WARN: 1, FAIL: 2}
SERVE: Final = "python -m diary serve"

PYTHON_MIN: Final = (3, 11)
POSTGRESQL_MIN: Final = 15
DISK_WARN_BYTES: Final = 1_000_000_000
DISK_FAIL_BYTES: Final = 100_000_000
# The packed days of the first 500 patients; `verify` compares them all.
PAGES_COMPARED: Final = 1


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found; `mend` is the command, or what to do, when it is not ok."""

    check: str
    status: str
    what: str
    mend: str | None = None


@click.command()
@json_option
def command(as_json: bool) -> None:
    """Check the installation. Ends with 0 when all is well, 1 with a warning, 2 with a failure."""
    findings = list(examine(read_settings()))
    if as_json:
        show([asdict(finding) for finding in findings], as_json=True, empty="")
    else:
        for finding in findings:
            mend = f"\n{'':18}-> {finding.mend}" if finding.mend else ""
            click.echo(f"{finding.status:5} {finding.check:11} {finding.what}{mend}")
    raise SystemExit(max(EXIT_CODES[finding.status] for finding in findings))


def examine(settings: Settings) -> Iterator[Finding]:
    """Every check that can be made; those that need the database only once it can be used."""
    yield python()
    yield address(settings)
    yield disk(settings)
    if settings.provider_issuer is not None:
        yield provider(settings)
    engine = make_engine(settings.database_url, pool_size=1)
    try:
        fault = database_fault(engine)
        if fault is not None:
            told, _, mend = fault.rpartition(". ")
            yield Finding("database", FAIL, told, mend.removeprefix("Run: "))
            return
        yield Finding("database", OK, "reachable, at this version's revision")
        yield server(engine, settings)
        damage = damaged_page(engine)
        if damage is not None:
            yield Finding("file", FAIL, f"is damaged: {damage}", RESTORE)
            return
        with unit(engine, SYSTEM, write=False) as session:
            try:
                kind = installation(session).kind
                yield Finding("set-up", OK, f"a {kind} installation")
            except Refusal:
                yield Finding("set-up", FAIL, "was never done", "python -m diary setup")
                return
            clinics = list(session.scalars(select(Clinic).order_by(Clinic.name)))
        if kind == "live":
            yield operator(settings)
        if kind == "live" or settings.push_keys is not None:
            yield push(settings)
        checks: Sequence[Callable[[Engine, Clinic], Finding]] = (admins, zones, nights, packed)
        for clinic in clinics:
            yield from (check(engine, clinic) for check in checks)
    finally:
        engine.dispose()
    yield web(settings)


def python() -> Finding:
    """The Python that runs this."""
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < PYTHON_MIN:
        return Finding("python", FAIL, f"{version} is too old", "make install PYTHON=python3.11")
    return Finding("python", OK, version)


def address(settings: Settings) -> Finding:
    """Whether people can reach what is served."""
    public = settings.public_url
    if settings.host not in LOCAL_HOSTS and any(f"//{host}" in public for host in LOCAL_HOSTS):
        return Finding(
            "address",
            WARN,
            f"serves the network, but links say {public}",
            "set DIARY_PUBLIC_URL to https://...",
        )
    return Finding("address", OK, f"{public}, on port {settings.port} of {settings.host}")


def disk(settings: Settings) -> Finding:
    """Room for the database file, and who may read it."""
    path = sqlite_path(settings.database_url)
    if path is None:
        return Finding("disk", OK, "the database keeps its own")
    folder = next(parent for parent in path.parents if parent.is_dir())
    free = shutil.disk_usage(folder).free
    told = f"{free / 1e9:.1f} GB free"
    if free < DISK_WARN_BYTES:
        status = FAIL if free < DISK_FAIL_BYTES else WARN
        return Finding("disk", status, told, f"make room on the disk of {path}")
    if path.exists() and path.stat().st_mode & 0o077:
        return Finding("disk", WARN, f"{told}; others on this machine may read {path}", f"chmod go= {path}")
    return Finding("disk", OK, told)


def server(engine: Engine, settings: Settings) -> Finding:
    """The database's own version, and on PostgreSQL whether row-level security binds the role."""
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            version = connection.execute(text("SELECT sqlite_version()")).scalar_one()
            return Finding("server", OK, f"SQLite {version}")
        version = int(connection.execute(text("SHOW server_version_num")).scalar_one()) // 10_000
        unbound = connection.execute(
            text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        ).scalar_one()
    if version < POSTGRESQL_MIN:
        return Finding(
            "server", FAIL, f"PostgreSQL {version}", f"move to PostgreSQL {POSTGRESQL_MIN} or newer"
        )
    if unbound:
        mend = "make a plain role, name it in DIARY_DATABASE_URL, then: python -m diary migrate"
        return Finding("server", FAIL, "the role of DIARY_DATABASE_URL passes row-level security by", mend)
    if settings.owner_database_url == settings.database_url:
        mend = "make a role of its own for DIARY_OWNER_DATABASE_URL, then: python -m diary migrate"
        return Finding(
            "server", WARN, f"PostgreSQL {version}; the role that serves also owns the tables", mend
        )
    return Finding("server", OK, f"PostgreSQL {version}, bound by row-level security")


def damaged_page(engine: Engine) -> str | None:
    """The first thing that SQLite finds wrong with its file; PostgreSQL looks after its own."""
    if engine.dialect.name != "sqlite":
        return None
    with engine.connect() as connection:
        try:
            said = str(connection.execute(text("PRAGMA quick_check(1)")).scalar_one())
        except DatabaseError as error:
            if not is_damaged(error):
                raise
            return first_line(error.orig)
    return None if said == "ok" else first_line(said)


def operator(settings: Settings) -> Finding:
    """Whether somebody would hear of a night that does not come: the mail server is tried, nothing sent."""
    if settings.operator_email is None or settings.smtp_url is None:
        mend = "set DIARY_OPERATOR_EMAIL and DIARY_SMTP_URL"
        return Finding("operator", WARN, "nobody is told when a night is overdue", mend)
    try:
        SmtpMailer(settings.smtp_url, settings.mail_from).try_line()
    except MailFailed as error:
        told = f"the mail server takes no message: {error}"
        return Finding("operator", FAIL, told, "see docs/runbook/nobody-is-told.md")
    return Finding("operator", OK, f"{settings.operator_email} is told")


def provider(settings: Settings) -> Finding:
    """Whether staff can be sent to the organisation's sign-in: it is asked what it says of itself."""
    try:
        Provider(settings).reach(now=utc_now())
    except Refusal as refusal:
        return Finding("provider", FAIL, refusal.message, "see docs/how-to/sign-in-by-your-organisation.md")
    return Finding("provider", OK, f"{settings.provider_issuer} answers")


def push(settings: Settings) -> Finding:
    """Whether phones can be sent notes: one half of the keys signs, and phones believe the other."""
    made = "set DIARY_PUSH_KEYS to what this prints: python -m diary push-keys"
    if settings.push_keys is None:
        return Finding("push", WARN, "no phone is sent a note: no reminder, no offer", made)
    try:
        PushKeys(*settings.push_keys).key()
    except ValueError as error:
        return Finding("push", FAIL, f"DIARY_PUSH_KEYS: {error}", made)
    return Finding("push", OK, "phones can be sent notes")


def admins(engine: Engine, clinic: Clinic) -> Finding:
    """Somebody must be able to help the others."""
    with _inside(engine, clinic) as session:
        able = select(func.count()).where(
            Staff.clinic_id == clinic.id, Staff.role == "admin", Staff.disabled_at.is_(None)
        )
        count = session.scalar(able) or 0
    if not count:
        mend = f"python -m diary staff add EMAIL --name NAME --role admin --clinic {clinic.name!r}"
        return Finding("admins", WARN, f"{clinic.name}: nobody is an admin", mend)
    return Finding("admins", OK, f"{clinic.name}: {count}")


def zones(engine: Engine, clinic: Clinic) -> Finding:
    """A clinic's nights need the rules of its time zone."""
    with _inside(engine, clinic) as session:
        zone = zones_of(session, clinic.id)[-1][1]
    try:
        ZoneInfo(zone)
    except ZoneInfoNotFoundError:
        return Finding("time zone", FAIL, f"{clinic.name}: {zone} is not known", "make install")
    return Finding("time zone", OK, f"{clinic.name}: {zone}")


def nights(engine: Engine, clinic: Clinic) -> Finding:
    """Whether the nights keep up with the calendar."""
    with unit(engine, SYSTEM, write=False) as session:
        now = now_in(session, utc_now())
        waiting = next(one.night for one in next_nights(session) if one.clinic_id == clinic.id)
        late = now - night_due(waiting, zones_of(session, clinic.id))
    if late > NIGHT_OVERDUE_AFTER:
        told = f"{clinic.name}: night {waiting} waits for {late.total_seconds() / 3600:.0f} hours"
        return Finding("nights", FAIL, told, f"{SERVE}, or by hand: python -m diary night")
    return Finding("nights", OK, f"{clinic.name}: none is late; the next is {waiting}")


def packed(engine: Engine, clinic: Clinic) -> Finding:
    """Whether the packed days say what the entries say."""
    with _inside(engine, clinic) as session:
        pages = list(islice(compare(session), PAGES_COMPARED))
    differ = sum(len(page.differences) for page in pages)
    courses = sum(page.courses for page in pages)
    if differ:
        told = f"{clinic.name}: {differ} of {courses} courses differ from their entries"
        return Finding("packed days", FAIL, told, f"python -m diary verify --repair --clinic {clinic.name!r}")
    return Finding("packed days", OK, f"{clinic.name}: {count_text(courses, 'course')} compared")


def web(settings: Settings) -> Finding:
    """Whether the web process answers where it listens."""
    client = HttpClient(settings.own_url, timeout_s=2)
    try:
        status = client.send("GET", "/readyz").status
    except NoAnswer:
        return Finding("web", WARN, f"nothing answers at {settings.own_url}", SERVE)
    finally:
        client.close()
    if status != 200:
        return Finding("web", FAIL, f"answers at {settings.own_url}, but is not ready", "see its log")
    return Finding("web", OK, f"ready at {settings.own_url}")


def _inside(engine: Engine, clinic: Clinic) -> AbstractContextManager[Session]:
    return unit(engine, Scope(clinic.id, "operator"), write=False)
