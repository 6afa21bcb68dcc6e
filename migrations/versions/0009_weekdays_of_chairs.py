"""On which weekdays a chair or bed is used; nothing stands for all of them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

Document = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("chair", sa.Column("weekdays", Document, nullable=True))


def downgrade() -> None:
    op.drop_column("chair", "weekdays")
