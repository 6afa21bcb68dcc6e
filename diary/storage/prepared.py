"""Statements compiled once and handed straight to the driver: for what every patient's phone does every day.

Run through the session, a small statement costs 16 us (SQLite) to 40 us (PostgreSQL) of CPU more than the
driver takes by itself, and a mapped object 40 to 55 us more; a post of an answer runs eleven. So the few
statements of that path are prepared here; everything else uses the session (docs/decisions/0008).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Insert, Select, TextClause, Update
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

Convert = Callable[[Any], Any]
Row = tuple[Any, ...]

# What PostgreSQL calls the type of our numbers with a point; SQLAlchemy asks before it reads one.
_FLOAT8: Final = 701
# Where a session keeps its line at hand.
_LINE: Final = "line"


@dataclass(frozen=True, slots=True)
class Line:
    """A transaction's way to its driver, and who listens; ended by commit and rollback."""

    connection: Connection
    cursor: Callable[[], Any]
    listeners: tuple[Callable[..., Any], ...]


def open_line(session: Session, connection: Connection) -> Line:
    """Keep the connection of the session's transaction at hand for prepared statements."""
    listeners = tuple(connection.dispatch.before_cursor_execute)
    line = session.info[_LINE] = Line(connection, connection.connection.cursor, listeners)
    return line


@dataclass(frozen=True, slots=True)
class Compiled:
    """A statement in one database's own words, and how values go in and come out."""

    text: str
    names: tuple[str, ...]
    constants: Mapping[str, Any]
    into: Mapping[str, Convert]
    out: tuple[Convert | None, ...]
    by_place: bool

    def parameters(self, values: Mapping[str, Any]) -> Any:
        """The values as the driver wants them, in its order or by name."""
        given = {**self.constants, **values}
        for name, convert in self.into.items():
            given[name] = convert(given[name])
        return [given[name] for name in self.names] if self.by_place else given

    def read(self, row: Row) -> Row:
        """One row's values as the service uses them."""
        pairs = zip(row, self.out, strict=True)
        return tuple([value if convert is None else convert(value) for value, convert in pairs])


class Prepared:
    """A statement whose every value is a `bindparam` or fixed.

    It runs inside the session's transaction, and its errors are SQLAlchemy's, as if the session had run it.
    """

    def __init__(self, statement: Select[Any] | Insert | Update | TextClause) -> None:
        self._statement = statement
        self._compiled: dict[str, Compiled] = {}

    def rows(self, session: Session, **values: Any) -> list[Row]:
        """Run it, and read every row."""
        compiled, found = self._run(session, values, reads=True)
        return [compiled.read(row) for row in found]

    def run(self, session: Session, **values: Any) -> None:
        """Run it for what it changes."""
        self._run(session, values, reads=False)

    def _run(
        self, session: Session, values: Mapping[str, Any], *, reads: bool
    ) -> tuple[Compiled, Sequence[Row]]:
        line: Line | None = session.info.get(_LINE)
        if line is None or line.connection.closed:
            line = open_line(session, session.connection())
        dialect = line.connection.dialect
        compiled = self._compiled.get(dialect.name) or self._compile(dialect)
        parameters = compiled.parameters(values)
        assert dialect.dbapi is not None
        try:
            cursor = line.cursor()
            for listener in line.listeners:
                listener(line.connection, cursor, compiled.text, parameters, compiled, False)
            cursor.execute(compiled.text, parameters)
            found: Sequence[Row] = cursor.fetchall() if reads else ()
        except dialect.dbapi.Error as error:
            raise _as_sqlalchemy(line.connection, compiled.text, error) from error
        return compiled, found

    def _compile(self, dialect: Dialect) -> Compiled:
        text = self._statement.compile(dialect=dialect)
        binds = {name: bind for bind, name in text.bind_names.items()}
        into = {
            name: convert
            for name, bind in binds.items()
            if (convert := bind.type.dialect_impl(dialect).bind_processor(dialect)) is not None
        }
        columns: Iterable[ColumnElement[Any]] = ()
        if not isinstance(self._statement, TextClause):
            columns = self._statement.exported_columns
        compiled = Compiled(
            text=str(text),
            names=tuple(text.positiontup or binds),
            constants={name: bind.value for name, bind in binds.items() if not bind.required},
            into=into,
            out=tuple(one.type.dialect_impl(dialect).result_processor(dialect, _FLOAT8) for one in columns),
            by_place=text.positiontup is not None,
        )
        self._compiled[dialect.name] = compiled
        return compiled


def _as_sqlalchemy(connection: Connection, text: str, error: Exception) -> BaseException:
    """The error that the session would have raised; a connection that broke is never used again."""
    dialect = connection.dialect
    assert dialect.dbapi is not None
    broken = dialect.is_disconnect(error, connection.connection, None)  # type: ignore[arg-type]
    if broken:
        connection.invalidate(error)
        connection.engine.dispose()  # the others of the pool broke with it
    return DBAPIError.instance(
        text, None, error, dialect.dbapi.Error, connection_invalidated=broken, dialect=dialect
    )
