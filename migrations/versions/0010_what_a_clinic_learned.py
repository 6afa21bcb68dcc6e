"""What the forecast learned by itself and when, why each of its versions came, and which one a night used."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Document = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MINE = "clinic_id = nullif(current_setting('diary.clinic_id', true), '')::bigint"
SYSTEM = "current_setting('diary.system', true) = 'on'"
CAUSES = "cause IN ('founding', 'mode', 'prior', 'learning', 'learned', 'drift')"
NEW = ("forecast_week", "forecast_candidate")
SYSTEM_READS = ("forecast_week", "forecast_version")


def upgrade() -> None:
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    if on_postgresql:  # row security binds the owner, too
        op.execute("ALTER TABLE forecast_version NO FORCE ROW LEVEL SECURITY")
    _add_cause()
    if on_postgresql:
        op.execute("ALTER TABLE forecast_version FORCE ROW LEVEL SECURITY")
    op.add_column("night_run", sa.Column("prior_version", sa.Text(), nullable=True))
    _create_week()
    _create_candidate()
    if on_postgresql:
        for table in NEW:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            op.execute(f"CREATE POLICY own_clinic ON {table} USING ({MINE}) WITH CHECK ({MINE})")
        for table in SYSTEM_READS:
            op.execute(f"CREATE POLICY system_reads ON {table} FOR SELECT USING ({SYSTEM})")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP POLICY system_reads ON forecast_version")
    op.drop_table("forecast_candidate")
    op.drop_table("forecast_week")
    op.drop_column("night_run", "prior_version")
    op.drop_column("forecast_version", "learns")
    op.drop_column("forecast_version", "cause")


def _add_cause() -> None:
    """Who kept a prior left the mode as it was; nothing else tells the older versions apart.

    In words that both databases know: a rebuilt table would have its constraints in another order each time.
    """
    named = "CONSTRAINT ck_forecast_version_cause"
    op.execute(
        f"ALTER TABLE forecast_version ADD COLUMN cause TEXT NOT NULL DEFAULT 'mode' {named} CHECK ({CAUSES})"
    )
    op.execute("ALTER TABLE forecast_version ADD COLUMN learns BOOLEAN NOT NULL DEFAULT TRUE")
    of_clinic = "FROM forecast_version AS earlier WHERE earlier.clinic_id = forecast_version.clinic_id"
    op.execute(
        "UPDATE forecast_version SET cause = 'prior' "
        f"WHERE mode = (SELECT earlier.mode {of_clinic} AND earlier.n = forecast_version.n - 1)"
    )
    op.execute(
        f"UPDATE forecast_version SET cause = 'founding' WHERE n = (SELECT min(earlier.n) {of_clinic})"
    )


def _create_week() -> None:
    op.create_table(
        "forecast_week",
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("cutoff_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("forecast_version_id", BigId, nullable=False),
        sa.Column("found", Document, nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_forecast_week_clinic_id_clinic")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "forecast_version_id"],
            ["forecast_version.clinic_id", "forecast_version.id"],
            name=op.f("fk_forecast_week_clinic_id_forecast_version_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forecast_week")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_forecast_week_clinic_id_id")),
        sa.UniqueConstraint("clinic_id", "night", name=op.f("uq_forecast_week_clinic_id_night")),
    )


def _create_candidate() -> None:
    op.create_table(
        "forecast_candidate",
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("cutoff_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("prior", Document, nullable=False),
        sa.Column("courses", BigId, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("scores", Document, nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("forecast_version_id", BigId, nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.CheckConstraint(
            "state IN ('shadow', 'took_over', 'dropped')", name=op.f("ck_forecast_candidate_state")
        ),
        sa.CheckConstraint(
            "(state = 'shadow') = (ended_at IS NULL AND reason IS NULL)",
            name=op.f("ck_forecast_candidate_ended_says_when_and_why"),
        ),
        sa.CheckConstraint(
            "(state = 'took_over') = (forecast_version_id IS NOT NULL)",
            name=op.f("ck_forecast_candidate_took_over_as_a_version"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_forecast_candidate_clinic_id_clinic")
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "forecast_version_id"],
            ["forecast_version.clinic_id", "forecast_version.id"],
            name=op.f("fk_forecast_candidate_clinic_id_forecast_version_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forecast_candidate")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_forecast_candidate_clinic_id_id")),
        sa.UniqueConstraint("clinic_id", "night", name=op.f("uq_forecast_candidate_clinic_id_night")),
    )
    op.create_index(
        "uq_forecast_candidate_shadow",
        "forecast_candidate",
        ["clinic_id"],
        unique=True,
        sqlite_where=sa.text("state = 'shadow'"),
        postgresql_where=sa.text("state = 'shadow'"),
    )
