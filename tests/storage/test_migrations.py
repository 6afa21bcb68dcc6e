"""Migrations: one numbered line, the schema that is declared, and no row lost on the way."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Connection, Engine, func, inspect, select, text

from diary.storage.engine import make_engine
from diary.storage.migrate import downgrade, upgrade
from diary.storage.revisions import SCRIPTS, current, head, known
from diary.storage.schema import metadata
from tests.postgresql import APP_ROLE
from tests.storage.rows import OURS, THEIRS, fill

REVISIONS = list(ScriptDirectory(str(SCRIPTS)).walk_revisions())[::-1]


@contextmanager
def engine_at(url: str) -> Iterator[Engine]:
    engine = make_engine(url, may_create=True)
    yield engine
    engine.dispose()


@contextmanager
def connection_to(url: str) -> Iterator[Connection]:
    with engine_at(url) as engine, engine.connect() as connection:
        yield connection


def test_revisions_are_numbered_in_one_line_and_their_files_say_what_they_do():
    numbers = [f"{n:04}" for n in range(1, len(REVISIONS) + 1)]
    assert [found.revision for found in REVISIONS] == numbers
    assert [found.down_revision for found in REVISIONS] == [None, *numbers[:-1]]
    assert (known(), head()) == (numbers, numbers[-1])
    for found in REVISIONS:
        assert re.fullmatch(rf"{found.revision}_[a-z][a-z_]*\.py", Path(found.path).name)
        assert found.doc


def test_an_empty_database_stands_at_no_revision_and_a_migrated_one_at_the_head(empty_database):
    with engine_at(empty_database.owner_url) as engine:
        assert current(engine) is None
        upgrade(empty_database.owner_url, app_role=APP_ROLE)
        assert current(engine) == head()


def test_migrating_twice_changes_nothing(empty_database):
    upgrade(empty_database.owner_url, app_role=APP_ROLE)
    before = declared_in(empty_database.owner_url)
    upgrade(empty_database.owner_url, app_role=APP_ROLE)
    assert declared_in(empty_database.owner_url) == before


def test_the_migrated_schema_is_the_declared_one(database):
    with connection_to(database.owner_url) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_the_conditions_on_rows_are_the_declared_ones(database):
    """Comparing schemas leaves out CHECK constraints and what a partial index is restricted to."""
    with connection_to(database.owner_url) as connection:
        inspector = inspect(connection)
        for table in metadata.sorted_tables:
            found = {check["name"] for check in inspector.get_check_constraints(table.name)}
            assert found == checks_declared(table, connection.dialect.name), table.name
            partial = {
                index["name"]
                for index in inspector.get_indexes(table.name)
                if index.get("dialect_options", {}).get(f"{connection.dialect.name}_where") is not None
            }
            assert partial == {
                index.name for index in table.indexes if index.dialect_options["sqlite"]["where"] is not None
            }


def checks_declared(table: Any, dialect: str) -> set[str]:
    return {
        str(constraint.name)
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
        and (constraint._ddl_if is None or constraint._ddl_if.dialect == dialect)
    }


def test_every_constraint_has_a_name_that_says_its_kind_and_table(database):
    with connection_to(database.owner_url) as connection:
        inspector = inspect(connection)
        for table in metadata.sorted_tables:
            named = {
                "pk": [inspector.get_pk_constraint(table.name)],
                "uq": inspector.get_unique_constraints(table.name),
                "fk": inspector.get_foreign_keys(table.name),
                "ck": inspector.get_check_constraints(table.name),
            }
            for kind, found in named.items():
                names = [constraint["name"] for constraint in found]
                assert all(name and name.startswith(f"{kind}_{table.name}") for name in names), (
                    table.name,
                    names,
                )


def test_a_database_full_of_rows_goes_down_to_nothing_and_up_again(database):
    fill_both(database.url)
    before = declared_in(database.owner_url)
    downgrade(database.owner_url, "base")
    with connection_to(database.owner_url) as connection:
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
    upgrade(database.owner_url, app_role=APP_ROLE)
    assert declared_in(database.owner_url) == before
    fill_both(database.url)


def test_each_later_step_down_and_up_again_keeps_every_row_of_the_tables_that_were_there(database):
    """One step at a time, from the newest to the first."""
    fill_both(database.url)
    for found in REVISIONS[:0:-1]:
        kept = rows_as_they_stand(database.owner_url)
        downgrade(database.owner_url, str(found.down_revision))
        with connection_to(database.owner_url) as connection:
            there = kept.keys() & inspect(connection).get_table_names()
        upgrade(database.owner_url, found.revision)
        again = rows_as_they_stand(database.owner_url)
        for table in there:
            assert again[table] == kept[table], (found.revision, table)
        assert len(set(kept["patient"])) >= len((OURS, THEIRS))
        downgrade(database.owner_url, str(found.down_revision))


def test_rebuilding_a_parent_table_on_sqlite_loses_no_child(sqlite_database, tmp_path):
    fill_both(sqlite_database.url)
    before = rows_in(sqlite_database.url)
    upgrade(sqlite_database.owner_url, scripts=with_next_step(tmp_path, REBUILD_PATIENTS))
    assert rows_in(sqlite_database.url) == before
    assert all(len(rows) > 0 for rows in before.values())


def test_a_migration_that_leaves_a_child_without_its_parent_is_undone(sqlite_database, tmp_path):
    fill_both(sqlite_database.url)
    before = rows_in(sqlite_database.url)
    with pytest.raises(RuntimeError, match="without their parent"):
        upgrade(
            sqlite_database.owner_url, scripts=with_next_step(tmp_path, 'op.execute("DELETE FROM patient")')
        )
    assert rows_in(sqlite_database.url) == before
    with engine_at(sqlite_database.url) as engine:
        assert current(engine) == head()


def test_a_migration_that_loses_a_trigger_is_undone(sqlite_database, tmp_path):
    fill_both(sqlite_database.url)
    with pytest.raises(RuntimeError, match="lost the triggers entry_no_delete, entry_no_update"):
        upgrade(sqlite_database.owner_url, scripts=with_next_step(tmp_path, REBUILD_ENTRIES))
    with connection_to(sqlite_database.url) as connection:
        assert {"entry_no_delete", "entry_no_update"} <= set(
            connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
        )


def test_a_migration_that_fails_half_way_leaves_nothing_behind(database, tmp_path):
    fill_both(database.url)
    before = declared_in(database.owner_url)
    half = 'op.execute("CREATE TABLE half (id INTEGER)")\n    op.execute("nonsense")'
    with pytest.raises(Exception, match="nonsense"):
        upgrade(database.owner_url, scripts=with_next_step(tmp_path, half))
    assert declared_in(database.owner_url) == before


REBUILD_PATIENTS = 'with op.batch_alter_table("patient", recreate="always"):\n        pass'
REBUILD_ENTRIES = 'with op.batch_alter_table("entry", recreate="always"):\n        pass'


def with_next_step(folder: Path, body: str) -> Path:
    """The project's own migrations with one more behind them."""
    scripts = folder / "migrations"
    shutil.copytree(SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    number = f"{len(REVISIONS) + 1:04}"
    (scripts / "versions" / f"{number}_next.py").write_text(
        f'''"""One more step."""

from alembic import op

revision = "{number}"
down_revision = "{head()}"
branch_labels = depends_on = None


def upgrade():
    {body}
'''
    )
    return scripts


def fill_both(url: str) -> None:
    with engine_at(url) as engine:
        for clinic_id in (OURS, THEIRS):
            fill(engine, clinic_id)


def rows_as_they_stand(url: str) -> dict[str, list[Any]]:
    """Every row of every table that is there, with the columns that it has at its revision."""
    with engine_at(url) as engine, engine.connect() as connection:
        found: dict[str, list[Any]] = {name: [] for name in inspect(connection).get_table_names()}
        for clinic_id in (OURS, THEIRS):
            if connection.dialect.name == "postgresql":
                connection.execute(select(func.set_config("diary.clinic_id", str(clinic_id), True)))
            for name in found:
                rows = connection.execute(text(f"SELECT * FROM {name}")).mappings()
                found[name] += [repr(sorted(row.items())) for row in rows]
    return {name: sorted(rows) for name, rows in found.items()}


def rows_in(url: str) -> dict[str, list[Any]]:
    """Every row of every table, whatever clinic it belongs to."""
    found: dict[str, list[Any]] = {table.name: [] for table in metadata.sorted_tables}
    with engine_at(url) as engine, engine.connect() as connection:
        for clinic_id in (OURS, THEIRS):
            if connection.dialect.name == "postgresql":
                connection.execute(select(func.set_config("diary.clinic_id", str(clinic_id), True)))
            for table in metadata.sorted_tables:
                rows = [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
                found[table.name] += [row for row in rows if row not in found[table.name]]
    return found


def declared_in(url: str) -> dict[str, Any]:
    """What the database itself says of its tables, rights and triggers."""
    with connection_to(url) as connection:
        if connection.dialect.name == "sqlite":
            rows = connection.execute(text("SELECT name, sql FROM sqlite_master ORDER BY name"))
            return {row.name: row.sql for row in rows}
        inspector = inspect(connection)
        grants = connection.execute(
            text(
                "SELECT table_name, column_name, privilege_type FROM information_schema.column_privileges "
                "WHERE grantee = :role ORDER BY 1, 2, 3"
            ),
            {"role": APP_ROLE},
        )
        policies = connection.execute(
            text("SELECT tablename, policyname, qual FROM pg_policies ORDER BY 1, 2")
        )
        return {
            "columns": {
                name: str(inspector.get_columns(name)) for name in sorted(inspector.get_table_names())
            },
            "grants": [tuple(row) for row in grants],
            "policies": [tuple(row) for row in policies],
        }
