"""On which weekdays the desk works, and on which days nobody does."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Document = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MINE = "clinic_id = nullif(current_setting('diary.clinic_id', true), '')::bigint"


def upgrade() -> None:
    op.add_column("clinic", sa.Column("working_weekdays", Document, nullable=True))
    op.create_table(
        "holiday",
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_holiday_ends_after_it_starts")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_holiday_clinic_id_clinic")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holiday")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_holiday_clinic_id_id")),
    )
    op.create_index("ix_holiday_day", "holiday", ["clinic_id", "last_day"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE holiday ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE holiday FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_clinic ON holiday USING ({MINE}) WITH CHECK ({MINE})")


def downgrade() -> None:
    op.drop_table("holiday")
    op.drop_column("clinic", "working_weekdays")
