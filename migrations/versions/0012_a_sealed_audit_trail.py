"""Where an audit row came from, how it is found again, and where each clinic's chain ends."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MINE = "clinic_id = nullif(current_setting('diary.clinic_id', true), '')::bigint"
SYSTEM = "current_setting('diary.system', true) = 'on'"


def upgrade() -> None:
    op.add_column("audit", sa.Column("origin", sa.Text(), nullable=True))
    op.create_index("ix_audit_patient", "audit", ["clinic_id", "patient_id", "id"])
    op.create_index("ix_audit_at", "audit", ["clinic_id", "at"])
    op.create_table(
        "audit_head",
        sa.Column("position", BigId, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_audit_head_clinic_id_clinic")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
        sa.UniqueConstraint("clinic_id", name=op.f("uq_audit_head_clinic_id")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_audit_head_clinic_id_id")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE audit_head ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE audit_head FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_clinic ON audit_head USING ({MINE}) WITH CHECK ({MINE})")
        # The sealer asks which clinics have something to seal.
        op.execute(f"CREATE POLICY system_reads ON audit FOR SELECT USING ({SYSTEM} AND position IS NULL)")
    else:
        _fix_columns("origin")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP POLICY system_reads ON audit")
    else:
        _fix_columns()
    op.drop_table("audit_head")
    op.drop_index("ix_audit_at", table_name="audit")
    op.drop_index("ix_audit_patient", table_name="audit")
    op.drop_column("audit", "origin")


def _fix_columns(*more: str) -> None:
    """The trigger that lets the sealer's columns alone be changed, with these columns besides the first ones."""
    fixed = (
        *("at", "actor_kind", "actor_id", "action", "object", "object_uid"),
        *("patient_id", "detail", "request_id", "id", "clinic_id", *more),
    )
    op.execute("DROP TRIGGER audit_no_update")
    op.execute(
        f"CREATE TRIGGER audit_no_update BEFORE UPDATE OF {', '.join(fixed)} ON audit "
        "BEGIN SELECT RAISE(ABORT, 'audit only grows'); END"
    )
