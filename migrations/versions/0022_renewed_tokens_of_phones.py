"""The token that a phone had before its newest one, which goes on until the newest has come back."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

SHOWN = "nullif(current_setting('diary.presented', true), '')"


def upgrade() -> None:
    op.add_column("device", sa.Column("previous_hash", sa.Text(), nullable=True))
    op.add_column("device", sa.Column("renewed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_device_previous", "device", ["previous_hash"], unique=True)
    _present(f"token_hash = {SHOWN} OR previous_hash = {SHOWN}")


def downgrade() -> None:
    """A phone that has only the token before has to join anew."""
    _present(f"token_hash = {SHOWN}")
    op.drop_index("ix_device_previous", table_name="device")
    op.drop_column("device", "renewed_at")
    op.drop_column("device", "previous_hash")


def _present(condition: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP POLICY presented ON device")
        op.execute(f"CREATE POLICY presented ON device FOR SELECT USING ({condition})")
