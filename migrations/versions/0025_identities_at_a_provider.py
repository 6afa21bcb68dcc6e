"""Whom an organisation's identity provider calls a person of staff."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MINE = "clinic_id = nullif(current_setting('diary.clinic_id', true), '')::bigint"
SHOWN = "digest = nullif(current_setting('diary.presented', true), '')"


def upgrade() -> None:
    op.create_table(
        "outside_identity",
        sa.Column("staff_id", BigId, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_outside_identity_clinic_id")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "staff_id"],
            ["staff.clinic_id", "staff.id"],
            name=op.f("fk_outside_identity_clinic_id_staff_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outside_identity")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_outside_identity_clinic_id_id")),
        sa.UniqueConstraint("clinic_id", "staff_id", name=op.f("uq_outside_identity_clinic_id_staff_id")),
        sa.UniqueConstraint("digest", name=op.f("uq_outside_identity_digest")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE outside_identity ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE outside_identity FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_clinic ON outside_identity USING ({MINE}) WITH CHECK ({MINE})")
        op.execute(f"CREATE POLICY presented ON outside_identity FOR SELECT USING ({SHOWN})")


def downgrade() -> None:
    op.drop_table("outside_identity")
