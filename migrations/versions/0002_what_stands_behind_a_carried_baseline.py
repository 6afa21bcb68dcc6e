"""What stands behind a carried baseline: the answers of the untreated days, and their standard deviation."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("course", sa.Column("baseline_answers", sa.SmallInteger()))
    op.add_column("course", sa.Column("baseline_sd", sa.Double()))


def downgrade() -> None:
    op.drop_column("course", "baseline_sd")
    op.drop_column("course", "baseline_answers")
