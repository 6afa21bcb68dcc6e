"""`among(column, "ids")`: a list of ids as one parameter, so that a prepared statement fits any list."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, bindparam
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import NULLTYPE, NullType, TypeDecorator


class _Ids(TypeDecorator[Sequence[int]]):
    """A list as PostgreSQL's driver takes it; as JSON for SQLite, which has no arrays."""

    impl = NullType  # a number would be written with its cast
    cache_ok = True

    def process_bind_param(self, value: Sequence[int] | None, dialect: Dialect) -> Any:
        return list(value or ()) if dialect.name == "postgresql" else json.dumps(list(value or ()))

    def bind_processor(self, dialect: Dialect) -> Any:
        return lambda value: self.process_bind_param(value, dialect)


class among(ColumnElement[bool]):  # noqa: N801 - reads as a word of the query
    """Whether a column of ids is one of the list given under a name.

    >>> from sqlalchemy import column
    >>> from sqlalchemy.dialects import sqlite
    >>> print(among(column("x"), "ids").compile(dialect=sqlite.dialect()))
    x IN (SELECT value FROM json_each(?))
    """

    inherit_cache = False
    type = NULLTYPE  # type: ignore[assignment]  # a Boolean would get "= 1" on SQLite, and lose the index

    def __init__(self, ids: ColumnElement[int], name: str) -> None:
        self.ids = ids
        self.given = bindparam(name, type_=_Ids())


@compiles(among, "postgresql")
def _in_array(element: among, compiler: SQLCompiler, **named: Any) -> str:
    ids, given = compiler.process(element.ids, **named), compiler.process(element.given, **named)
    return f"{ids} = ANY(CAST({given} AS bigint[]))"


@compiles(among, "sqlite")
def _in_json(element: among, compiler: SQLCompiler, **named: Any) -> str:
    ids, given = compiler.process(element.ids, **named), compiler.process(element.given, **named)
    return " ".join((ids, "IN (SELECT value FROM", f"json_each({given}))"))
