"""Whose record was erased or is held; entries go only with a patient who is being erased."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MINE = "clinic_id = nullif(current_setting('diary.clinic_id', true), '')::bigint"
NEW = ("erasure", "legal_hold")
ERASED = (
    "EXISTS (SELECT 1 FROM erasure WHERE erasure.clinic_id = OLD.clinic_id "
    "AND erasure.patient_id = OLD.patient_id)"
)


def upgrade() -> None:
    _create_erasure()
    _create_legal_hold()
    if op.get_bind().dialect.name == "postgresql":
        for table in NEW:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            op.execute(f"CREATE POLICY own_clinic ON {table} USING ({MINE}) WITH CHECK ({MINE})")
        _guard_on_postgresql()
    else:
        _guard_on_sqlite(f"WHEN NOT {ERASED} ")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER entry_no_delete ON entry")
        op.execute("DROP TRIGGER entry_no_update ON entry")
        op.execute("DROP FUNCTION entry_only_grows()")
    else:
        _guard_on_sqlite("")
    op.drop_table("legal_hold")
    op.drop_table("erasure")


def _fixed() -> str:
    columns = [column["name"] for column in sa.inspect(op.get_bind()).get_columns("entry")]
    return ", ".join(name for name in columns if name != "standing")


def _guard_on_sqlite(unless: str) -> None:
    for what, event in (("delete", "DELETE"), ("update", f"UPDATE OF {_fixed()}")):
        op.execute(f"DROP TRIGGER entry_no_{what}")
        op.execute(
            f"CREATE TRIGGER entry_no_{what} BEFORE {event} ON entry {unless}"
            "BEGIN SELECT RAISE(ABORT, 'entry only grows'); END"
        )


def _guard_on_postgresql() -> None:
    """The app role may not change or delete entries until now; from now on these refuse it instead."""
    op.execute(
        "CREATE FUNCTION entry_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF NOT {ERASED} THEN RAISE EXCEPTION 'entry only grows'; END IF; "
        "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$"
    )
    for what, event in (("delete", "DELETE"), ("update", f"UPDATE OF {_fixed()}")):
        op.execute(
            f"CREATE TRIGGER entry_no_{what} BEFORE {event} ON entry "
            "FOR EACH ROW EXECUTE FUNCTION entry_only_grows()"
        )


def _create_erasure() -> None:
    op.create_table(
        "erasure",
        sa.Column("patient_uid", sa.Text(), nullable=False),
        sa.Column("patient_id", BigId, nullable=False),
        sa.Column("extent", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.CheckConstraint("extent IN ('identity', 'everything')", name=op.f("ck_erasure_extent")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_erasure_clinic_id_clinic")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_erasure_clinic_id_id")),
        sa.UniqueConstraint("clinic_id", "patient_uid", name=op.f("uq_erasure_clinic_id_patient_uid")),
    )


def _create_legal_hold() -> None:
    op.create_table(
        "legal_hold",
        sa.Column("patient_id", BigId, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_legal_hold_clinic_id_clinic")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patient.clinic_id", "patient.id"],
            name=op.f("fk_legal_hold_clinic_id_patient_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_hold")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_legal_hold_clinic_id_id")),
    )
    op.create_index(
        "uq_legal_hold_standing",
        "legal_hold",
        ["clinic_id", "patient_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
