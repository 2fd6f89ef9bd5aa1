"""Charges to students' PaperCut accounts.

Revision ID: 0045
Revises: 0044
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from printflow.db.types import RowId, UTCDateTime

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "papercut_charges",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        sa.Column("reference", sa.String(30), nullable=False),
        sa.Column("job_id", sa.String(8), nullable=False),
        sa.Column("open_for", sa.String(8)),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("username", sa.String(100), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("asked_by", sa.String(100), nullable=False),
        sa.Column("station", sa.String(60), nullable=False, server_default=""),
        sa.Column("sent_at", UTCDateTime()),
        sa.Column("answered_at", UTCDateTime()),
        sa.Column("answer", sa.String(500), nullable=False, server_default=""),
        sa.Column("settled_by", sa.String(100), nullable=False, server_default=""),
        sa.Column("payment_id", RowId),
        sa.PrimaryKeyConstraint("id", name="pk_papercut_charges"),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_papercut_charges_job_id_jobs"),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments.id"], name="fk_papercut_charges_payment_id_payments"
        ),
        sa.UniqueConstraint("reference", name="uq_papercut_charges_reference"),
        sa.UniqueConstraint("open_for", name="uq_papercut_charges_open_for"),
        comment="Charges to PaperCut accounts. open_for is the job while one may still charge it.",
    )
    op.create_index("ix_papercut_charges_job_id", "papercut_charges", ["job_id"])
    op.create_index("ix_papercut_charges_state", "papercut_charges", ["state"])


def downgrade() -> None:
    """What was charged is in the ledger; charges under way are forgotten."""
    op.drop_table("papercut_charges")
