"""Indexes of who owes: the jobs whose money may be due, and what was paid of each.

Revision ID: 0056
Revises: 0055
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

_OWING = "status NOT IN ('UPLOADED', 'PENDING', 'READYTOPRINT', 'PRINTING', 'REJECTED', 'ARCHIVED')"
_SHARES = ["job_id", "payment_id", "amount_cents", "waived_cents"]


def upgrade() -> None:
    condition = sa.text(_OWING)
    op.create_index(
        "ix_jobs_owing",
        "jobs",
        ["status_since", "id", "status", "cost_cents"],
        sqlite_where=condition,
        postgresql_where=condition,
    )
    op.drop_index("ix_payment_shares_job_id", "payment_shares")
    op.create_index("ix_payment_shares_job_id", "payment_shares", _SHARES)


def downgrade() -> None:
    op.drop_index("ix_payment_shares_job_id", "payment_shares")
    op.create_index("ix_payment_shares_job_id", "payment_shares", ["job_id"])
    op.drop_index("ix_jobs_owing", "jobs")
