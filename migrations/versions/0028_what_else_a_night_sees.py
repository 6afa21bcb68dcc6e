"""What else a night sees of a course: the relief expected, the kinds that fit, and how much answers tell."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("assessment_log", sa.Column("sight", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("assessment_log", "sight")
