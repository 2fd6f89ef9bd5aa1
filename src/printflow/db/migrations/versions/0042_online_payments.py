"""What the lab's payment service says was paid.

Revision ID: 0042
Revises: 0041
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from printflow.db.types import RowId, UTCDateTime

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "online_payments",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        sa.Column("identity", sa.String(64), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("source", sa.String(10), nullable=False),
        sa.Column("reference", sa.String(100), nullable=False, server_default=""),
        sa.Column("transaction_id", sa.String(100), nullable=False),
        sa.Column("job_id", sa.String(8)),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("finding", sa.String(12), nullable=False, server_default=""),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("payment_id", RowId),
        sa.Column("settled_at", UTCDateTime()),
        sa.Column("settled_by", sa.String(100), nullable=False, server_default=""),
        sa.Column("note", sa.String(200), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("id", name="pk_online_payments"),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_online_payments_job_id_jobs"),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments.id"], name="fk_online_payments_payment_id_payments"
        ),
        sa.UniqueConstraint("identity", name="uq_online_payments_identity"),
        comment="What the payment service said was paid, in the ledger or not; each once.",
    )
    op.create_index("ix_online_payments_job_id", "online_payments", ["job_id"])
    op.create_index("ix_online_payments_state", "online_payments", ["state"])


def downgrade() -> None:
    """What was paid is in the ledger; what was not booked is forgotten."""
    op.drop_table("online_payments")
