"""The prior and the protocol that an alert was judged by: by name alone, a later release gives other numbers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

Document = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("alert_input", sa.Column("protocol", Document, nullable=True))
    op.add_column("alert_input", sa.Column("prior", Document, nullable=True))


def downgrade() -> None:
    op.drop_column("alert_input", "prior")
    op.drop_column("alert_input", "protocol")
