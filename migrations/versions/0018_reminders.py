"""When patients want to be reminded."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MINE = "clinic_id = nullif(current_setting('diary.clinic_id', true), '')::bigint"
SYSTEM = "current_setting('diary.system', true) = 'on'"
PRESENTED = "feed_hash = nullif(current_setting('diary.presented', true), '')"


def upgrade() -> None:
    op.create_table(
        "reminder",
        sa.Column("patient_id", BigId, nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.Column("minute", sa.SmallInteger(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("step", sa.Text(), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("feed_hash", sa.Text(), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.CheckConstraint(
            "(next_at IS NULL) = (step IS NULL) AND (step IS NULL) = (day IS NULL)",
            name=op.f("ck_reminder_on_has_a_next_look"),
        ),
        sa.CheckConstraint("minute BETWEEN 0 AND 1439", name=op.f("ck_reminder_minute_of_a_day")),
        sa.CheckConstraint("step IN ('reminder', 'nudge')", name=op.f("ck_reminder_step")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_reminder_clinic_id_clinic")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patient.clinic_id", "patient.id"],
            name=op.f("fk_reminder_clinic_id_patient_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_reminder_clinic_id_id")),
        sa.UniqueConstraint("clinic_id", "patient_id", name=op.f("uq_reminder_clinic_id_patient_id")),
        sa.UniqueConstraint("feed_hash", name=op.f("uq_reminder_feed_hash")),
    )
    op.create_index("ix_reminder_next", "reminder", ["clinic_id", "next_at"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE reminder ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE reminder FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_clinic ON reminder USING ({MINE}) WITH CHECK ({MINE})")
        op.execute(f"CREATE POLICY system_reads ON reminder FOR SELECT USING ({SYSTEM})")
        op.execute(f"CREATE POLICY presented ON reminder FOR SELECT USING ({PRESENTED})")


def downgrade() -> None:
    op.drop_index("ix_reminder_next", table_name="reminder")
    op.drop_table("reminder")
