"""Where messages go: phones that take notes, webhooks; and whether a phone showed what it was sent."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Document = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
Moment = sa.DateTime(timezone=True)
MINE = "clinic_id = nullif(current_setting('diary.clinic_id', true), '')::bigint"
NEW = ("push_subscription", "webhook")
WAITING = "state IN ('new', 'taken')"
KINDS = "('alert', 'digest', 'escalation', 'reminder', 'nudge', 'offer', 'visit', 'operator', 'event')"
KINDS_BEFORE = "('alert', 'reminder', 'offer', 'digest', 'operator')"
EVENT_TO = "(kind = 'event') = (webhook_id IS NOT NULL)"
FOREIGN = "FOREIGN KEY(clinic_id, webhook_id) REFERENCES webhook (clinic_id, id)"
NEW_COLUMNS = "webhook_id INTEGER, \n\tevent JSON, \n\tshown_at DATETIME"
# What is said in SQLite's own words of the table, before and after.
KIND_WORDS = ((KINDS_BEFORE, KINDS),)
NEW_PARTS = (
    ("ended_at DATETIME, \n\tid INTEGER", f"ended_at DATETIME, \n\t{NEW_COLUMNS}, \n\tid INTEGER"),
    (
        "CONSTRAINT uq_message_uid UNIQUE (uid)\n)",
        "CONSTRAINT uq_message_uid UNIQUE (uid), \n"
        f"\tCONSTRAINT fk_message_clinic_id_webhook_id {FOREIGN}, \n"
        f"\tCONSTRAINT ck_message_an_event_goes_to_a_webhook CHECK ({EVENT_TO})\n)",
    ),
)


def upgrade() -> None:
    _create_push_subscription()
    _create_webhook()
    if op.get_bind().dialect.name == "postgresql":
        for table in NEW:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            op.execute(f"CREATE POLICY own_clinic ON {table} USING ({MINE}) WITH CHECK ({MINE})")
        presented = "uid = nullif(current_setting('diary.presented', true), '')"
        op.execute(f"CREATE POLICY presented ON message FOR SELECT USING ({presented})")
    op.drop_index("ix_message_waiting", table_name="message")
    if op.get_bind().dialect.name == "sqlite":
        _rebuild([*KIND_WORDS, *NEW_PARTS])
    else:
        _alter_up()
    _index_waiting(["clinic_id", "next_try_at"])
    op.create_index("ix_message_patient", "message", ["patient_id", "created_at"])
    op.create_index("ix_message_alert", "message", ["alert_id"])


def downgrade() -> None:
    """What the older version has no word for goes, with its tries."""
    gone = "SELECT id FROM message WHERE kind IN ('escalation', 'nudge', 'visit', 'event')"
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    tables = ("message", "delivery")
    if on_postgresql:  # row security binds the owner, too
        for table in tables:
            op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(f"DELETE FROM delivery WHERE message_id IN ({gone})")
    op.execute(f"DELETE FROM message WHERE id IN ({gone})")
    if on_postgresql:
        for table in tables:
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute("DROP POLICY presented ON message")
    op.drop_index("ix_message_alert", table_name="message")
    op.drop_index("ix_message_patient", table_name="message")
    op.drop_index("ix_message_waiting", table_name="message")
    if on_postgresql:
        _alter_down()
    else:
        _rebuild([(after, before) for before, after in (*KIND_WORDS, *NEW_PARTS)])
    _index_waiting(["next_try_at"])
    op.drop_table("webhook")
    op.drop_table("push_subscription")


def _alter_up() -> None:
    op.drop_constraint(op.f("ck_message_kind"), "message", type_="check")
    op.create_check_constraint(op.f("ck_message_kind"), "message", f"kind IN {KINDS}")
    op.add_column("message", sa.Column("webhook_id", BigId, nullable=True))
    op.add_column("message", sa.Column("event", Document, nullable=True))
    op.add_column("message", sa.Column("shown_at", Moment, nullable=True))
    columns = ["clinic_id", "webhook_id"]
    op.create_foreign_key(
        op.f("fk_message_clinic_id_webhook_id"), "message", "webhook", columns, ["clinic_id", "id"]
    )
    op.create_check_constraint(op.f("ck_message_an_event_goes_to_a_webhook"), "message", EVENT_TO)


def _alter_down() -> None:
    op.drop_constraint(op.f("ck_message_an_event_goes_to_a_webhook"), "message", type_="check")
    op.drop_constraint(op.f("fk_message_clinic_id_webhook_id"), "message", type_="foreignkey")
    for column in ("shown_at", "event", "webhook_id"):
        op.drop_column("message", column)
    op.drop_constraint(op.f("ck_message_kind"), "message", type_="check")
    op.create_check_constraint(op.f("ck_message_kind"), "message", f"kind IN {KINDS_BEFORE}")


def _rebuild(changes: list[tuple[str, str]]) -> None:
    """SQLite cannot change a condition: the table is made anew from its own words, with these ones changed.

    The library's way of rebuilding leaves the constraints in another order each time.
    """
    line = op.get_bind()
    words = line.exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = 'message'").scalar_one()
    kept = [column["name"] for column in sa.inspect(line).get_columns("message")]
    for before, after in changes:
        if words.count(before) != 1:
            raise RuntimeError(f"the table is not as this step knows it: {before!r}")
        words = words.replace(before, after)
    body = words.partition("(")[2]
    line.exec_driver_sql(f"CREATE TABLE message_new ({body}")
    known = {column["name"] for column in sa.inspect(line).get_columns("message_new")}
    columns = ", ".join(name for name in kept if name in known)
    line.exec_driver_sql(f"INSERT INTO message_new ({columns}) SELECT {columns} FROM message")
    line.exec_driver_sql("DROP TABLE message")
    line.exec_driver_sql("ALTER TABLE message_new RENAME TO message")


def _index_waiting(columns: list[str]) -> None:
    waiting = sa.text(WAITING)
    op.create_index("ix_message_waiting", "message", columns, sqlite_where=waiting, postgresql_where=waiting)


def _create_push_subscription() -> None:
    op.create_table(
        "push_subscription",
        sa.Column("patient_id", BigId, nullable=False),
        sa.Column("device_id", BigId, nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("p256dh", sa.Text(), nullable=False),
        sa.Column("auth", sa.Text(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("refused_times", sa.SmallInteger(), nullable=False),
        sa.Column("ended_at", Moment, nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (end_reason IS NULL)", name=op.f("ck_push_subscription_ended_says_why")
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_push_subscription_clinic_id_clinic")
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "device_id"],
            ["device.clinic_id", "device.id"],
            name=op.f("fk_push_subscription_clinic_id_device_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patient.clinic_id", "patient.id"],
            name=op.f("fk_push_subscription_clinic_id_patient_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_subscription")),
        sa.UniqueConstraint("clinic_id", "endpoint", name=op.f("uq_push_subscription_clinic_id_endpoint")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_push_subscription_clinic_id_id")),
    )
    op.create_index("ix_push_subscription_patient", "push_subscription", ["patient_id"])


def _create_webhook() -> None:
    op.create_table(
        "webhook",
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("failing_since_at", Moment, nullable=True),
        sa.Column("ended_at", Moment, nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (end_reason IS NULL)", name=op.f("ck_webhook_ended_says_why")
        ),
        sa.CheckConstraint("end_reason IN ('removed', 'failed', 'gone')", name=op.f("ck_webhook_end_reason")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_webhook_clinic_id_clinic")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_webhook_clinic_id_id")),
        sa.UniqueConstraint("uid", name=op.f("uq_webhook_uid")),
    )
