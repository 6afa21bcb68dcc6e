"""Which days were asked about: without them a silence and a thin schedule cannot be judged from an alert's copy."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

Document = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("alert_input", sa.Column("unasked_days", Document, nullable=True))


def downgrade() -> None:
    op.drop_column("alert_input", "unasked_days")
