"""Courses, clubs, departments and grants pay for jobs.

Revision ID: 0041
Revises: 0040
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from printflow.db.types import RowId, UTCDateTime

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "payers",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("code_key", sa.String(40), nullable=False),
        sa.Column("title", sa.String(120), nullable=False, server_default=""),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("starts", sa.Date()),
        sa.Column("ends", sa.Date()),
        sa.Column("budget_cents", sa.BigInteger()),
        sa.Column("each_cents", sa.BigInteger()),
        sa.Column("window", sa.String(8), nullable=False),
        sa.Column("who", sa.Text(), nullable=False, server_default=""),
        sa.Column("approver", sa.String(254), nullable=False, server_default=""),
        sa.Column("retired_at", UTCDateTime()),
        sa.PrimaryKeyConstraint("id", name="pk_payers"),
        sa.UniqueConstraint("code_key", name="uq_payers_code_key"),
        comment="Who pays instead of students: courses, clubs, departments, grants.",
    )
    op.create_table(
        "payer_claims",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        sa.Column("payer_id", RowId, nullable=False),
        sa.Column("job_id", sa.String(8), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("term", sa.String(60), nullable=False, server_default=""),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("state_before", sa.String(10)),
        sa.Column("cents_before", sa.BigInteger()),
        sa.Column("asked_at", UTCDateTime()),
        sa.Column("approved_at", UTCDateTime()),
        sa.Column("answered_by", sa.String(254), nullable=False, server_default=""),
        sa.Column("token_hash", sa.String(64)),
        sa.PrimaryKeyConstraint("id", name="pk_payer_claims"),
        sa.ForeignKeyConstraint(
            ["payer_id"], ["payers.id"], name="fk_payer_claims_payer_id_payers"
        ),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_payer_claims_job_id_jobs"),
        sa.UniqueConstraint("token_hash", name="uq_payer_claims_token_hash"),
        sa.UniqueConstraint("payer_id", "job_id", name="uq_payer_claims_payer_id_job_id"),
        comment="What a payer pays of a job's price: reserved, used, released or refused.",
    )
    op.create_index("ix_payer_claims_job_id", "payer_claims", ["job_id"])
    op.create_index(
        "ix_payer_claims_payer_id_term_state", "payer_claims", ["payer_id", "term", "state"]
    )


def downgrade() -> None:
    """What a payer has paid is in the ledger; codes and reservations are forgotten."""
    op.drop_table("payer_claims")
    op.drop_table("payers")
