"""All tables, as they were when the first lab could begin: one revision for all that came before.

What was made before has the same tables under the revision 0029; see ``printflow.db.migrate``.

Revision ID: 0030
Revises:
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = None
branch_labels = None
depends_on = None


def _partial(name: str, table: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)


def upgrade() -> None:
    op.create_table(
        "catalog_versions",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalog_versions")),
        comment="Every version of the catalog. The newest is active.",
    )
    op.create_table(
        "changes",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("station", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changes")),
        comment="Who changed the lab itself: people, stations, catalog; never changed.",
    )
    op.create_table(
        "lab",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_lab")),
        comment="Single facts: the store's identity, a paused outbox and why.",
    )
    op.create_table(
        "limits",
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_limits")),
        comment="What is counted against a limit; swept when it no longer counts.",
    )
    op.create_table(
        "payments",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("station", sa.String(length=60), server_default="", nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("method", sa.String(length=60), nullable=False),
        sa.Column("receipt", sa.String(length=40), server_default="", nullable=False),
        sa.Column("payer", sa.String(length=100), server_default="", nullable=False),
        sa.Column("account", sa.String(length=60), server_default="", nullable=False),
        sa.Column("note", sa.String(length=200), server_default="", nullable=False),
        sa.Column("waived", sa.Text(), nullable=False),
        sa.Column("idempotency_key", sa.String(length=64), nullable=True),
        sa.Column("fingerprint", sa.String(length=64), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_payments_idempotency_key")),
        comment="Money taken, or why none was.",
    )
    op.create_index("ix_payments_at", "payments", ["at"], unique=False)
    op.create_index("ix_payments_receipt", "payments", ["receipt"], unique=False)
    op.create_table(
        "requests",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("idempotency_key", sa.String(length=64), nullable=True),
        sa.Column("student_name", sa.String(length=100), nullable=False),
        sa.Column("student_email", sa.String(length=254), nullable=False),
        sa.Column("consent_version", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requests")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_requests_idempotency_key")),
        comment="One press on Submit; it holds one job or several.",
    )
    op.create_table(
        "staff",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deactivated_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("name", name=op.f("uq_staff_name")),
        comment="Names to act under; never deleted, because history speaks of them.",
    )
    op.create_table(
        "stations",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("admin", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stations")),
        sa.UniqueConstraint("name", name=op.f("uq_stations_name")),
        comment="Where staff sign in, each with a password (argon2).",
    )
    op.create_table(
        "workers",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_workers")),
        comment="Signs of life of what works in the background; one row per loop and process.",
    )
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(length=8), nullable=False),
        sa.Column(
            "request_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("student_name", sa.String(length=100), nullable=False),
        sa.Column("student_email", sa.String(length=254), nullable=False),
        sa.Column("discipline", sa.String(length=60), nullable=False),
        sa.Column("class_number", sa.String(length=50), nullable=False),
        sa.Column("method", sa.String(length=60), nullable=False),
        sa.Column("color", sa.String(length=60), nullable=False),
        sa.Column("printer", sa.String(length=60), nullable=False),
        sa.Column("original_name", sa.String(length=400), nullable=False),
        sa.Column("standard_name", sa.String(length=120), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("student_note", sa.Text(), nullable=False),
        sa.Column("request_place", sa.Integer(), nullable=False),
        sa.Column("material", sa.String(length=60), nullable=False),
        sa.Column("grams", sa.BigInteger(), nullable=True),
        sa.Column("hours", sa.BigInteger(), nullable=True),
        sa.Column("cost_cents", sa.BigInteger(), nullable=True),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("last_actor", sa.String(length=100), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_by", sa.String(length=100), server_default="", nullable=False),
        sa.Column("queue_place", sa.Integer(), nullable=True),
        sa.Column("shelf", sa.String(length=40), server_default="", nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name=op.f("fk_jobs_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_jobs_token_hash")),
        comment="A job as it stands now; how it came there is in events.",
    )
    _partial("ix_jobs_asked", "jobs", ["asked_at"], "asked_at IS NOT NULL")
    op.create_index("ix_jobs_color_id", "jobs", ["color", "id"], unique=False)
    op.create_index("ix_jobs_discipline_id", "jobs", ["discipline", "id"], unique=False)
    op.create_index(
        "ix_jobs_list_created",
        "jobs",
        [
            "created_at",
            "id",
            "printer",
            "method",
            "color",
            "material",
            "discipline",
            "status_since",
        ],
        unique=False,
    )
    op.create_index(
        "ix_jobs_list_name",
        "jobs",
        [
            "student_name",
            "id",
            "printer",
            "method",
            "color",
            "material",
            "discipline",
            "created_at",
            "status_since",
        ],
        unique=False,
    )
    op.create_index(
        "ix_jobs_list_since",
        "jobs",
        [
            "status_since",
            "id",
            "printer",
            "method",
            "color",
            "material",
            "discipline",
            "created_at",
        ],
        unique=False,
    )
    op.create_index(
        "ix_jobs_list_status_created",
        "jobs",
        [
            "status",
            "created_at",
            "id",
            "printer",
            "method",
            "color",
            "material",
            "discipline",
            "status_since",
        ],
        unique=False,
    )
    op.create_index(
        "ix_jobs_list_status_name",
        "jobs",
        [
            "status",
            "student_name",
            "id",
            "printer",
            "method",
            "color",
            "material",
            "discipline",
            "created_at",
            "status_since",
        ],
        unique=False,
    )
    op.create_index(
        "ix_jobs_list_status_since",
        "jobs",
        [
            "status",
            "status_since",
            "id",
            "printer",
            "method",
            "color",
            "material",
            "discipline",
            "created_at",
        ],
        unique=False,
    )
    op.create_index("ix_jobs_material_id", "jobs", ["material", "id"], unique=False)
    op.create_index("ix_jobs_method_id", "jobs", ["method", "id"], unique=False)
    _partial("ix_jobs_new", "jobs", ["status"], "status = 'UPLOADED' AND reviewed_at IS NULL")
    op.create_index("ix_jobs_printer_id", "jobs", ["printer", "id"], unique=False)
    op.create_index(op.f("ix_jobs_request_id"), "jobs", ["request_id"], unique=False)
    op.create_index("ix_jobs_status", "jobs", ["status"], unique=False)
    op.create_index("ix_jobs_student_email", "jobs", ["student_email"], unique=False)
    op.create_table(
        "payment_voids",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column(
            "payment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("station", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments.id"], name=op.f("fk_payment_voids_payment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_voids")),
        sa.UniqueConstraint("payment_id", name=op.f("uq_payment_voids_payment_id")),
        comment="Payments that do not count any more, and why; never changed.",
    )
    op.create_index("ix_payment_voids_at", "payment_voids", ["at"], unique=False)
    op.create_table(
        "sessions",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column(
            "station_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("address", sa.String(length=60), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["station_id"], ["stations.id"], name=op.f("fk_sessions_station_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_sessions_key_hash")),
        comment="Browsers that are signed in; deleting the row signs one out.",
    )
    op.create_index(op.f("ix_sessions_station_id"), "sessions", ["station_id"], unique=False)
    op.create_table(
        "attempts",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("job_id", sa.String(length=8), nullable=False),
        sa.Column("printer", sa.String(length=60), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_by", sa.String(length=100), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_attempts_job_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
        comment="Prints that were begun, and how they ended.",
    )
    op.create_index("ix_attempts_ended_at", "attempts", ["ended_at"], unique=False)
    op.create_index(op.f("ix_attempts_job_id"), "attempts", ["job_id"], unique=False)
    op.create_table(
        "confirmations",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("job_id", sa.String(length=8), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("cost_cents", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("grams", sa.BigInteger(), nullable=False),
        sa.Column("hours", sa.BigInteger(), nullable=False),
        sa.Column("printer", sa.String(length=60), nullable=False),
        sa.Column("material", sa.String(length=60), nullable=False),
        sa.Column("color", sa.String(length=60), nullable=False),
        sa.Column("file_name", sa.String(length=160), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_by", sa.String(length=100), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_confirmations_job_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_confirmations")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_confirmations_token_hash")),
        comment="One link each: the quote it offers, and what became of it.",
    )
    op.create_index(op.f("ix_confirmations_job_id"), "confirmations", ["job_id"], unique=False)
    _partial(
        "ix_confirmations_open",
        "confirmations",
        ["expires_at", "job_id"],
        "used_at IS NULL AND voided_at IS NULL",
    )
    op.create_table(
        "events",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("job_id", sa.String(length=8), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("trigger", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=True),
        sa.Column("dest", sa.String(length=16), nullable=False),
        sa.Column("actor_kind", sa.String(length=10), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("station", sa.String(length=60), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_events_job_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        comment="Everything that ever happened to a job, in order; never changed.",
    )
    op.create_index("ix_events_at", "events", ["at"], unique=False)
    op.create_index(op.f("ix_events_job_id"), "events", ["job_id"], unique=False)
    op.create_table(
        "file_openings",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("job_id", sa.String(length=8), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("station", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["job_id"], ["jobs.id"], name=op.f("fk_file_openings_job_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_openings")),
        comment='Files opened in slicers; station "" is a click whose report is not there (yet).',
    )
    op.create_index("ix_file_openings_job_id", "file_openings", ["job_id"], unique=False)
    op.create_table(
        "job_files",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("job_id", sa.String(length=8), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("authoritative", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("folder", sa.String(length=40), nullable=False),
        sa.Column("last_seen", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("incoming", sa.String(length=40), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(length=300), nullable=False),
        sa.Column("inspection", sa.String(length=10), server_default="none", nullable=False),
        sa.Column("inspection_tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("inspection_lease", sa.DateTime(timezone=True), nullable=True),
        sa.Column("inspected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=True),
        sa.Column("picture", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("inspection_note", sa.String(length=300), server_default="", nullable=False),
        sa.Column("reckoned", sa.JSON(), nullable=True),
        sa.Column("up", sa.String(length=1), server_default="z", nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_job_files_job_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_files")),
        sa.UniqueConstraint("name", name=op.f("uq_job_files_name")),
        comment="Where each file belongs (folder) and what is known of it; placement makes it true.",
    )
    op.create_index("ix_job_files_inspected_at", "job_files", ["inspected_at"], unique=False)
    op.create_index("ix_job_files_inspection", "job_files", ["inspection", "id"], unique=False)
    op.create_index(op.f("ix_job_files_job_id"), "job_files", ["job_id"], unique=False)
    op.create_index("ix_job_files_next_try_at", "job_files", ["next_try_at"], unique=False)
    op.create_index("ix_job_files_state", "job_files", ["state"], unique=False)
    op.create_table(
        "notes",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("job_id", sa.String(length=8), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author", sa.String(length=100), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("for_student", sa.Boolean(), nullable=False),
        sa.Column("from_student", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_notes_job_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
    )
    op.create_index(op.f("ix_notes_job_id"), "notes", ["job_id"], unique=False)
    op.create_table(
        "removals",
        sa.Column("job_id", sa.String(length=8), nullable=False),
        sa.Column("part", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_removals_job_id")),
        sa.PrimaryKeyConstraint("job_id", "part", name=op.f("pk_removals")),
        comment="Which parts of a job's data retention has taken out.",
    )
    op.create_table(
        "outbox",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("message_id", sa.String(length=120), nullable=False),
        sa.Column("job_id", sa.String(length=8), nullable=True),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "confirmation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("template", sa.String(length=40), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("context", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(length=500), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["confirmation_id"], ["confirmations.id"], name=op.f("fk_outbox_confirmation_id")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_outbox_event_id")),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_outbox_job_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("message_id", name=op.f("uq_outbox_message_id")),
        comment="Emails to send, written in the same transaction as the change they report.",
    )
    op.create_index(op.f("ix_outbox_job_id"), "outbox", ["job_id"], unique=False)
    op.create_index("ix_outbox_state_next_try_at", "outbox", ["state", "next_try_at"], unique=False)
    op.create_table(
        "payment_shares",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column(
            "payment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("job_id", sa.String(length=8), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("waived_cents", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_payment_shares_event_id")
        ),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_payment_shares_job_id")),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments.id"], name=op.f("fk_payment_shares_payment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_shares")),
        sa.UniqueConstraint(
            "payment_id", "job_id", name=op.f("uq_payment_shares_payment_id_job_id")
        ),
        comment="What of a payment is for which job; never changed.",
    )
    op.create_index(op.f("ix_payment_shares_job_id"), "payment_shares", ["job_id"], unique=False)
    _search()


def _search() -> None:
    """The index that searching uses; ``printflow.db.search`` fills it."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE job_search USING fts5("
            "grams, content='', detail=none, tokenize='unicode61')"
        )
        return
    op.execute(
        "CREATE TABLE job_search (job_id varchar(8) PRIMARY KEY "
        "REFERENCES jobs (id) ON DELETE CASCADE, grams text[] NOT NULL)"
    )
    op.execute("CREATE INDEX ix_job_search_grams ON job_search USING gin (grams)")


def downgrade() -> None:
    op.execute("DROP TABLE job_search")
    op.drop_index(op.f("ix_payment_shares_job_id"), table_name="payment_shares")
    op.drop_table("payment_shares")
    op.drop_index("ix_outbox_state_next_try_at", table_name="outbox")
    op.drop_index(op.f("ix_outbox_job_id"), table_name="outbox")
    op.drop_table("outbox")
    op.drop_table("removals")
    op.drop_index(op.f("ix_notes_job_id"), table_name="notes")
    op.drop_table("notes")
    op.drop_index("ix_job_files_state", table_name="job_files")
    op.drop_index("ix_job_files_next_try_at", table_name="job_files")
    op.drop_index(op.f("ix_job_files_job_id"), table_name="job_files")
    op.drop_index("ix_job_files_inspection", table_name="job_files")
    op.drop_index("ix_job_files_inspected_at", table_name="job_files")
    op.drop_table("job_files")
    op.drop_index("ix_file_openings_job_id", table_name="file_openings")
    op.drop_table("file_openings")
    op.drop_index(op.f("ix_events_job_id"), table_name="events")
    op.drop_index("ix_events_at", table_name="events")
    op.drop_table("events")
    op.drop_index("ix_confirmations_open", table_name="confirmations")
    op.drop_index(op.f("ix_confirmations_job_id"), table_name="confirmations")
    op.drop_table("confirmations")
    op.drop_index(op.f("ix_attempts_job_id"), table_name="attempts")
    op.drop_index("ix_attempts_ended_at", table_name="attempts")
    op.drop_table("attempts")
    op.drop_index(op.f("ix_sessions_station_id"), table_name="sessions")
    op.drop_table("sessions")
    op.drop_index("ix_payment_voids_at", table_name="payment_voids")
    op.drop_table("payment_voids")
    op.drop_index("ix_jobs_student_email", table_name="jobs")
    op.drop_index("ix_jobs_status", table_name="jobs")
    op.drop_index(op.f("ix_jobs_request_id"), table_name="jobs")
    op.drop_index("ix_jobs_printer_id", table_name="jobs")
    op.drop_index("ix_jobs_new", table_name="jobs")
    op.drop_index("ix_jobs_method_id", table_name="jobs")
    op.drop_index("ix_jobs_material_id", table_name="jobs")
    op.drop_index("ix_jobs_list_status_since", table_name="jobs")
    op.drop_index("ix_jobs_list_status_name", table_name="jobs")
    op.drop_index("ix_jobs_list_status_created", table_name="jobs")
    op.drop_index("ix_jobs_list_since", table_name="jobs")
    op.drop_index("ix_jobs_list_name", table_name="jobs")
    op.drop_index("ix_jobs_list_created", table_name="jobs")
    op.drop_index("ix_jobs_discipline_id", table_name="jobs")
    op.drop_index("ix_jobs_color_id", table_name="jobs")
    op.drop_index("ix_jobs_asked", table_name="jobs")
    op.drop_table("jobs")
    op.drop_table("workers")
    op.drop_table("stations")
    op.drop_table("staff")
    op.drop_table("requests")
    op.drop_index("ix_payments_receipt", table_name="payments")
    op.drop_index("ix_payments_at", table_name="payments")
    op.drop_table("payments")
    op.drop_table("limits")
    op.drop_table("lab")
    op.drop_table("changes")
    op.drop_table("catalog_versions")
