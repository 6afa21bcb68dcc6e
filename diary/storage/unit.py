"""The unit of work: one transaction, on behalf of somebody, inside one clinic."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, TypeVar

from sqlalchemy import Engine, Select, select, text
from sqlalchemy.orm import Session

import diary.storage.schema  # noqa: F401 - a table that a key names must be known, whoever uses the first one
from diary.storage.base import Owned
from diary.storage.engine import WRITES
from diary.storage.prepared import Prepared, open_line

T = TypeVar("T", bound=Owned)


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose work this is: the clinic it may touch, who acts, and in which role."""

    clinic_id: int | None
    actor_kind: str
    actor_id: int | None = None
    role: str | None = None
    request_id: str | None = None


# The scheduler looking for work over all clinics, and the command line before a clinic is chosen.
SYSTEM = Scope(clinic_id=None, actor_kind="system")

# For this transaction only, as the last argument says.
_PRESENT: Final = Prepared(text("SELECT set_config('diary.presented', :digest, true)"))
_ENTER: Final = Prepared(
    text("SELECT set_config('diary.clinic_id', :clinic, true), set_config('diary.system', :system, true)")
)


@contextmanager
def unit(engine: Engine, scope: Scope, *, write: bool) -> Iterator[Session]:
    """One transaction: committed at the end, rolled back by any exception.

    `write=False` on SQLite takes no write lock, so a reader never queues behind a writer. Requests do the
    same with Flask-SQLAlchemy's session: see diary.web.work.
    """
    with Session(engine, expire_on_commit=False, autoflush=False) as session:
        begin(session, write=write)
        enter(session, scope)
        yield session
        session.commit()


def begin(session: Session, *, write: bool) -> None:
    """Open the transaction, saying at once whether it will write."""
    session.info.pop("scope", None)
    open_line(session, session.connection(execution_options={WRITES: write}))


def present(session: Session, digest: str) -> None:
    """Show a token's digest (or a sign-in name): row security then lets its one row be read."""
    if _on_postgresql(session):
        _PRESENT.run(session, digest=digest)


def enter(session: Session, scope: Scope) -> None:
    """From here on the unit acts for `scope`; PostgreSQL's row security is told the clinic."""
    if session.info.get("scope") == scope:
        return
    session.info["scope"] = scope
    if _on_postgresql(session):
        clinic = "" if scope.clinic_id is None else str(scope.clinic_id)
        system = "on" if scope.clinic_id is None and scope.actor_kind == "system" else ""
        _ENTER.run(session, clinic=clinic, system=system)


def come_from(session: Session, origin: str) -> None:
    """Say where this unit's work comes from, for the audit trail: a request's route and address."""
    session.info["origin"] = origin


def origin_of(session: Session) -> str | None:
    """Where the unit's work comes from; None for a command or a job of this machine."""
    origin: str | None = session.info.get("origin")
    return origin


def scope_of(session: Session) -> Scope:
    """The scope that this session's unit of work entered."""
    scope: Scope = session.info["scope"]
    return scope


def clinic_of(session: Session) -> int:
    """The clinic of the unit; a query on clinic data without one is a bug, and is stopped here."""
    clinic_id = scope_of(session).clinic_id
    assert clinic_id is not None, "this unit of work has entered no clinic"
    return clinic_id


def own(session: Session, table: type[T]) -> Select[T]:
    """Rows of the unit's clinic: every query on a clinic's table starts here."""
    return select(table).where(table.clinic_id == clinic_of(session))


def held(statement: Select[T]) -> Select[T]:
    """The same rows, read afresh and held until the unit ends: nobody else changes them meanwhile.

    Rows are held in one order, so that no two units wait for each other: patient, course, booking, alert.
    """
    return statement.with_for_update().execution_options(populate_existing=True)


def _on_postgresql(session: Session) -> bool:
    return bool(session.get_bind().dialect.name == "postgresql")
