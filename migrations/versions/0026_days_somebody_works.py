"""The weekdays on which somebody works, who has their work on the others; to whom a mail was tried.

Whom the mails before went to is not known for sure: whose come back is learned anew from the next one on.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NAMED = sa.text("staff_id IS NOT NULL")
CHECKS = {"some_weekdays": "weekdays BETWEEN 1 AND 126", "covered_by_another": "cover_id <> staff_id"}

# SQLite cannot add a condition: what changes in the words of its tables.
KEY = "FOREIGN KEY(clinic_id, {0}) REFERENCES staff (clinic_id, id)"
WISH_END = "CONSTRAINT uq_staff_wish_clinic_id_staff_id UNIQUE (clinic_id, staff_id)\n)"
WISH_PARTS = (
    ("closes_minute SMALLINT, \n", "closes_minute SMALLINT, \n\tweekdays SMALLINT, \n\tcover_id INTEGER, \n"),
    (
        WISH_END,
        WISH_END.removesuffix("\n)")
        + f", \n\tCONSTRAINT fk_staff_wish_clinic_id_cover_id {KEY.format('cover_id')}"
        + "".join(f", \n\tCONSTRAINT ck_staff_wish_{name} CHECK ({check})" for name, check in CHECKS.items())
        + "\n)",
    ),
)
TRY_END = "CONSTRAINT uq_delivery_clinic_id_id UNIQUE (clinic_id, id)\n)"
TRY_PARTS = (
    ("message_id INTEGER NOT NULL, \n", "message_id INTEGER NOT NULL, \n\tstaff_id INTEGER, \n"),
    (
        TRY_END,
        TRY_END.removesuffix("\n)")
        + f", \n\tCONSTRAINT fk_delivery_clinic_id_staff_id {KEY.format('staff_id')}\n)",
    ),
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _rebuild("staff_wish", WISH_PARTS)
        _rebuild("delivery", TRY_PARTS)
        op.create_index("ix_delivery_message", "delivery", ["message_id", "id"])
    else:
        op.add_column("staff_wish", sa.Column("weekdays", sa.SmallInteger(), nullable=True))
        _add_staff("staff_wish", "cover_id")
        for name, check in CHECKS.items():
            op.create_check_constraint(op.f(f"ck_staff_wish_{name}"), "staff_wish", check)
        _add_staff("delivery", "staff_id")
    op.create_index(
        "ix_delivery_staff", "delivery", ["staff_id", "id"], sqlite_where=NAMED, postgresql_where=NAMED
    )


def downgrade() -> None:
    op.drop_index("ix_delivery_staff", table_name="delivery")
    if op.get_bind().dialect.name == "sqlite":
        _rebuild("delivery", [(after, before) for before, after in TRY_PARTS])
        op.create_index("ix_delivery_message", "delivery", ["message_id", "id"])
        _rebuild("staff_wish", [(after, before) for before, after in WISH_PARTS])
    else:
        _drop_staff("delivery", "staff_id")
        for name in CHECKS:
            op.drop_constraint(op.f(f"ck_staff_wish_{name}"), "staff_wish", type_="check")
        _drop_staff("staff_wish", "cover_id")
        op.drop_column("staff_wish", "weekdays")


def _add_staff(table: str, column: str) -> None:
    op.add_column(table, sa.Column(column, BigId, nullable=True))
    name = op.f(f"fk_{table}_clinic_id_{column}")
    op.create_foreign_key(name, table, "staff", ["clinic_id", column], ["clinic_id", "id"])


def _drop_staff(table: str, column: str) -> None:
    op.drop_constraint(op.f(f"fk_{table}_clinic_id_{column}"), table, type_="foreignkey")
    op.drop_column(table, column)


def _rebuild(table: str, changes: Sequence[tuple[str, str]]) -> None:
    """The table is made anew from its own words, with these ones changed.

    The library's way of rebuilding leaves the constraints in another order each time.
    """
    line = op.get_bind()
    asked = "SELECT sql FROM sqlite_master WHERE name = ?"
    words = line.exec_driver_sql(asked, (table,)).scalar_one()
    kept = [column["name"] for column in sa.inspect(line).get_columns(table)]
    for before, after in changes:
        if words.count(before) != 1:
            raise RuntimeError(f"the table is not as this step knows it: {before!r}")
        words = words.replace(before, after)
    line.exec_driver_sql(f"CREATE TABLE {table}_new ({words.partition('(')[2]}")
    known = {column["name"] for column in sa.inspect(line).get_columns(f"{table}_new")}
    columns = ", ".join(name for name in kept if name in known)
    line.exec_driver_sql(f"INSERT INTO {table}_new ({columns}) SELECT {columns} FROM {table}")
    line.exec_driver_sql(f"DROP TABLE {table}")
    line.exec_driver_sql(f"ALTER TABLE {table}_new RENAME TO {table}")
