"""What staff prove themselves with besides a password, links into accounts, and how a session was opened."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Document = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MINE = "clinic_id = nullif(current_setting('diary.clinic_id', true), '')::bigint"
PRESENTED = "nullif(current_setting('diary.presented', true), '')"
WAYS = "way IN ('password', 'password_code', 'passkey', 'provider', 'demo')"
# Each with the column by which whoever presents its value finds the one row.
NEW = {
    "authenticator": None,
    "recovery_code": None,
    "passkey": "credential_id",
    "account_link": "token_hash",
    "outside_identity": "digest",
}


def upgrade() -> None:
    _tell_sessions_apart()
    _create_factors()
    _create_links()
    if op.get_bind().dialect.name == "postgresql":
        for table, column in NEW.items():
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            op.execute(f"CREATE POLICY own_clinic ON {table} USING ({MINE}) WITH CHECK ({MINE})")
            if column is not None:
                op.execute(f"CREATE POLICY presented ON {table} FOR SELECT USING ({column} = {PRESENTED})")


def downgrade() -> None:
    op.drop_table("sign_in_step")
    for table in reversed(NEW):
        op.drop_table(table)
    op.drop_index("ix_staff_session_uid", "staff_session")
    for column in ("client", "way", "uid"):
        op.drop_column("staff_session", column)


def _tell_sessions_apart() -> None:
    """In words that both databases know: a rebuilt table would have its constraints in another order."""
    op.execute("ALTER TABLE staff_session ADD COLUMN uid TEXT")
    op.execute(
        "ALTER TABLE staff_session ADD COLUMN way TEXT NOT NULL DEFAULT 'password' "
        f"CONSTRAINT ck_staff_session_way CHECK ({WAYS})"
    )
    op.execute("ALTER TABLE staff_session ADD COLUMN client TEXT")
    op.create_index("ix_staff_session_uid", "staff_session", ["uid"], unique=True)


def _of_staff(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f(f"fk_{table}_clinic_id")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "staff_id"],
            ["staff.clinic_id", "staff.id"],
            name=op.f(f"fk_{table}_clinic_id_staff_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f(f"uq_{table}_clinic_id_id")),
    )


def _create_factors() -> None:
    op.create_table(
        "authenticator",
        sa.Column("staff_id", BigId, nullable=False),
        sa.Column("sealed_secret", sa.Text(), nullable=False),
        sa.Column("last_step", BigId, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        *_of_staff("authenticator"),
        sa.UniqueConstraint("clinic_id", "staff_id", name=op.f("uq_authenticator_clinic_id_staff_id")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("staff_id", BigId, nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        *_of_staff("recovery_code"),
        sa.UniqueConstraint(
            "clinic_id", "staff_id", "code_hash", name=op.f("uq_recovery_code_clinic_id_staff_id_code_hash")
        ),
    )
    op.create_table(
        "passkey",
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("staff_id", BigId, nullable=False),
        sa.Column("credential_id", sa.Text(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", BigId, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("synced", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        *_of_staff("passkey"),
        sa.UniqueConstraint("uid", name=op.f("uq_passkey_uid")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
    )


def _create_links() -> None:
    op.create_table(
        "account_link",
        sa.Column("staff_id", BigId, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        *_of_staff("account_link"),
        sa.CheckConstraint("kind IN ('invitation', 'reset')", name=op.f("ck_account_link_kind")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_account_link_token_hash")),
    )
    op.create_table(
        "outside_identity",
        sa.Column("staff_id", BigId, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        *_of_staff("outside_identity"),
        sa.UniqueConstraint("digest", name=op.f("uq_outside_identity_digest")),
    )
    op.create_table(
        "sign_in_step",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("facts", Document, nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "purpose IN ('code', 'passkey', 'passkey_new', 'provider')", name=op.f("ck_sign_in_step_purpose")
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_sign_in_step")),
    )
