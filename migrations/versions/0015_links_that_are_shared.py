"""Links by which patients share their diary."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MINE = "clinic_id = nullif(current_setting('diary.clinic_id', true), '')::bigint"
PRESENTED = "code_hash = nullif(current_setting('diary.presented', true), '')"


def upgrade() -> None:
    op.create_table(
        "share_link",
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("patient_id", BigId, nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened", BigId, nullable=False),
        sa.Column("last_opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.CheckConstraint(
            "opened >= 0 AND (opened > 0) = (last_opened_at IS NOT NULL)",
            name=op.f("ck_share_link_opened_is_counted"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_share_link_clinic_id_clinic")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patient.clinic_id", "patient.id"],
            name=op.f("fk_share_link_clinic_id_patient_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share_link")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_share_link_clinic_id_id")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_share_link_code_hash")),
        sa.UniqueConstraint("uid", name=op.f("uq_share_link_uid")),
    )
    op.create_index("ix_share_link_patient", "share_link", ["patient_id"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE share_link ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE share_link FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_clinic ON share_link USING ({MINE}) WITH CHECK ({MINE})")
        op.execute(f"CREATE POLICY presented ON share_link FOR SELECT USING ({PRESENTED})")


def downgrade() -> None:
    op.drop_table("share_link")
