"""When a student last changed what was sent.

Revision ID: 0048
Revises: 0047
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "jobs", sa.Column("student_changed_at", sa.DateTime(timezone=True), nullable=True)
    )


def downgrade() -> None:
    # Earlier programs know one original for each job, and what was sliced.
    op.execute("UPDATE job_files SET role = 'sliced' WHERE role = 'replaced'")
    op.drop_column("jobs", "student_changed_at")
