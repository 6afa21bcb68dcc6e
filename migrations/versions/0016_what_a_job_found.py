"""What a job computed from a clinic's diaries: durability, and the figures of a study."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Document = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MINE = "clinic_id = nullif(current_setting('diary.clinic_id', true), '')::bigint"
SYSTEM = "current_setting('diary.system', true) = 'on'"


def upgrade() -> None:
    op.create_table(
        "result",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("found", Document, nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.CheckConstraint("kind IN ('durability', 'study')", name=op.f("ck_result_kind")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_result_clinic_id_clinic")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_result")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_result_clinic_id_id")),
        sa.UniqueConstraint("clinic_id", "kind", "subject", name=op.f("uq_result_clinic_id_kind_subject")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE result ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE result FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_clinic ON result USING ({MINE}) WITH CHECK ({MINE})")
        op.execute(f"CREATE POLICY system_reads ON result FOR SELECT USING ({SYSTEM})")


def downgrade() -> None:
    op.drop_table("result")
