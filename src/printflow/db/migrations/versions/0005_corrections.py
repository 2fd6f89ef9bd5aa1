"""Void payments, reviewed jobs, places in a printer's queue, indexes for the dashboard.

Revision ID: 0005
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0001"
branch_labels = None
depends_on = None

_INDEXES = (
    ("ix_jobs_status_status_since_id", "jobs", ["status", "status_since", "id"]),
    ("ix_jobs_student_name_id", "jobs", ["student_name", "id"]),
    ("ix_job_files_state", "job_files", ["state"]),
    ("ix_confirmations_expires_at", "confirmations", ["expires_at"]),
)
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("payments") as table:
        table.add_column(sa.Column("voided_at", _TIME))
        table.add_column(sa.Column("voided_by", sa.String(100), nullable=False, server_default=""))
    with op.batch_alter_table("jobs") as table:
        table.add_column(sa.Column("reviewed_at", _TIME))
        table.add_column(
            sa.Column("reviewed_by", sa.String(100), nullable=False, server_default="")
        )
        table.add_column(sa.Column("queue_place", sa.Integer()))
    for name, table_name, columns in _INDEXES:
        op.create_index(name, table_name, columns)


def downgrade() -> None:
    for name, table_name, _ in _INDEXES:
        op.drop_index(name, table_name)
    with op.batch_alter_table("jobs") as table:
        for name in ("queue_place", "reviewed_by", "reviewed_at"):
            table.drop_column(name)
    with op.batch_alter_table("payments") as table:
        for name in ("voided_by", "voided_at"):
            table.drop_column(name)
