"""Finds the courses that were brought in of late: staff are told of them once, and their alerts wait."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

IMPORTED = sa.text("imported_at IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_course_imported",
        "course",
        ["clinic_id", "imported_at"],
        unique=False,
        sqlite_where=IMPORTED,
        postgresql_where=IMPORTED,
    )


def downgrade() -> None:
    op.drop_index("ix_course_imported", table_name="course")
