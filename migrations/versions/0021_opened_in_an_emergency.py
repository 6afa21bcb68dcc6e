"""Records that another clinic of the installation opened in an emergency; and the message to the admins."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sa.DateTime(timezone=True)
MINE = "clinic_id = nullif(current_setting('diary.clinic_id', true), '')::bigint"
PRESENTED = "uid = nullif(current_setting('diary.presented', true), '')"
BEFORE = "('alert', 'digest', 'escalation', 'reminder', 'nudge', 'offer', 'visit', 'operator', 'event')"
KINDS = BEFORE.replace("'event')", "'event', 'emergency')")


def upgrade() -> None:
    op.create_table(
        "emergency_access",
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("patient_id", BigId, nullable=False),
        sa.Column("guest_clinic_id", BigId, nullable=False),
        sa.Column("guest_staff_id", BigId, nullable=False),
        sa.Column("guest", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("opened_at", Moment, nullable=False),
        sa.Column("ends_at", Moment, nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.CheckConstraint("ends_at > opened_at", name=op.f("ck_emergency_access_ends_after_it_starts")),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_emergency_access_clinic_id_clinic")
        ),
        sa.ForeignKeyConstraint(
            ["guest_clinic_id"], ["clinic.id"], name=op.f("fk_emergency_access_guest_clinic_id_clinic")
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patient.clinic_id", "patient.id"],
            name=op.f("fk_emergency_access_clinic_id_patient_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emergency_access")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_emergency_access_clinic_id_id")),
        sa.UniqueConstraint("uid", name=op.f("uq_emergency_access_uid")),
    )
    op.create_index("ix_emergency_access_patient", "emergency_access", ["patient_id"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE emergency_access ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE emergency_access FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_clinic ON emergency_access USING ({MINE}) WITH CHECK ({MINE})")
        op.execute(f"CREATE POLICY presented ON emergency_access FOR SELECT USING ({PRESENTED})")
    _allow(KINDS, BEFORE)


def downgrade() -> None:
    """What the older version has no word for goes, with its tries."""
    gone = "SELECT id FROM message WHERE kind = 'emergency'"
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    tables = ("message", "delivery")
    for table in tables if on_postgresql else ():  # row security binds the owner, too
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(f"DELETE FROM delivery WHERE message_id IN ({gone})")
    op.execute("DELETE FROM message WHERE kind = 'emergency'")
    for table in tables if on_postgresql else ():
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    _allow(BEFORE, KINDS)
    op.drop_table("emergency_access")


def _allow(kinds: str, before: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f("ck_message_kind"), "message", type_="check")
        op.create_check_constraint(op.f("ck_message_kind"), "message", f"kind IN {kinds}")
        return
    # SQLite cannot change a condition: the table is made anew from its own words, as step 0014 has it.
    line = op.get_bind()
    found = "SELECT sql FROM sqlite_master WHERE tbl_name = 'message' AND type = "
    words = line.exec_driver_sql(f"{found}'table'").scalar_one()
    indexes = line.exec_driver_sql(f"{found}'index' AND sql IS NOT NULL").scalars().all()
    if words.count(before) != 1:
        raise RuntimeError("the table of messages is not as this step knows it")
    body = words.replace(before, kinds).partition("(")[2]
    line.exec_driver_sql(f"CREATE TABLE message_new ({body}")
    line.exec_driver_sql("INSERT INTO message_new SELECT * FROM message")
    line.exec_driver_sql("DROP TABLE message")
    line.exec_driver_sql("ALTER TABLE message_new RENAME TO message")
    for index in indexes:
        line.exec_driver_sql(index)
