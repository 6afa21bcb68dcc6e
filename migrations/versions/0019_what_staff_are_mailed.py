"""What each of the staff wants to be mailed, and at which hours."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MINE = "clinic_id = nullif(current_setting('diary.clinic_id', true), '')::bigint"


def upgrade() -> None:
    op.create_table(
        "staff_wish",
        sa.Column("staff_id", BigId, nullable=False),
        sa.Column("mails", sa.Boolean(), nullable=False),
        sa.Column("opens_minute", sa.SmallInteger(), nullable=True),
        sa.Column("closes_minute", sa.SmallInteger(), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.CheckConstraint(
            "(opens_minute IS NULL) = (closes_minute IS NULL)", name=op.f("ck_staff_wish_hours_are_two")
        ),
        sa.CheckConstraint("closes_minute BETWEEN 0 AND 1439", name=op.f("ck_staff_wish_closes_in_a_day")),
        sa.CheckConstraint("opens_minute BETWEEN 0 AND 1439", name=op.f("ck_staff_wish_opens_in_a_day")),
        sa.CheckConstraint("opens_minute <> closes_minute", name=op.f("ck_staff_wish_some_hours")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_staff_wish_clinic_id_clinic")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "staff_id"],
            ["staff.clinic_id", "staff.id"],
            name=op.f("fk_staff_wish_clinic_id_staff_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_wish")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_staff_wish_clinic_id_id")),
        sa.UniqueConstraint("clinic_id", "staff_id", name=op.f("uq_staff_wish_clinic_id_staff_id")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE staff_wish ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE staff_wish FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_clinic ON staff_wish USING ({MINE}) WITH CHECK ({MINE})")


def downgrade() -> None:
    op.drop_table("staff_wish")
