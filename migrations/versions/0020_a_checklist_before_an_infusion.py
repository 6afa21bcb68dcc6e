"""The clinic's own checklist before an infusion, and its ticks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Document = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MINE = "clinic_id = nullif(current_setting('diary.clinic_id', true), '')::bigint"
TABLES = ("checklist_version", "checklist_tick")


def upgrade() -> None:
    op.create_table(
        "checklist_version",
        sa.Column("n", BigId, nullable=False),
        sa.Column("valid_from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lines", Document, nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_checklist_version_clinic_id_clinic")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checklist_version")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_checklist_version_clinic_id_id")),
        sa.UniqueConstraint("clinic_id", "n", name=op.f("uq_checklist_version_clinic_id_n")),
    )
    op.create_table(
        "checklist_tick",
        sa.Column("checklist_version_id", BigId, nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("booking_id", BigId, nullable=False),
        sa.Column("staff_id", BigId, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ticked", sa.Boolean(), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.CheckConstraint("line >= 0", name=op.f("ck_checklist_tick_a_line_of_the_list")),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_checklist_tick_clinic_id_clinic")
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "checklist_version_id"],
            ["checklist_version.clinic_id", "checklist_version.id"],
            name=op.f("fk_checklist_tick_clinic_id_checklist_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "booking_id"],
            ["booking.clinic_id", "booking.id"],
            name=op.f("fk_checklist_tick_clinic_id_booking_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "staff_id"],
            ["staff.clinic_id", "staff.id"],
            name=op.f("fk_checklist_tick_clinic_id_staff_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checklist_tick")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_checklist_tick_clinic_id_id")),
    )
    op.create_index("ix_checklist_tick_booking", "checklist_tick", ["booking_id", "id"])
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            op.execute(f"CREATE POLICY own_clinic ON {table} USING ({MINE}) WITH CHECK ({MINE})")


def downgrade() -> None:
    op.drop_index("ix_checklist_tick_booking", table_name="checklist_tick")
    for table in reversed(TABLES):
        op.drop_table(table)
