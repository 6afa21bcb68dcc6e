"""What lies ahead of a course, kept beside its finding; the next night writes it."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("assessment", sa.Column("outlook", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("assessment", "outlook")
