"""The whole data model: clinics, people, diary, courses, nights, alerts, bookings, outbox, audit."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sa.DateTime(timezone=True)
Document = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

# PostgreSQL: rows are seen by the clinic that the unit of work entered, and by nobody else ...
GUARDED = (
    "administration",
    "alert",
    "alert_event",
    "alert_input",
    "alert_label",
    "assessment",
    "assessment_log",
    "audit",
    "booking",
    "booking_event",
    "call_log",
    "chair",
    "chair_closure",
    "clinic_zone",
    "clinical_event",
    "consent",
    "course",
    "course_days",
    "cover",
    "delivery",
    "device",
    "enrolment_code",
    "entry",
    "instrument_version",
    "integration_key",
    "item_answer",
    "message",
    "night_run",
    "note",
    "patient",
    "patient_follow",
    "patient_identity",
    "patient_zone",
    "protocol_version",
    "regimen",
    "staff",
    "staff_session",
    "study",
    "study_arm",
    "study_course",
    "team",
    "team_member",
)
MINE = "clinic_id = nullif(current_setting('diary.clinic_id', true), '')::bigint"
# ... but the scheduler looks over all clinics for nights and messages that are due,
SYSTEM_READS = ("clinic_zone", "message", "night_run", "protocol_version")
SYSTEM = "current_setting('diary.system', true) = 'on'"
# ... and whoever presents a token (or a sign-in name) may read the one row that it opens.
PRESENTED = {
    "device": "token_hash",
    "enrolment_code": "code_hash",
    "integration_key": "secret_hash",
    "staff": "email",
    "staff_session": "token_hash",
}

# SQLite has no rights to withhold, so triggers keep these tables append-only; PostgreSQL's app role may not.
APPEND_ONLY = {
    "entry": "standing",
    "audit": "position, digest",
}


def on_sqlite(constraint: sa.Constraint) -> list[sa.Constraint]:
    """PostgreSQL has integer columns; SQLite takes anything, so it needs to be told."""
    return [constraint] if op.get_bind().dialect.name == "sqlite" else []


def guard_rows() -> None:
    """Row-level security for every clinic's table, also against the table's owner."""
    for table in GUARDED:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_clinic ON {table} USING ({MINE}) WITH CHECK ({MINE})")
    for table in SYSTEM_READS:
        op.execute(f"CREATE POLICY system_reads ON {table} FOR SELECT USING ({SYSTEM})")
    for table, column in PRESENTED.items():
        presented = f"{column} = nullif(current_setting('diary.presented', true), '')"
        op.execute(f"CREATE POLICY presented ON {table} FOR SELECT USING ({presented})")


def keep_append_only() -> None:
    """Refuse deletes, and updates of every column but the few that may change."""
    for table, changeable in APPEND_ONLY.items():
        free = {name.strip() for name in changeable.split(",")}
        columns = [column["name"] for column in sa.inspect(op.get_bind()).get_columns(table)]
        fixed = ", ".join(name for name in columns if name not in free)
        for what, event in (("delete", "DELETE"), ("update", f"UPDATE OF {fixed}")):
            op.execute(
                f"CREATE TRIGGER {table}_no_{what} BEFORE {event} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} only grows'); END"
            )


def upgrade() -> None:
    op.create_table(
        "attempt_count",
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("attempts", BigId, nullable=False),
        sa.Column("window_ends_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("door", name=op.f("pk_attempt_count")),
    )
    op.create_table(
        "clinic",
        sa.Column("id", BigId, nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("opening_hours", sa.Text(), nullable=False),
        sa.Column("emergency_text", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("forecast_mode", sa.Text(), nullable=False),
        sa.Column("first_night", sa.Date(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.CheckConstraint("forecast_mode IN ('shadow', 'on')", name=op.f("ck_clinic_forecast_mode")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clinic")),
        sa.UniqueConstraint("uid", name=op.f("uq_clinic_uid")),
    )
    op.create_table(
        "installation",
        sa.Column("id", BigId, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("clock_at", Moment, nullable=True),
        sa.Column("target_at", Moment, nullable=True),
        sa.Column("created_at", Moment, nullable=False),
        sa.CheckConstraint(
            "(kind = 'sandbox') = (clock_at IS NOT NULL)", name=op.f("ck_installation_clock_is_for_sandboxes")
        ),
        sa.CheckConstraint("kind IN ('live', 'sandbox')", name=op.f("ck_installation_kind")),
        sa.CheckConstraint("id = 1", name=op.f("ck_installation_one_row")),
        sa.CheckConstraint(
            "target_at IS NULL OR clock_at IS NOT NULL", name=op.f("ck_installation_target_needs_a_clock")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation")),
    )
    op.create_table(
        "audit",
        sa.Column("at", Moment, nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", BigId, nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("object_uid", sa.Text(), nullable=True),
        sa.Column("patient_id", BigId, nullable=True),
        sa.Column("detail", Document, nullable=False),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("position", BigId, nullable=True),
        sa.Column("digest", sa.Text(), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.CheckConstraint(
            "actor_kind IN ('patient', 'staff', 'integration', 'operator', 'system')",
            name=op.f("ck_audit_actor_kind"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_audit_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_audit_clinic_id_id")),
        sa.UniqueConstraint("clinic_id", "position", name=op.f("uq_audit_clinic_id_position")),
    )
    op.create_index("ix_audit_object", "audit", ["clinic_id", "object", "object_uid"], unique=False)
    op.create_index(
        "ix_audit_unsealed",
        "audit",
        ["clinic_id", "id"],
        unique=False,
        sqlite_where=sa.text("position IS NULL"),
        postgresql_where=sa.text("position IS NULL"),
    )
    op.create_table(
        "chair",
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("retired_at", Moment, nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.CheckConstraint("kind IN ('chair', 'bed')", name=op.f("ck_chair_kind")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_chair_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chair")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_chair_clinic_id_id")),
        sa.UniqueConstraint("clinic_id", "name", name=op.f("uq_chair_clinic_id_name")),
        sa.UniqueConstraint("uid", name=op.f("uq_chair_uid")),
    )
    op.create_table(
        "clinic_zone",
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("since_at", Moment, nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_clinic_zone_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clinic_zone")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_clinic_zone_clinic_id_id")),
        sa.UniqueConstraint("clinic_id", "since_at", name=op.f("uq_clinic_zone_clinic_id_since_at")),
    )
    op.create_table(
        "instrument_version",
        sa.Column("n", BigId, nullable=False),
        sa.Column("valid_from_at", Moment, nullable=False),
        sa.Column("loinc", sa.Text(), nullable=False),
        sa.Column("recall_hours", BigId, nullable=False),
        sa.Column("texts", Document, nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_instrument_version_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instrument_version")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_instrument_version_clinic_id_id")),
        sa.UniqueConstraint("clinic_id", "n", name=op.f("uq_instrument_version_clinic_id_n")),
    )
    op.create_table(
        "integration_key",
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("scopes", Document, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("revoked_at", Moment, nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.CheckConstraint("kind IN ('test', 'live')", name=op.f("ck_integration_key_kind")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_integration_key_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_integration_key")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_integration_key_clinic_id_id")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_integration_key_secret_hash")),
        sa.UniqueConstraint("uid", name=op.f("uq_integration_key_uid")),
    )
    op.create_table(
        "protocol_version",
        sa.Column("n", BigId, nullable=False),
        sa.Column("valid_from_at", Moment, nullable=False),
        sa.Column("values", Document, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_protocol_version_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_protocol_version")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_protocol_version_clinic_id_id")),
        sa.UniqueConstraint("clinic_id", "n", name=op.f("uq_protocol_version_clinic_id_n")),
    )
    op.create_table(
        "regimen",
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("setting", sa.Text(), nullable=False),
        sa.Column("infusion_days", sa.SmallInteger(), nullable=False),
        sa.Column("hours_a_day", sa.Double(), nullable=False),
        sa.Column("dose_as_written", sa.Text(), nullable=False),
        sa.Column("dose_mg_kg_h", sa.Double(), nullable=True),
        sa.Column("series_gap_max_days", sa.SmallInteger(), nullable=False),
        sa.Column("adjuncts", Document, nullable=False),
        sa.Column("retired_at", Moment, nullable=True),
        sa.Column("version", BigId, nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.CheckConstraint("agent IN ('racemic', 's_ketamine')", name=op.f("ck_regimen_agent")),
        sa.CheckConstraint("setting IN ('inpatient', 'outpatient')", name=op.f("ck_regimen_setting")),
        sa.CheckConstraint("infusion_days BETWEEN 1 AND 60", name=op.f("ck_regimen_days_in_range")),
        sa.CheckConstraint("series_gap_max_days BETWEEN 0 AND 60", name=op.f("ck_regimen_gap_in_range")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_regimen_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regimen")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_regimen_clinic_id_id")),
        sa.UniqueConstraint("clinic_id", "name", name=op.f("uq_regimen_clinic_id_name")),
        sa.UniqueConstraint("uid", name=op.f("uq_regimen_uid")),
    )
    op.create_table(
        "staff",
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("disabled_at", Moment, nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.CheckConstraint(
            "role IN ('nurse', 'physician', 'admin', 'coordinator', 'researcher')", name=op.f("ck_staff_role")
        ),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_staff_email_is_lower_case")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_staff_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_staff_clinic_id_id")),
        sa.UniqueConstraint("email", name=op.f("uq_staff_email")),
        sa.UniqueConstraint("uid", name=op.f("uq_staff_uid")),
    )
    op.create_table(
        "study",
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("closed_at", Moment, nullable=True),
        sa.Column("unblinded_at", Moment, nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_study_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_study_clinic_id_id")),
        sa.UniqueConstraint("clinic_id", "name", name=op.f("uq_study_clinic_id_name")),
        sa.UniqueConstraint("uid", name=op.f("uq_study_uid")),
    )
    op.create_table(
        "team",
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_team_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_team_clinic_id_id")),
        sa.UniqueConstraint("clinic_id", "name", name=op.f("uq_team_clinic_id_name")),
        sa.UniqueConstraint("uid", name=op.f("uq_team_uid")),
    )
    op.create_table(
        "chair_closure",
        sa.Column("chair_id", BigId, nullable=True),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_chair_closure_ends_after_it_starts")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "chair_id"],
            ["chair.clinic_id", "chair.id"],
            name=op.f("fk_chair_closure_clinic_id_chair_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_chair_closure_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chair_closure")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_chair_closure_clinic_id_id")),
    )
    op.create_index("ix_chair_closure_day", "chair_closure", ["clinic_id", "first_day"], unique=False)
    op.create_table(
        "cover",
        sa.Column("absent_id", BigId, nullable=False),
        sa.Column("cover_id", BigId, nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.CheckConstraint("absent_id <> cover_id", name=op.f("ck_cover_covers_somebody_else")),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_cover_ends_after_it_starts")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "absent_id"],
            ["staff.clinic_id", "staff.id"],
            name=op.f("fk_cover_clinic_id_absent_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "cover_id"],
            ["staff.clinic_id", "staff.id"],
            name=op.f("fk_cover_clinic_id_cover_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_cover_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cover")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_cover_clinic_id_id")),
    )
    op.create_table(
        "night_run",
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("cutoff_at", Moment, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("term", BigId, nullable=False),
        sa.Column("lease_until_at", Moment, nullable=False),
        sa.Column("heartbeat_at", Moment, nullable=False),
        sa.Column("started_at", Moment, nullable=False),
        sa.Column("finished_at", Moment, nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("protocol_version_id", BigId, nullable=True),
        sa.Column("detector_version", sa.Text(), nullable=True),
        sa.Column("courses_seen", BigId, nullable=False),
        sa.Column("courses_judged", BigId, nullable=False),
        sa.Column("courses_silent", BigId, nullable=False),
        sa.Column("courses_failed", BigId, nullable=False),
        sa.Column("alerts_opened", BigId, nullable=False),
        sa.Column("alerts_ended", BigId, nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.CheckConstraint(
            "state IN ('claimed', 'done', 'partial', 'failed')", name=op.f("ck_night_run_state")
        ),
        sa.CheckConstraint(
            "state NOT IN ('done', 'partial') OR courses_seen = courses_judged + courses_silent + courses_failed",
            name=op.f("ck_night_run_counts_add_up"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "protocol_version_id"],
            ["protocol_version.clinic_id", "protocol_version.id"],
            name=op.f("fk_night_run_clinic_id_protocol_version_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_night_run_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_night_run")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_night_run_clinic_id_id")),
        sa.UniqueConstraint("clinic_id", "night", name=op.f("uq_night_run_clinic_id_night")),
    )
    op.create_table(
        "patient",
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("pseudonym", sa.Text(), nullable=False),
        sa.Column("owner_id", BigId, nullable=True),
        sa.Column("team_id", BigId, nullable=True),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("follow_state", sa.Text(), nullable=False),
        sa.Column("version", BigId, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.CheckConstraint(
            "follow_state IN ('followed', 'paused', 'stopped')", name=op.f("ck_patient_follow_state")
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "owner_id"],
            ["staff.clinic_id", "staff.id"],
            name=op.f("fk_patient_clinic_id_owner_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "team_id"], ["team.clinic_id", "team.id"], name=op.f("fk_patient_clinic_id_team_id")
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_patient_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_patient_clinic_id_id")),
        sa.UniqueConstraint("clinic_id", "pseudonym", name=op.f("uq_patient_clinic_id_pseudonym")),
        sa.UniqueConstraint("uid", name=op.f("uq_patient_uid")),
    )
    op.create_table(
        "staff_session",
        sa.Column("staff_id", BigId, nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("last_seen_at", Moment, nullable=False),
        sa.Column("expires_at", Moment, nullable=False),
        sa.Column("ended_at", Moment, nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "staff_id"],
            ["staff.clinic_id", "staff.id"],
            name=op.f("fk_staff_session_clinic_id_staff_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_staff_session_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_session")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_staff_session_clinic_id_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_staff_session_token_hash")),
    )
    op.create_table(
        "study_arm",
        sa.Column("study_id", BigId, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "study_id"],
            ["study.clinic_id", "study.id"],
            name=op.f("fk_study_arm_clinic_id_study_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_study_arm_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study_arm")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_study_arm_clinic_id_id")),
        sa.UniqueConstraint("study_id", "name", name=op.f("uq_study_arm_study_id_name")),
    )
    op.create_table(
        "team_member",
        sa.Column("team_id", BigId, nullable=False),
        sa.Column("staff_id", BigId, nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "staff_id"],
            ["staff.clinic_id", "staff.id"],
            name=op.f("fk_team_member_clinic_id_staff_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "team_id"],
            ["team.clinic_id", "team.id"],
            name=op.f("fk_team_member_clinic_id_team_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_team_member_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_member")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_team_member_clinic_id_id")),
        sa.UniqueConstraint(
            "clinic_id", "team_id", "staff_id", name=op.f("uq_team_member_clinic_id_team_id_staff_id")
        ),
    )
    op.create_table(
        "clinical_event",
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("patient_id", BigId, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("alt_u_l", sa.Double(), nullable=True),
        sa.Column("ast_u_l", sa.Double(), nullable=True),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", BigId, nullable=True),
        sa.Column("recorded_at", Moment, nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.CheckConstraint(
            "kind IN ('nerve_block', 'rescue_drug', 'surgery', 'injury', 'infection', 'liver_test', 'other')",
            name=op.f("ck_clinical_event_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patient.clinic_id", "patient.id"],
            name=op.f("fk_clinical_event_clinic_id_patient_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_clinical_event_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clinical_event")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_clinical_event_clinic_id_id")),
        sa.UniqueConstraint("uid", name=op.f("uq_clinical_event_uid")),
    )
    op.create_index("ix_clinical_event_patient", "clinical_event", ["patient_id", "day"], unique=False)
    op.create_table(
        "consent",
        sa.Column("patient_id", BigId, nullable=False),
        sa.Column("text_version", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("given_at", Moment, nullable=False),
        sa.Column("withdrawn_at", Moment, nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patient.clinic_id", "patient.id"],
            name=op.f("fk_consent_clinic_id_patient_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_consent_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_consent_clinic_id_id")),
    )
    op.create_index("ix_consent_patient", "consent", ["patient_id"], unique=False)
    op.create_table(
        "course",
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("patient_id", BigId, nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("regimen_id", BigId, nullable=True),
        sa.Column("instrument_version_id", BigId, nullable=False),
        sa.Column("treated_area", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("planned_first_day", sa.Date(), nullable=True),
        sa.Column("first_infusion_day", sa.Date(), nullable=True),
        sa.Column("last_infusion_day", sa.Date(), nullable=True),
        sa.Column("baseline_kind", sa.Text(), nullable=True),
        sa.Column("baseline_nrs", sa.Double(), nullable=True),
        sa.Column("baseline_stated_on", sa.Date(), nullable=True),
        sa.Column("baseline_source", sa.Text(), nullable=True),
        sa.Column("baseline_reason", sa.Text(), nullable=True),
        sa.Column("baseline_by_id", BigId, nullable=True),
        sa.Column("thin_from_day", sa.Date(), nullable=True),
        sa.Column("thin_weekdays", sa.SmallInteger(), nullable=True),
        sa.Column("imported_at", Moment, nullable=True),
        sa.Column("opened_at", Moment, nullable=True),
        sa.Column("closed_at", Moment, nullable=True),
        sa.Column("closing", sa.Text(), nullable=True),
        sa.Column("version", BigId, nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.CheckConstraint(
            "(baseline_kind IS NOT NULL AND baseline_kind <> 'none') = (baseline_nrs IS NOT NULL)",
            name=op.f("ck_course_baseline_goes_with_its_kind"),
        ),
        sa.CheckConstraint(
            "(status = 'closed') = (closing IS NOT NULL)", name=op.f("ck_course_closed_says_why")
        ),
        sa.CheckConstraint(
            "baseline_kind IN ('own', 'carried', 'stated', 'none')", name=op.f("ck_course_baseline_kind")
        ),
        sa.CheckConstraint(
            "closing IN ('next_course', 'withdrew', 'died', 'moved', 'day_limit', 'cancelled', 'other')",
            name=op.f("ck_course_closing"),
        ),
        sa.CheckConstraint(
            "status <> 'open' OR first_infusion_day IS NOT NULL", name=op.f("ck_course_open_has_an_infusion")
        ),
        sa.CheckConstraint("status IN ('planned', 'open', 'closed')", name=op.f("ck_course_status")),
        sa.CheckConstraint(
            "(first_infusion_day IS NULL) = (last_infusion_day IS NULL)",
            name=op.f("ck_course_infusion_days_go_together"),
        ),
        sa.CheckConstraint("baseline_nrs BETWEEN 0 AND 10", name=op.f("ck_course_baseline_in_range")),
        sa.CheckConstraint(
            "last_infusion_day >= first_infusion_day", name=op.f("ck_course_ends_after_it_starts")
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "instrument_version_id"],
            ["instrument_version.clinic_id", "instrument_version.id"],
            name=op.f("fk_course_clinic_id_instrument_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patient.clinic_id", "patient.id"],
            name=op.f("fk_course_clinic_id_patient_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "regimen_id"],
            ["regimen.clinic_id", "regimen.id"],
            name=op.f("fk_course_clinic_id_regimen_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_course_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_course_clinic_id_id")),
        sa.UniqueConstraint("patient_id", "number", name=op.f("uq_course_patient_id_number")),
        sa.UniqueConstraint("uid", name=op.f("uq_course_uid")),
    )
    op.create_index("ix_course_status", "course", ["clinic_id", "status", "id"], unique=False)
    op.create_index(
        "uq_course_open",
        "course",
        ["patient_id"],
        unique=True,
        sqlite_where=sa.text("status = 'open'"),
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_index(
        "uq_course_planned",
        "course",
        ["patient_id"],
        unique=True,
        sqlite_where=sa.text("status = 'planned'"),
        postgresql_where=sa.text("status = 'planned'"),
    )
    op.create_table(
        "device",
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("patient_id", BigId, nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=True),
        sa.Column("platform", sa.Text(), nullable=True),
        sa.Column("client_version", sa.Text(), nullable=True),
        sa.Column("enrolled_at", Moment, nullable=False),
        sa.Column("last_seen_at", Moment, nullable=False),
        sa.Column("revoked_at", Moment, nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patient.clinic_id", "patient.id"],
            name=op.f("fk_device_clinic_id_patient_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_device_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_device_clinic_id_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_device_token_hash")),
        sa.UniqueConstraint("uid", name=op.f("uq_device_uid")),
    )
    op.create_index("ix_device_patient", "device", ["patient_id"], unique=False)
    op.create_table(
        "entry",
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("patient_id", BigId, nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("nrs", sa.SmallInteger(), nullable=True),
        sa.Column("standing", sa.Boolean(), nullable=False),
        sa.Column("supersedes", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", BigId, nullable=True),
        sa.Column("taken_by_id", BigId, nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("answered_at", Moment, nullable=False),
        sa.Column("answered_offset_min", sa.SmallInteger(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("sent_at", Moment, nullable=False),
        sa.Column("received_at", Moment, nullable=False),
        sa.Column("skew_s", BigId, nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("clock_suspect", sa.Boolean(), nullable=False),
        sa.Column("instrument_version_id", BigId, nullable=False),
        sa.Column("layout", sa.Text(), nullable=True),
        sa.Column("locale", sa.Text(), nullable=True),
        sa.Column("client_version", sa.Text(), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.CheckConstraint("(nrs IS NULL) = (kind = 'void')", name=op.f("ck_entry_only_a_void_has_no_score")),
        sa.CheckConstraint(
            "actor_kind IN ('patient', 'staff', 'integration', 'operator', 'system')",
            name=op.f("ck_entry_actor_kind"),
        ),
        sa.CheckConstraint(
            "kind = 'answer' OR reason IS NOT NULL", name=op.f("ck_entry_a_correction_has_a_reason")
        ),
        sa.CheckConstraint("kind IN ('answer', 'correction', 'void')", name=op.f("ck_entry_kind")),
        sa.CheckConstraint(
            "source IN ('phone', 'form', 'integration', 'clinic_phone', 'clinic_paper', 'import')",
            name=op.f("ck_entry_source"),
        ),
        sa.CheckConstraint("nrs BETWEEN 0 AND 10", name=op.f("ck_entry_nrs_in_range")),
        *on_sqlite(
            sa.CheckConstraint("typeof(nrs) IN ('integer', 'null')", name=op.f("ck_entry_nrs_is_whole"))
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "instrument_version_id"],
            ["instrument_version.clinic_id", "instrument_version.id"],
            name=op.f("fk_entry_clinic_id_instrument_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patient.clinic_id", "patient.id"],
            name=op.f("fk_entry_clinic_id_patient_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "taken_by_id"],
            ["staff.clinic_id", "staff.id"],
            name=op.f("fk_entry_clinic_id_taken_by_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_entry_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_entry_clinic_id_id")),
        sa.UniqueConstraint("patient_id", "client_id", name=op.f("uq_entry_patient_id_client_id")),
        sa.UniqueConstraint("patient_id", "day", "version", name=op.f("uq_entry_patient_id_day_version")),
        sa.UniqueConstraint("uid", name=op.f("uq_entry_uid")),
    )
    op.create_index(
        "uq_entry_standing",
        "entry",
        ["patient_id", "day"],
        unique=True,
        sqlite_where=sa.text("standing"),
        postgresql_where=sa.text("standing"),
    )
    op.create_table(
        "item_answer",
        sa.Column("patient_id", BigId, nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("value", sa.SmallInteger(), nullable=False),
        sa.Column("standing", sa.Boolean(), nullable=False),
        sa.Column("answered_at", Moment, nullable=False),
        sa.Column("sent_at", Moment, nullable=False),
        sa.Column("received_at", Moment, nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patient.clinic_id", "patient.id"],
            name=op.f("fk_item_answer_clinic_id_patient_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_item_answer_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_answer")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_item_answer_clinic_id_id")),
        sa.UniqueConstraint(
            "patient_id", "client_id", "item", name=op.f("uq_item_answer_patient_id_client_id_item")
        ),
    )
    op.create_index("ix_item_answer_patient", "item_answer", ["patient_id", "day"], unique=False)
    op.create_index(
        "uq_item_answer_standing",
        "item_answer",
        ["patient_id", "day", "item"],
        unique=True,
        sqlite_where=sa.text("standing"),
        postgresql_where=sa.text("standing"),
    )
    op.create_table(
        "note",
        sa.Column("patient_id", BigId, nullable=False),
        sa.Column("staff_id", BigId, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patient.clinic_id", "patient.id"],
            name=op.f("fk_note_clinic_id_patient_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "staff_id"],
            ["staff.clinic_id", "staff.id"],
            name=op.f("fk_note_clinic_id_staff_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_note_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_note_clinic_id_id")),
    )
    op.create_index("ix_note_patient", "note", ["patient_id", "at"], unique=False)
    op.create_table(
        "patient_follow",
        sa.Column("patient_id", BigId, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("since_at", Moment, nullable=False),
        sa.Column("until_day", sa.Date(), nullable=True),
        sa.Column("stop_reason", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", BigId, nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.CheckConstraint(
            "state <> 'stopped' OR stop_reason IS NOT NULL",
            name=op.f("ck_patient_follow_a_stop_has_a_reason"),
        ),
        sa.CheckConstraint(
            "state IN ('followed', 'paused', 'stopped')", name=op.f("ck_patient_follow_state")
        ),
        sa.CheckConstraint(
            "stop_reason IN ('withdrew', 'died', 'moved', 'well', 'other')",
            name=op.f("ck_patient_follow_stop_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patient.clinic_id", "patient.id"],
            name=op.f("fk_patient_follow_clinic_id_patient_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_patient_follow_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient_follow")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_patient_follow_clinic_id_id")),
    )
    op.create_index("ix_patient_follow_patient", "patient_follow", ["patient_id", "since_at"], unique=False)
    op.create_table(
        "patient_identity",
        sa.Column("patient_id", BigId, nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("hospital_number", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patient.clinic_id", "patient.id"],
            name=op.f("fk_patient_identity_clinic_id_patient_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_patient_identity_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient_identity")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_patient_identity_clinic_id_id")),
        sa.UniqueConstraint("clinic_id", "patient_id", name=op.f("uq_patient_identity_clinic_id_patient_id")),
    )
    op.create_table(
        "patient_zone",
        sa.Column("patient_id", BigId, nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("since_at", Moment, nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patient.clinic_id", "patient.id"],
            name=op.f("fk_patient_zone_clinic_id_patient_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_patient_zone_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient_zone")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_patient_zone_clinic_id_id")),
        sa.UniqueConstraint(
            "clinic_id", "patient_id", "since_at", name=op.f("uq_patient_zone_clinic_id_patient_id_since_at")
        ),
    )
    op.create_table(
        "alert",
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("patient_id", BigId, nullable=False),
        sa.Column("course_id", BigId, nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("night", sa.Date(), nullable=True),
        sa.Column("facts", Document, nullable=False),
        sa.Column("owner_id", BigId, nullable=True),
        sa.Column("opened_at", Moment, nullable=False),
        sa.Column("changed_at", Moment, nullable=False),
        sa.Column("acknowledged_at", Moment, nullable=True),
        sa.Column("snoozed_until", sa.Date(), nullable=True),
        sa.Column("snooze_reason", sa.Text(), nullable=True),
        sa.Column("ended_at", Moment, nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("version", BigId, nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.CheckConstraint(
            "(kind = 'loss') = (level IS NOT NULL)", name=op.f("ck_alert_only_loss_has_a_level")
        ),
        sa.CheckConstraint(
            "(status = 'closed') = (outcome IS NOT NULL)", name=op.f("ck_alert_closed_has_an_outcome")
        ),
        sa.CheckConstraint(
            "(status = 'snoozed') = (snoozed_until IS NOT NULL)", name=op.f("ck_alert_snoozed_has_an_end")
        ),
        sa.CheckConstraint(
            "course_id IS NOT NULL OR kind IN ('red_flag', 'call_me')",
            name=op.f("ck_alert_only_a_person_can_stand_alone"),
        ),
        sa.CheckConstraint(
            "kind IN ('loss', 'step', 'review', 'no_response', 'silence', 'red_flag', 'call_me', 'not_assessed')",
            name=op.f("ck_alert_kind"),
        ),
        sa.CheckConstraint("level IN ('watch', 'likely_lost', 'confirmed')", name=op.f("ck_alert_level")),
        sa.CheckConstraint(
            "outcome IN ('infused', 'not_loss', 'declined_by_patient', 'not_eligible', 'treated_otherwise', 'watch_until_visit', 'authorisation_refused', 'called', 'well_and_stopped', 'unwell', 'in_hospital', 'withdrew', 'died', 'handled')",
            name=op.f("ck_alert_outcome"),
        ),
        sa.CheckConstraint(
            "status <> 'superseded' OR end_reason IS NOT NULL", name=op.f("ck_alert_superseded_says_why")
        ),
        sa.CheckConstraint(
            "status IN ('open', 'acknowledged', 'snoozed', 'parked', 'closed', 'cleared', 'superseded')",
            name=op.f("ck_alert_status"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "course_id"],
            ["course.clinic_id", "course.id"],
            name=op.f("fk_alert_clinic_id_course_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "owner_id"],
            ["staff.clinic_id", "staff.id"],
            name=op.f("fk_alert_clinic_id_owner_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patient.clinic_id", "patient.id"],
            name=op.f("fk_alert_clinic_id_patient_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_alert_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_alert_clinic_id_id")),
        sa.UniqueConstraint("uid", name=op.f("uq_alert_uid")),
    )
    op.create_index("ix_alert_course", "alert", ["course_id", "kind"], unique=False)
    op.create_index(
        "ix_alert_live",
        "alert",
        ["clinic_id", "status", "id"],
        unique=False,
        sqlite_where=sa.text("status NOT IN ('closed', 'cleared', 'superseded')"),
        postgresql_where=sa.text("status NOT IN ('closed', 'cleared', 'superseded')"),
    )
    op.create_index("ix_alert_patient", "alert", ["patient_id"], unique=False)
    op.create_index(
        "uq_alert_live",
        "alert",
        ["course_id", "kind"],
        unique=True,
        sqlite_where=sa.text("status NOT IN ('closed', 'cleared', 'superseded') AND kind <> 'red_flag'"),
        postgresql_where=sa.text("status NOT IN ('closed', 'cleared', 'superseded') AND kind <> 'red_flag'"),
    )
    op.create_index(
        "uq_alert_live_no_course",
        "alert",
        ["patient_id", "kind"],
        unique=True,
        sqlite_where=sa.text(
            "status NOT IN ('closed', 'cleared', 'superseded') AND kind <> 'red_flag' AND course_id IS NULL"
        ),
        postgresql_where=sa.text(
            "status NOT IN ('closed', 'cleared', 'superseded') AND kind <> 'red_flag' AND course_id IS NULL"
        ),
    )
    op.create_table(
        "assessment",
        sa.Column("night_run_id", BigId, nullable=False),
        sa.Column("since_night", sa.Date(), nullable=False),
        sa.Column("course_id", BigId, nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("day_number", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("answered_14d", sa.SmallInteger(), nullable=False),
        sa.Column("days_since_answer", sa.SmallInteger(), nullable=False),
        sa.Column("mean_7d", sa.Double(), nullable=True),
        sa.Column("relief_7d", sa.Double(), nullable=True),
        sa.Column("best_14d", sa.Double(), nullable=True),
        sa.Column("below_since", sa.SmallInteger(), nullable=True),
        sa.Column("loss_day", sa.SmallInteger(), nullable=True),
        sa.Column("baseline_nrs", sa.Double(), nullable=True),
        sa.Column("baseline_kind", sa.Text(), nullable=False),
        sa.Column("p_lost", sa.Double(), nullable=True),
        sa.Column("p_lost_14d", sa.Double(), nullable=True),
        sa.Column("p_lost_28d", sa.Double(), nullable=True),
        sa.Column("p_lost_lead", sa.Double(), nullable=True),
        sa.Column("lost_p10", sa.SmallInteger(), nullable=True),
        sa.Column("lost_p50", sa.SmallInteger(), nullable=True),
        sa.Column("lost_p90", sa.SmallInteger(), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.CheckConstraint(
            "baseline_kind IN ('own', 'carried', 'stated', 'none')", name=op.f("ck_assessment_baseline_kind")
        ),
        sa.CheckConstraint(
            "state IN ('preparing', 'learning', 'no_response', 'holding', 'watch', 'likely_lost', 'loss', 'step', 'cannot_tell', 'silent')",
            name=op.f("ck_assessment_state"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "course_id"],
            ["course.clinic_id", "course.id"],
            name=op.f("fk_assessment_clinic_id_course_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "night_run_id"],
            ["night_run.clinic_id", "night_run.id"],
            name=op.f("fk_assessment_clinic_id_night_run_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_assessment_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_assessment_clinic_id_id")),
        sa.UniqueConstraint("course_id", name=op.f("uq_assessment_course_id")),
    )
    op.create_index("ix_assessment_state", "assessment", ["clinic_id", "state"], unique=False)
    op.create_table(
        "assessment_log",
        sa.Column("night_run_id", BigId, nullable=False),
        sa.Column("course_id", BigId, nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("day_number", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("answered_14d", sa.SmallInteger(), nullable=False),
        sa.Column("days_since_answer", sa.SmallInteger(), nullable=False),
        sa.Column("mean_7d", sa.Double(), nullable=True),
        sa.Column("relief_7d", sa.Double(), nullable=True),
        sa.Column("best_14d", sa.Double(), nullable=True),
        sa.Column("below_since", sa.SmallInteger(), nullable=True),
        sa.Column("loss_day", sa.SmallInteger(), nullable=True),
        sa.Column("baseline_nrs", sa.Double(), nullable=True),
        sa.Column("baseline_kind", sa.Text(), nullable=False),
        sa.Column("p_lost", sa.Double(), nullable=True),
        sa.Column("p_lost_14d", sa.Double(), nullable=True),
        sa.Column("p_lost_28d", sa.Double(), nullable=True),
        sa.Column("p_lost_lead", sa.Double(), nullable=True),
        sa.Column("lost_p10", sa.SmallInteger(), nullable=True),
        sa.Column("lost_p50", sa.SmallInteger(), nullable=True),
        sa.Column("lost_p90", sa.SmallInteger(), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.CheckConstraint(
            "baseline_kind IN ('own', 'carried', 'stated', 'none')",
            name=op.f("ck_assessment_log_baseline_kind"),
        ),
        sa.CheckConstraint(
            "state IN ('preparing', 'learning', 'no_response', 'holding', 'watch', 'likely_lost', 'loss', 'step', 'cannot_tell', 'silent')",
            name=op.f("ck_assessment_log_state"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "course_id"],
            ["course.clinic_id", "course.id"],
            name=op.f("fk_assessment_log_clinic_id_course_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "night_run_id"],
            ["night_run.clinic_id", "night_run.id"],
            name=op.f("fk_assessment_log_clinic_id_night_run_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_assessment_log_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_log")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_assessment_log_clinic_id_id")),
        sa.UniqueConstraint("course_id", "night", name=op.f("uq_assessment_log_course_id_night")),
    )
    op.create_table(
        "course_days",
        sa.Column("course_id", BigId, autoincrement=False, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.Column("anchor_day", sa.Date(), nullable=False),
        sa.Column("changed_at", Moment, nullable=False),
        sa.Column("days", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "course_id"],
            ["course.clinic_id", "course.id"],
            name=op.f("fk_course_days_clinic_id_course_id"),
        ),
        sa.PrimaryKeyConstraint("course_id", name=op.f("pk_course_days")),
    )
    op.create_table(
        "enrolment_code",
        sa.Column("patient_id", BigId, nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("expires_at", Moment, nullable=False),
        sa.Column("redeemed_at", Moment, nullable=True),
        sa.Column("revoked_at", Moment, nullable=True),
        sa.Column("device_id", BigId, nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "device_id"],
            ["device.clinic_id", "device.id"],
            name=op.f("fk_enrolment_code_clinic_id_device_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patient.clinic_id", "patient.id"],
            name=op.f("fk_enrolment_code_clinic_id_patient_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_enrolment_code_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment_code")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_enrolment_code_clinic_id_id")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_enrolment_code_code_hash")),
    )
    op.create_index("ix_enrolment_code_patient", "enrolment_code", ["patient_id"], unique=False)
    op.create_table(
        "study_course",
        sa.Column("study_id", BigId, nullable=False),
        sa.Column("arm_id", BigId, nullable=False),
        sa.Column("course_id", BigId, nullable=False),
        sa.Column("allotted_at", Moment, nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "arm_id"],
            ["study_arm.clinic_id", "study_arm.id"],
            name=op.f("fk_study_course_clinic_id_arm_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "course_id"],
            ["course.clinic_id", "course.id"],
            name=op.f("fk_study_course_clinic_id_course_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "study_id"],
            ["study.clinic_id", "study.id"],
            name=op.f("fk_study_course_clinic_id_study_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_study_course_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study_course")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_study_course_clinic_id_id")),
        sa.UniqueConstraint("study_id", "course_id", name=op.f("uq_study_course_study_id_course_id")),
    )
    op.create_table(
        "alert_event",
        sa.Column("alert_id", BigId, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", BigId, nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("status_before", sa.Text(), nullable=True),
        sa.Column("status_after", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.CheckConstraint(
            "actor_kind IN ('patient', 'staff', 'integration', 'operator', 'system')",
            name=op.f("ck_alert_event_actor_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "alert_id"],
            ["alert.clinic_id", "alert.id"],
            name=op.f("fk_alert_event_clinic_id_alert_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_alert_event_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_event")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_alert_event_clinic_id_id")),
    )
    op.create_index("ix_alert_event", "alert_event", ["alert_id", "id"], unique=False)
    op.create_table(
        "alert_input",
        sa.Column("alert_id", BigId, nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("anchor_day", sa.Date(), nullable=False),
        sa.Column("first_infusion_day", sa.Date(), nullable=False),
        sa.Column("last_infusion_day", sa.Date(), nullable=False),
        sa.Column("booster_days", Document, nullable=False),
        sa.Column("days", sa.LargeBinary(), nullable=False),
        sa.Column("entry_ids", Document, nullable=False),
        sa.Column("baseline_nrs", sa.Double(), nullable=True),
        sa.Column("baseline_kind", sa.Text(), nullable=False),
        sa.Column("protocol_version_id", BigId, nullable=False),
        sa.Column("detector_version", sa.Text(), nullable=False),
        sa.Column("prior_version", sa.Text(), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.CheckConstraint(
            "level IN ('watch', 'likely_lost', 'confirmed')", name=op.f("ck_alert_input_level")
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "alert_id"],
            ["alert.clinic_id", "alert.id"],
            name=op.f("fk_alert_input_clinic_id_alert_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "protocol_version_id"],
            ["protocol_version.clinic_id", "protocol_version.id"],
            name=op.f("fk_alert_input_clinic_id_protocol_version_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_alert_input_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_input")),
        sa.UniqueConstraint("alert_id", "night", name=op.f("uq_alert_input_alert_id_night")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_alert_input_clinic_id_id")),
    )
    op.create_table(
        "alert_label",
        sa.Column("alert_id", BigId, nullable=False),
        sa.Column("staff_id", BigId, nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.CheckConstraint("label IN ('yes', 'no', 'cannot_tell')", name=op.f("ck_alert_label_label")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "alert_id"],
            ["alert.clinic_id", "alert.id"],
            name=op.f("fk_alert_label_clinic_id_alert_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "staff_id"],
            ["staff.clinic_id", "staff.id"],
            name=op.f("fk_alert_label_clinic_id_staff_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_alert_label_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_label")),
        sa.UniqueConstraint("alert_id", "staff_id", name=op.f("uq_alert_label_alert_id_staff_id")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_alert_label_clinic_id_id")),
    )
    op.create_table(
        "booking",
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("patient_id", BigId, nullable=False),
        sa.Column("course_id", BigId, nullable=True),
        sa.Column("alert_id", BigId, nullable=True),
        sa.Column("regimen_id", BigId, nullable=False),
        sa.Column("chair_id", BigId, nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("offered_first_day", sa.Date(), nullable=True),
        sa.Column("offered_last_day", sa.Date(), nullable=True),
        sa.Column("authorisation_reference", sa.Text(), nullable=True),
        sa.Column("authorisation_expires_on", sa.Date(), nullable=True),
        sa.Column("can_come_at_short_notice", sa.Boolean(), nullable=False),
        sa.Column("override_reason", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("changed_at", Moment, nullable=False),
        sa.Column("version", BigId, nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.CheckConstraint(
            "state IN ('requested', 'authorised', 'waiting_list', 'offered', 'accepted', 'confirmed', 'done', 'declined', 'refused', 'cancelled', 'no_show')",
            name=op.f("ck_booking_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('offered', 'accepted', 'confirmed') OR offered_first_day IS NOT NULL",
            name=op.f("ck_booking_an_offer_has_days"),
        ),
        sa.CheckConstraint(
            "(offered_first_day IS NULL) = (offered_last_day IS NULL)",
            name=op.f("ck_booking_offer_has_both_days"),
        ),
        sa.CheckConstraint(
            "offered_last_day >= offered_first_day", name=op.f("ck_booking_offer_ends_after_it_starts")
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "alert_id"],
            ["alert.clinic_id", "alert.id"],
            name=op.f("fk_booking_clinic_id_alert_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "chair_id"],
            ["chair.clinic_id", "chair.id"],
            name=op.f("fk_booking_clinic_id_chair_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "course_id"],
            ["course.clinic_id", "course.id"],
            name=op.f("fk_booking_clinic_id_course_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patient.clinic_id", "patient.id"],
            name=op.f("fk_booking_clinic_id_patient_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "regimen_id"],
            ["regimen.clinic_id", "regimen.id"],
            name=op.f("fk_booking_clinic_id_regimen_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_booking_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_booking_clinic_id_id")),
        sa.UniqueConstraint("uid", name=op.f("uq_booking_uid")),
    )
    op.create_index("ix_booking_state", "booking", ["clinic_id", "state", "id"], unique=False)
    op.create_index(
        "uq_booking_live",
        "booking",
        ["patient_id"],
        unique=True,
        sqlite_where=sa.text("NOT (state IN ('done', 'refused', 'cancelled', 'no_show'))"),
        postgresql_where=sa.text("NOT (state IN ('done', 'refused', 'cancelled', 'no_show'))"),
    )
    op.create_table(
        "call_log",
        sa.Column("patient_id", BigId, nullable=False),
        sa.Column("alert_id", BigId, nullable=True),
        sa.Column("staff_id", BigId, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.CheckConstraint(
            "result IN ('reached', 'no_answer', 'left_message')", name=op.f("ck_call_log_result")
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "alert_id"],
            ["alert.clinic_id", "alert.id"],
            name=op.f("fk_call_log_clinic_id_alert_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patient.clinic_id", "patient.id"],
            name=op.f("fk_call_log_clinic_id_patient_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "staff_id"],
            ["staff.clinic_id", "staff.id"],
            name=op.f("fk_call_log_clinic_id_staff_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_call_log_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_log")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_call_log_clinic_id_id")),
    )
    op.create_index("ix_call_log_patient", "call_log", ["patient_id", "at"], unique=False)
    op.create_table(
        "administration",
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("patient_id", BigId, nullable=False),
        sa.Column("course_id", BigId, nullable=False),
        sa.Column("regimen_id", BigId, nullable=True),
        sa.Column("booking_id", BigId, nullable=True),
        sa.Column("supersedes_id", BigId, nullable=True),
        sa.Column("standing", sa.Boolean(), nullable=False),
        sa.Column("classified_as", sa.Text(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("setting", sa.Text(), nullable=False),
        sa.Column("dose_as_written", sa.Text(), nullable=False),
        sa.Column("dose_mg_kg_h", sa.Double(), nullable=True),
        sa.Column("hours", sa.Double(), nullable=True),
        sa.Column("adjuncts", Document, nullable=False),
        sa.Column("stopped_early", sa.Boolean(), nullable=False),
        sa.Column("stop_reason", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", BigId, nullable=True),
        sa.Column("recorded_at", Moment, nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.CheckConstraint(
            "actor_kind IN ('patient', 'staff', 'integration', 'operator', 'system')",
            name=op.f("ck_administration_actor_kind"),
        ),
        sa.CheckConstraint("agent IN ('racemic', 's_ketamine')", name=op.f("ck_administration_agent")),
        sa.CheckConstraint(
            "classified_as IN ('new_course', 'same_series', 'booster')",
            name=op.f("ck_administration_classified_as"),
        ),
        sa.CheckConstraint("setting IN ('inpatient', 'outpatient')", name=op.f("ck_administration_setting")),
        sa.CheckConstraint(
            "NOT stopped_early OR stop_reason IS NOT NULL",
            name=op.f("ck_administration_stopped_early_says_why"),
        ),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_administration_ends_after_it_starts")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "booking_id"],
            ["booking.clinic_id", "booking.id"],
            name=op.f("fk_administration_clinic_id_booking_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "course_id"],
            ["course.clinic_id", "course.id"],
            name=op.f("fk_administration_clinic_id_course_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patient.clinic_id", "patient.id"],
            name=op.f("fk_administration_clinic_id_patient_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "regimen_id"],
            ["regimen.clinic_id", "regimen.id"],
            name=op.f("fk_administration_clinic_id_regimen_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "supersedes_id"],
            ["administration.clinic_id", "administration.id"],
            name=op.f("fk_administration_clinic_id_supersedes_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_administration_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_administration")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_administration_clinic_id_id")),
        sa.UniqueConstraint("uid", name=op.f("uq_administration_uid")),
    )
    op.create_index("ix_administration_patient", "administration", ["patient_id", "first_day"], unique=False)
    op.create_table(
        "booking_event",
        sa.Column("booking_id", BigId, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", BigId, nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("state_before", sa.Text(), nullable=True),
        sa.Column("state_after", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.CheckConstraint(
            "actor_kind IN ('patient', 'staff', 'integration', 'operator', 'system')",
            name=op.f("ck_booking_event_actor_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "booking_id"],
            ["booking.clinic_id", "booking.id"],
            name=op.f("fk_booking_event_clinic_id_booking_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_booking_event_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_event")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_booking_event_clinic_id_id")),
    )
    op.create_index("ix_booking_event", "booking_event", ["booking_id", "id"], unique=False)
    op.create_table(
        "message",
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("dedupe_key", sa.Text(), nullable=False),
        sa.Column("staff_id", BigId, nullable=True),
        sa.Column("patient_id", BigId, nullable=True),
        sa.Column("alert_id", BigId, nullable=True),
        sa.Column("booking_id", BigId, nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("next_try_at", Moment, nullable=True),
        sa.Column("expires_at", Moment, nullable=True),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("lease_until_at", Moment, nullable=True),
        sa.Column("ended_at", Moment, nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.CheckConstraint(
            "(state IN ('new', 'taken')) = (ended_at IS NULL)", name=op.f("ck_message_ended_says_when")
        ),
        sa.CheckConstraint(
            "NOT (state IN ('new', 'taken')) OR next_try_at IS NOT NULL",
            name=op.f("ck_message_waiting_has_a_next_try"),
        ),
        sa.CheckConstraint(
            "kind IN ('alert', 'reminder', 'offer', 'digest', 'operator')", name=op.f("ck_message_kind")
        ),
        sa.CheckConstraint(
            "state IN ('new', 'taken', 'delivered', 'permanent_failure', 'technical_failure', 'expired', 'cancelled')",
            name=op.f("ck_message_state"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "alert_id"],
            ["alert.clinic_id", "alert.id"],
            name=op.f("fk_message_clinic_id_alert_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "booking_id"],
            ["booking.clinic_id", "booking.id"],
            name=op.f("fk_message_clinic_id_booking_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patient.clinic_id", "patient.id"],
            name=op.f("fk_message_clinic_id_patient_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "staff_id"],
            ["staff.clinic_id", "staff.id"],
            name=op.f("fk_message_clinic_id_staff_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_message_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("clinic_id", "dedupe_key", name=op.f("uq_message_clinic_id_dedupe_key")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_message_clinic_id_id")),
        sa.UniqueConstraint("uid", name=op.f("uq_message_uid")),
    )
    op.create_index(
        "ix_message_waiting",
        "message",
        ["next_try_at"],
        unique=False,
        sqlite_where=sa.text("state IN ('new', 'taken')"),
        postgresql_where=sa.text("state IN ('new', 'taken')"),
    )
    op.create_table(
        "delivery",
        sa.Column("message_id", BigId, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("tried_at", Moment, nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("clinic_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "message_id"],
            ["message.clinic_id", "message.id"],
            name=op.f("fk_delivery_clinic_id_message_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_delivery_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_delivery_clinic_id_id")),
    )
    op.create_index("ix_delivery_message", "delivery", ["message_id", "id"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        guard_rows()
    else:
        keep_append_only()


def downgrade() -> None:

    op.drop_index("ix_delivery_message", table_name="delivery")
    op.drop_table("delivery")
    op.drop_index(
        "ix_message_waiting",
        table_name="message",
        sqlite_where=sa.text("state IN ('new', 'taken')"),
        postgresql_where=sa.text("state IN ('new', 'taken')"),
    )
    op.drop_table("message")
    op.drop_index("ix_booking_event", table_name="booking_event")
    op.drop_table("booking_event")
    op.drop_index("ix_administration_patient", table_name="administration")
    op.drop_table("administration")
    op.drop_index("ix_call_log_patient", table_name="call_log")
    op.drop_table("call_log")
    op.drop_index(
        "uq_booking_live",
        table_name="booking",
        sqlite_where=sa.text("NOT (state IN ('done', 'refused', 'cancelled', 'no_show'))"),
        postgresql_where=sa.text("NOT (state IN ('done', 'refused', 'cancelled', 'no_show'))"),
    )
    op.drop_index("ix_booking_state", table_name="booking")
    op.drop_table("booking")
    op.drop_table("alert_label")
    op.drop_table("alert_input")
    op.drop_index("ix_alert_event", table_name="alert_event")
    op.drop_table("alert_event")
    op.drop_table("study_course")
    op.drop_index("ix_enrolment_code_patient", table_name="enrolment_code")
    op.drop_table("enrolment_code")
    op.drop_table("course_days")
    op.drop_table("assessment_log")
    op.drop_index("ix_assessment_state", table_name="assessment")
    op.drop_table("assessment")
    op.drop_index(
        "uq_alert_live_no_course",
        table_name="alert",
        sqlite_where=sa.text(
            "status NOT IN ('closed', 'cleared', 'superseded') AND kind <> 'red_flag' AND course_id IS NULL"
        ),
        postgresql_where=sa.text(
            "status NOT IN ('closed', 'cleared', 'superseded') AND kind <> 'red_flag' AND course_id IS NULL"
        ),
    )
    op.drop_index(
        "uq_alert_live",
        table_name="alert",
        sqlite_where=sa.text("status NOT IN ('closed', 'cleared', 'superseded') AND kind <> 'red_flag'"),
        postgresql_where=sa.text("status NOT IN ('closed', 'cleared', 'superseded') AND kind <> 'red_flag'"),
    )
    op.drop_index("ix_alert_patient", table_name="alert")
    op.drop_index(
        "ix_alert_live",
        table_name="alert",
        sqlite_where=sa.text("status NOT IN ('closed', 'cleared', 'superseded')"),
        postgresql_where=sa.text("status NOT IN ('closed', 'cleared', 'superseded')"),
    )
    op.drop_index("ix_alert_course", table_name="alert")
    op.drop_table("alert")
    op.drop_table("patient_zone")
    op.drop_table("patient_identity")
    op.drop_index("ix_patient_follow_patient", table_name="patient_follow")
    op.drop_table("patient_follow")
    op.drop_index("ix_note_patient", table_name="note")
    op.drop_table("note")
    op.drop_index(
        "uq_item_answer_standing",
        table_name="item_answer",
        sqlite_where=sa.text("standing"),
        postgresql_where=sa.text("standing"),
    )
    op.drop_index("ix_item_answer_patient", table_name="item_answer")
    op.drop_table("item_answer")
    op.drop_index(
        "uq_entry_standing",
        table_name="entry",
        sqlite_where=sa.text("standing"),
        postgresql_where=sa.text("standing"),
    )
    op.drop_table("entry")
    op.drop_index("ix_device_patient", table_name="device")
    op.drop_table("device")
    op.drop_index(
        "uq_course_planned",
        table_name="course",
        sqlite_where=sa.text("status = 'planned'"),
        postgresql_where=sa.text("status = 'planned'"),
    )
    op.drop_index(
        "uq_course_open",
        table_name="course",
        sqlite_where=sa.text("status = 'open'"),
        postgresql_where=sa.text("status = 'open'"),
    )
    op.drop_index("ix_course_status", table_name="course")
    op.drop_table("course")
    op.drop_index("ix_consent_patient", table_name="consent")
    op.drop_table("consent")
    op.drop_index("ix_clinical_event_patient", table_name="clinical_event")
    op.drop_table("clinical_event")
    op.drop_table("team_member")
    op.drop_table("study_arm")
    op.drop_table("staff_session")
    op.drop_table("patient")
    op.drop_table("night_run")
    op.drop_table("cover")
    op.drop_index("ix_chair_closure_day", table_name="chair_closure")
    op.drop_table("chair_closure")
    op.drop_table("team")
    op.drop_table("study")
    op.drop_table("staff")
    op.drop_table("regimen")
    op.drop_table("protocol_version")
    op.drop_table("integration_key")
    op.drop_table("instrument_version")
    op.drop_table("clinic_zone")
    op.drop_table("chair")
    op.drop_index(
        "ix_audit_unsealed",
        table_name="audit",
        sqlite_where=sa.text("position IS NULL"),
        postgresql_where=sa.text("position IS NULL"),
    )
    op.drop_index("ix_audit_object", table_name="audit")
    op.drop_table("audit")
    op.drop_table("installation")
    op.drop_table("clinic")
    op.drop_table("attempt_count")
