"""Which forecast a clinic has from when on: shown or in the shadow, and the prior that it believes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Document = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MINE = "clinic_id = nullif(current_setting('diary.clinic_id', true), '')::bigint"
ALWAYS = "'1900-01-01 00:00:00.000000'"
MODES = "mode IN ('shadow', 'on')"


def upgrade() -> None:
    op.create_table(
        "forecast_version",
        sa.Column("n", BigId, nullable=False),
        sa.Column("valid_from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("prior", Document, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.CheckConstraint(MODES, name=op.f("ck_forecast_version_mode")),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_forecast_version_clinic_id_clinic")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forecast_version")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_forecast_version_clinic_id_id")),
        sa.UniqueConstraint("clinic_id", "n", name=op.f("uq_forecast_version_clinic_id_n")),
    )
    op.execute(
        "INSERT INTO forecast_version (clinic_id, n, valid_from_at, mode, prior, note) "
        f"SELECT id, 1, {ALWAYS}, forecast_mode, '{{}}', 'as at founding' FROM clinic"
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE forecast_version ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE forecast_version FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_clinic ON forecast_version USING ({MINE}) WITH CHECK ({MINE})")
    with op.batch_alter_table("clinic") as clinic:
        clinic.drop_constraint(op.f("ck_clinic_forecast_mode"), type_="check")
        clinic.drop_column("forecast_mode")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE forecast_version DISABLE ROW LEVEL SECURITY")
    with op.batch_alter_table("clinic") as clinic:
        clinic.add_column(sa.Column("forecast_mode", sa.Text(), nullable=False, server_default="shadow"))
    newest = "SELECT max(n) FROM forecast_version AS newer WHERE newer.clinic_id = clinic.id"
    op.execute(
        "UPDATE clinic SET forecast_mode = (SELECT mode FROM forecast_version "
        f"WHERE forecast_version.clinic_id = clinic.id AND n = ({newest}))"
    )
    with op.batch_alter_table("clinic") as clinic:
        clinic.alter_column("forecast_mode", server_default=None)
        clinic.create_check_constraint(op.f("ck_clinic_forecast_mode"), "forecast_mode IN ('shadow', 'on')")
    op.drop_table("forecast_version")
