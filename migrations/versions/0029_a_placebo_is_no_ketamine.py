"""What a trial gives: a placebo, or a study drug of which nobody here knows which it is."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

TABLES = ("regimen", "administration")
BEFORE = "agent IN ('racemic', 's_ketamine')"
AFTER = "agent IN ('racemic', 's_ketamine', 'placebo', 'study_drug')"


def upgrade() -> None:
    _agents(BEFORE, AFTER)


def downgrade() -> None:
    """Refused by the database where a placebo or a study drug stands recorded."""
    _agents(AFTER, BEFORE)


def _agents(before: str, after: str) -> None:
    for table in TABLES:
        if op.get_bind().dialect.name == "sqlite":
            _rebuild(table, before, after)
        else:
            op.drop_constraint(op.f(f"ck_{table}_agent"), table, type_="check")
            op.create_check_constraint(op.f(f"ck_{table}_agent"), table, after)


def _rebuild(table: str, before: str, after: str) -> None:
    """The table is made anew from its own words, with these ones changed, and its indexes from theirs.

    The library's way of rebuilding leaves the constraints in another order each time.
    """
    line = op.get_bind()
    asked = "SELECT type, sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL ORDER BY type DESC"
    (_, words), *others = line.exec_driver_sql(asked, (table,)).all()
    columns = ", ".join(column["name"] for column in sa.inspect(line).get_columns(table))
    if words.count(before) != 1:
        raise RuntimeError(f"the table is not as this step knows it: {before!r}")
    words = words.replace(before, after)
    line.exec_driver_sql(f"CREATE TABLE {table}_new ({words.partition('(')[2]}")
    line.exec_driver_sql(f"INSERT INTO {table}_new ({columns}) SELECT {columns} FROM {table}")
    line.exec_driver_sql(f"DROP TABLE {table}")
    line.exec_driver_sql(f"ALTER TABLE {table}_new RENAME TO {table}")
    for _, one in others:
        line.exec_driver_sql(one)
