"""How a study is run: its list, its log, who was told an arm, and what was frozen."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Document = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MINE = "clinic_id = nullif(current_setting('diary.clinic_id', true), '')::bigint"
ACTORS = "('patient', 'staff', 'integration', 'operator', 'system')"
STEPS = (
    "('screened', 'not_eligible', 'declined', 'consented', 'allotted', 'visit', 'minor_deviation', "
    "'major_deviation', 'withdrew', 'completed')"
)
NEW = ("allocation", "study_step", "unblinding", "study_freeze")


# What is said in SQLite's own words of two tables, before and after.
STUDY_COLUMNS = (
    "masking TEXT DEFAULT 'masked' NOT NULL, \n\testimand TEXT DEFAULT 'treatment_policy' NOT NULL, \n\t"
    "follow_up_days SMALLINT DEFAULT '84' NOT NULL, \n\tvisits JSON, \n\tlist_made JSON, \n\t"
    "version INTEGER DEFAULT '1' NOT NULL"
)
STUDY_CHECKS = {
    "masking": "masking IN ('masked', 'open')",
    "estimand": "estimand IN ('treatment_policy', 'hypothetical')",
    "follow_up_in_range": "follow_up_days BETWEEN 7 AND 365",
}
STUDY_PARTS = (
    ("unblinded_at DATETIME, \n", f"unblinded_at DATETIME, \n\t{STUDY_COLUMNS}, \n"),
    (
        "CONSTRAINT uq_study_uid UNIQUE (uid)\n)",
        "CONSTRAINT uq_study_uid UNIQUE (uid)"
        + "".join(f", \n\tCONSTRAINT ck_study_{name} CHECK ({check})" for name, check in STUDY_CHECKS.items())
        + "\n)",
    ),
)
ALLOTTED = "FOREIGN KEY(clinic_id, allocation_id) REFERENCES allocation (clinic_id, id)"
COURSE_PARTS = (
    ("allotted_at DATETIME NOT NULL, \n", "allotted_at DATETIME NOT NULL, \n\tallocation_id INTEGER, \n"),
    (
        "CONSTRAINT uq_study_course_study_id_course_id UNIQUE (study_id, course_id)\n)",
        "CONSTRAINT uq_study_course_study_id_course_id UNIQUE (study_id, course_id), \n"
        f"\tCONSTRAINT fk_study_course_clinic_id_allocation_id {ALLOTTED}, \n"
        "\tCONSTRAINT uq_study_course_allocation_id UNIQUE (allocation_id)\n)",
    ),
)


def upgrade() -> None:
    _create_allocation()
    if op.get_bind().dialect.name == "sqlite":
        _rebuild("study", STUDY_PARTS)
        _rebuild("study_course", COURSE_PARTS)
    else:
        _alter_up()
    _create_study_step()
    _create_unblinding()
    _create_study_freeze()
    if op.get_bind().dialect.name == "postgresql":
        for table in NEW:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            op.execute(f"CREATE POLICY own_clinic ON {table} USING ({MINE}) WITH CHECK ({MINE})")


def downgrade() -> None:
    for table in ("study_freeze", "unblinding", "study_step"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "sqlite":
        _rebuild("study_course", [(after, before) for before, after in COURSE_PARTS])
        _rebuild("study", [(after, before) for before, after in STUDY_PARTS])
    else:
        _alter_down()
    op.drop_table("allocation")


def _alter_up() -> None:
    for column in (
        sa.Column("masking", sa.Text(), nullable=False, server_default="masked"),
        sa.Column("estimand", sa.Text(), nullable=False, server_default="treatment_policy"),
        sa.Column("follow_up_days", sa.SmallInteger(), nullable=False, server_default="84"),
        sa.Column("visits", Document, nullable=True),
        sa.Column("list_made", Document, nullable=True),
        sa.Column("version", BigId, nullable=False, server_default="1"),
    ):
        op.add_column("study", column)
    for name, check in STUDY_CHECKS.items():
        op.create_check_constraint(op.f(f"ck_study_{name}"), "study", check)
    op.add_column("study_course", sa.Column("allocation_id", BigId, nullable=True))
    op.create_foreign_key(
        op.f("fk_study_course_clinic_id_allocation_id"),
        "study_course",
        "allocation",
        ["clinic_id", "allocation_id"],
        ["clinic_id", "id"],
    )
    op.create_unique_constraint(op.f("uq_study_course_allocation_id"), "study_course", ["allocation_id"])


def _alter_down() -> None:
    op.drop_constraint(op.f("uq_study_course_allocation_id"), "study_course", type_="unique")
    op.drop_constraint(op.f("fk_study_course_clinic_id_allocation_id"), "study_course", type_="foreignkey")
    op.drop_column("study_course", "allocation_id")
    for name in STUDY_CHECKS:
        op.drop_constraint(op.f(f"ck_study_{name}"), "study", type_="check")
    for name in ("version", "list_made", "visits", "follow_up_days", "estimand", "masking"):
        op.drop_column("study", name)


def _rebuild(table: str, changes: Sequence[tuple[str, str]]) -> None:
    """SQLite cannot add a condition: the table is made anew from its own words, with these ones changed.

    The library's way of rebuilding leaves the constraints in another order each time.
    """
    line = op.get_bind()
    asked = "SELECT sql FROM sqlite_master WHERE name = ?"
    words = line.exec_driver_sql(asked, (table,)).scalar_one()
    kept = [column["name"] for column in sa.inspect(line).get_columns(table)]
    for before, after in changes:
        if words.count(before) != 1:
            raise RuntimeError(f"the table is not as this step knows it: {before!r}")
        words = words.replace(before, after)
    line.exec_driver_sql(f"CREATE TABLE {table}_new ({words.partition('(')[2]}")
    known = {column["name"] for column in sa.inspect(line).get_columns(f"{table}_new")}
    columns = ", ".join(name for name in kept if name in known)
    line.exec_driver_sql(f"INSERT INTO {table}_new ({columns}) SELECT {columns} FROM {table}")
    line.exec_driver_sql(f"DROP TABLE {table}")
    line.exec_driver_sql(f"ALTER TABLE {table}_new RENAME TO {table}")


def _owned(table: str, *more: sa.schema.SchemaItem, columns: tuple[sa.Column, ...]) -> None:
    op.create_table(
        table,
        *columns,
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f(f"fk_{table}_clinic_id_clinic")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f(f"uq_{table}_clinic_id_id")),
        *more,
    )


def _belongs_to(table: str, parent: str, column: str | None = None) -> sa.ForeignKeyConstraint:
    column = column or f"{parent}_id"
    return sa.ForeignKeyConstraint(
        ["clinic_id", column],
        [f"{parent}.clinic_id", f"{parent}.id"],
        name=op.f(f"fk_{table}_clinic_id_{column}"),
    )


def _create_allocation() -> None:
    _owned(
        "allocation",
        _belongs_to("allocation", "study"),
        _belongs_to("allocation", "study_arm", "arm_id"),
        sa.UniqueConstraint(
            "study_id", "stratum", "place", name=op.f("uq_allocation_study_id_stratum_place")
        ),
        sa.UniqueConstraint("study_id", "number", name=op.f("uq_allocation_study_id_number")),
        columns=(
            sa.Column("study_id", BigId, nullable=False),
            sa.Column("stratum", sa.Text(), nullable=False),
            sa.Column("place", BigId, nullable=False),
            sa.Column("number", sa.Text(), nullable=False),
            sa.Column("arm_id", BigId, nullable=False),
            sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        ),
    )


def _create_study_step() -> None:
    _owned(
        "study_step",
        _belongs_to("study_step", "study"),
        _belongs_to("study_step", "patient"),
        sa.CheckConstraint(f"kind IN {STEPS}", name=op.f("ck_study_step_kind")),
        sa.CheckConstraint(f"actor_kind IN {ACTORS}", name=op.f("ck_study_step_actor_kind")),
        sa.CheckConstraint(
            "(kind = 'visit') = (visit IS NOT NULL)", name=op.f("ck_study_step_a_visit_has_a_name")
        ),
        sa.CheckConstraint(
            "(taken_back_at IS NULL) = (taken_back_by_kind IS NULL)",
            name=op.f("ck_study_step_taken_back_says_when_and_by_whom"),
        ),
        sa.UniqueConstraint("uid", name=op.f("uq_study_step_uid")),
        columns=(
            sa.Column("uid", sa.Text(), nullable=False),
            sa.Column("study_id", BigId, nullable=False),
            sa.Column("patient_id", BigId, nullable=False),
            sa.Column("kind", sa.Text(), nullable=False),
            sa.Column("day", sa.Date(), nullable=False),
            sa.Column("visit", sa.Text(), nullable=True),
            sa.Column("detail", sa.Text(), nullable=True),
            sa.Column("actor_kind", sa.Text(), nullable=False),
            sa.Column("actor_id", BigId, nullable=True),
            sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
            sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
            sa.Column("taken_back_by_kind", sa.Text(), nullable=True),
            sa.Column("taken_back_by_id", BigId, nullable=True),
            sa.Column("taken_back_reason", sa.Text(), nullable=True),
        ),
    )
    op.create_index("ix_study_step_study", "study_step", ["study_id", "patient_id", "id"])


def _create_unblinding() -> None:
    _owned(
        "unblinding",
        _belongs_to("unblinding", "study"),
        _belongs_to("unblinding", "course"),
        _belongs_to("unblinding", "staff", "asked_by_id"),
        _belongs_to("unblinding", "staff", "agreed_by_id"),
        sa.CheckConstraint("agreed_by_id <> asked_by_id", name=op.f("ck_unblinding_another_person_agrees")),
        sa.CheckConstraint(
            "(agreed_at IS NULL) = (agreed_by_id IS NULL)", name=op.f("ck_unblinding_agreed_by_somebody")
        ),
        sa.CheckConstraint(
            "agreed_at IS NULL OR ended_at IS NULL", name=op.f("ck_unblinding_agreed_or_ended")
        ),
        sa.UniqueConstraint("uid", name=op.f("uq_unblinding_uid")),
        columns=(
            sa.Column("uid", sa.Text(), nullable=False),
            sa.Column("study_id", BigId, nullable=False),
            sa.Column("course_id", BigId, nullable=True),
            sa.Column("reason", sa.Text(), nullable=True),
            sa.Column("asked_by_id", BigId, nullable=False),
            sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
            sa.Column("agreed_by_id", BigId, nullable=True),
            sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
            sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        ),
    )
    op.create_index("ix_unblinding_study", "unblinding", ["study_id", "id"])


def _create_study_freeze() -> None:
    _owned(
        "study_freeze",
        _belongs_to("study_freeze", "study"),
        sa.CheckConstraint(f"actor_kind IN {ACTORS}", name=op.f("ck_study_freeze_actor_kind")),
        sa.UniqueConstraint("study_id", "n", name=op.f("uq_study_freeze_study_id_n")),
        columns=(
            sa.Column("study_id", BigId, nullable=False),
            sa.Column("n", sa.SmallInteger(), nullable=False),
            sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
            sa.Column("actor_kind", sa.Text(), nullable=False),
            sa.Column("actor_id", BigId, nullable=True),
            sa.Column("trail_id", BigId, nullable=False),
            sa.Column("sha256", sa.Text(), nullable=False),
            sa.Column("files", Document, nullable=False),
        ),
    )
