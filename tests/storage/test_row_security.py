"""The second wall: a query that forgot its clinic still finds nothing of another; some tables only grow."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, ForeignKeyConstraint, Table, delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from diary.storage.engine import make_engine
from diary.storage.migrate import APPEND_ONLY
from diary.storage.schema import clinic_tables, metadata
from diary.storage.unit import SYSTEM, Scope, present, unit
from tests.storage.rows import OURS, THEIRS, contents, fill

# Read by the scheduler and the watchdog over all clinics, to see what is due or wrong.
SYSTEM_READS = {
    "audit",
    "clinic_zone",
    "result",
    "forecast_version",
    "forecast_week",
    "message",
    "night_run",
    "protocol_version",
    "reminder",
}
PRESENTED = {
    "account_link": "token_hash",
    "device": "token_hash",
    "emergency_access": "uid",
    "enrolment_code": "code_hash",
    "integration_key": "secret_hash",
    "outside_identity": "digest",
    "passkey": "credential_id",
    "message": "uid",
    "reminder": "feed_hash",
    "share_link": "code_hash",
    "staff": "email",
    "staff_session": "token_hash",
}
TABLES = clinic_tables()
IDS = [table.name for table in TABLES]


def filled(url: str) -> Engine:
    engine = make_engine(url)
    for clinic_id in (OURS, THEIRS):
        fill(engine, clinic_id)
    return engine


@pytest.fixture
def engine(postgresql_url: str) -> Iterator[Engine]:
    """Two clinics, each with a row in every table; the app role asks."""
    engine = filled(postgresql_url)
    yield engine
    engine.dispose()


@pytest.fixture
def either(database_url: str) -> Iterator[Engine]:
    """The same on both databases in turn."""
    engine = filled(database_url)
    yield engine
    engine.dispose()


def clinics_in(table: Table, scope: Scope, engine: Engine) -> set[int]:
    with unit(engine, scope, write=False) as session:
        return set(session.scalars(select(table.c.clinic_id)))


def test_every_table_of_a_clinic_shows_that_clinic_its_own_rows_and_no_others(engine):
    leaks = {
        table.name: seen
        for table in TABLES
        for clinic_id in (OURS, THEIRS)
        if (seen := clinics_in(table, Scope(clinic_id, "staff"), engine)) != {clinic_id}
    }
    assert leaks == {}


def test_nobody_at_all_sees_no_row_of_any_clinic(engine):
    nobody = Scope(None, "patient")
    assert {table.name for table in TABLES if clinics_in(table, nobody, engine)} == set()


def test_the_scheduler_sees_over_all_clinics_only_what_tells_it_what_is_due(engine):
    seen = {table.name for table in TABLES if clinics_in(table, SYSTEM, engine)}
    assert seen == SYSTEM_READS
    assert all(clinics_in(metadata.tables[name], SYSTEM, engine) == {OURS, THEIRS} for name in seen)


def test_the_scheduler_writes_nothing_outside_a_clinic(engine):
    for name in SYSTEM_READS - {*APPEND_ONLY}:
        table = metadata.tables[name]
        with unit(engine, SYSTEM, write=True) as session:
            assert session.execute(update(table).values(id=table.c.id)).rowcount == 0


@pytest.mark.parametrize(("name", "column"), PRESENTED.items())
def test_whoever_presents_a_token_reads_the_one_row_that_it_opens(engine, name, column):
    table = metadata.tables[name]
    with unit(engine, Scope(THEIRS, "operator"), write=False) as session:
        secret = session.scalars(select(table.c[column]).where(table.c.id == THEIRS)).one()
    with unit(engine, Scope(None, "patient"), write=False) as session:
        present(session, secret)
        assert session.scalars(select(table.c.id)).all() == [THEIRS]
        assert not any(contents(session, other) for other in TABLES if other is not table)
        assert session.execute(update(table).values(id=table.c.id)).rowcount == 0


def test_a_row_cannot_be_written_into_another_clinic(engine):
    team = metadata.tables["team"]
    with (
        pytest.raises(DBAPIError, match="row-level security"),
        unit(engine, Scope(OURS, "staff"), write=True) as session,
    ):
        session.execute(insert(team).values(clinic_id=THEIRS, uid="stray", name="Stray"))


def test_a_row_cannot_be_moved_into_another_clinic(engine):
    chair = metadata.tables["chair"]
    with (
        pytest.raises(DBAPIError, match="row-level security"),
        unit(engine, Scope(OURS, "staff"), write=True) as session,
    ):
        session.execute(update(chair).values(clinic_id=THEIRS))


def test_another_clinics_rows_can_be_neither_changed_nor_deleted(engine):
    free = [table for table in TABLES if table.name not in APPEND_ONLY]
    for table in free:
        key = table.c.clinic_id
        with unit(engine, Scope(OURS, "staff"), write=True) as session:
            assert session.execute(update(table).where(key == THEIRS).values(clinic_id=OURS)).rowcount == 0
            assert session.execute(delete(table).where(key == THEIRS)).rowcount == 0


def test_what_one_transaction_may_see_is_forgotten_by_the_next_on_the_same_connection(postgresql_url):
    engine = filled(postgresql_url)
    single = make_engine(postgresql_url, pool_size=1)
    with unit(single, Scope(OURS, "staff"), write=False) as session:
        present(session, "anything")
    with single.connect() as connection:
        for name in ("diary.clinic_id", "diary.presented", "diary.system"):
            assert connection.scalar(select(func.current_setting(name, True))) == ""
        assert connection.scalars(select(metadata.tables["patient"].c.id)).all() == []
    single.dispose()
    engine.dispose()


def test_row_security_binds_the_owner_of_the_tables_as_well(postgresql_database):
    filled(postgresql_database.url).dispose()
    owner = make_engine(postgresql_database.owner_url)
    with owner.connect() as connection:
        assert [table.name for table in TABLES if connection.execute(select(table)).first()] == []
    owner.dispose()


def test_every_table_of_a_clinic_is_guarded_and_no_other(engine):
    guarded = text(
        "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity ORDER BY relname"
    )
    with engine.connect() as connection:
        assert connection.scalars(guarded).all() == sorted(IDS)


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("administration", "course_id"),
        ("alert_event", "alert_id"),
        ("booking", "regimen_id"),
        ("device", "patient_id"),
        ("night_run", "protocol_version_id"),
        ("patient", "owner_id"),
    ],
)
def test_a_reference_into_another_clinic_is_refused_even_where_nothing_is_hidden(either, name, column):
    table = metadata.tables[name]
    with (
        pytest.raises(DBAPIError, match=r"(?i)foreign key"),
        unit(either, Scope(OURS, "operator"), write=True) as session,
    ):
        session.execute(update(table).where(table.c.id == OURS).values({column: THEIRS}))


def test_every_reference_between_rows_of_clinics_names_the_clinic_too():
    owned = set(TABLES)
    leaving = [
        str(key.name)
        for table in TABLES
        for key in table.foreign_key_constraints
        if key.referred_table in owned and ("clinic_id", "clinic_id") not in _pairs(key)
    ]
    assert leaving == []


def _pairs(key: ForeignKeyConstraint) -> list[tuple[str, str]]:
    return [(element.parent.name, element.column.name) for element in key.elements]


@pytest.mark.parametrize("name", APPEND_ONLY)
def test_a_table_that_only_grows_lets_nothing_be_deleted_and_only_its_few_columns_be_changed(either, name):
    table = metadata.tables[name]
    changeable = set(APPEND_ONLY[name].split(", "))
    assert changeable < set(table.columns.keys())
    with (
        pytest.raises(DBAPIError, match=r"only grows|permission denied"),
        unit(either, Scope(OURS, "operator"), write=True) as session,
    ):
        session.execute(delete(table))
    for column in table.columns:
        statement = update(table).where(table.c.id == OURS).values({column.name: column})
        with unit(either, Scope(OURS, "operator"), write=True) as session:
            if column.name in changeable:
                assert session.execute(statement).rowcount == 1
            else:
                with pytest.raises(DBAPIError, match=r"only grows|permission denied"):
                    session.execute(statement)
                session.rollback()


def test_the_app_role_owns_nothing_and_can_change_no_table(engine):
    with (
        pytest.raises(DBAPIError, match="must be owner"),
        unit(engine, Scope(OURS, "operator"), write=True) as session,
    ):
        session.execute(text("ALTER TABLE entry DISABLE ROW LEVEL SECURITY"))
