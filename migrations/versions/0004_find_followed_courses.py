"""Finds the courses that a night follows, by id, without those that have ended."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

FOLLOWED = sa.text("status <> 'closed'")


def upgrade() -> None:
    op.create_index(
        "ix_course_followed",
        "course",
        ["clinic_id", "id"],
        unique=False,
        sqlite_where=FOLLOWED,
        postgresql_where=FOLLOWED,
    )


def downgrade() -> None:
    op.drop_index("ix_course_followed", table_name="course")
