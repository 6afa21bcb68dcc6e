"""What every table is made of: keys, moments, named constraints, the clinic that owns the row."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, ClassVar, Final

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.schema import SchemaItem

NAMES = {
    "pk": "pk_%(table_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
}

# SQLite makes a column the row's own number only when its type is spelled INTEGER.
BigId = BigInteger().with_variant(Integer(), "sqlite")
Document = JSON().with_variant(JSONB(), "postgresql")

# Both databases spell INSERT ... ON CONFLICT alike; SQLAlchemy types them apart. By the name of the dialect.
INSERT: Final[Mapping[str, Callable[..., Any]]] = MappingProxyType(
    {"postgresql": postgresql.insert, "sqlite": sqlite.insert}
)


class Instant(TypeDecorator[datetime]):
    """An aware UTC moment. SQLite forgets zones, so a naive moment is refused here."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Refuse a naive moment; store the others in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its zone; naive datetimes are not stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Give the moment back aware, whichever database it comes from."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Every table of the service; no relationships, so nothing loads behind a query's back."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar = {
        int: BigId,
        datetime: Instant(),
        str: Text(),
        dict[str, Any]: Document,
        list[Any]: Document,
    }


def table_of(mapped: type[Base]) -> Table:
    """The plain table: what is written through it costs a tenth of what a mapped object costs."""
    assert isinstance(mapped.__table__, Table)
    return mapped.__table__


class Owned:
    """A row that belongs to one clinic. References stay inside it: see `belongs_to`."""

    id: Mapped[int] = mapped_column(primary_key=True)
    clinic_id: Mapped[int] = mapped_column()


def owned(*items: SchemaItem, unique: Sequence[str] = ()) -> tuple[Any, ...]:
    """Table arguments of a clinic's table: its owner, the key others refer to, and `items`."""
    return (
        ForeignKeyConstraint(["clinic_id"], ["clinic.id"]),
        UniqueConstraint("clinic_id", "id"),
        *(UniqueConstraint(column) for column in unique),
        *items,
    )


def belongs_to(table: str, column: str | None = None) -> ForeignKeyConstraint:
    """A reference that cannot leave the clinic: (clinic_id, x_id) -> (clinic_id, id)."""
    column = column or f"{table}_id"
    return ForeignKeyConstraint(["clinic_id", column], [f"{table}.clinic_id", f"{table}.id"])


def one_of(column: str, words: Sequence[str]) -> CheckConstraint:
    """The column holds one of these words (or nothing, where it may)."""
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def holds(name: str, condition: str) -> CheckConstraint:
    """A condition that the schemas guard too."""
    return CheckConstraint(condition, name=name)


def only_one(name: str, *columns: str, where: str) -> Index:
    """At most one row with these columns among those where the condition holds."""
    condition = text(where)
    return Index(name, *columns, unique=True, sqlite_where=condition, postgresql_where=condition)
