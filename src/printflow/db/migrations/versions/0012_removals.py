"""What retention has taken out of which job.

Revision ID: 0012
Revises: 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "removals",
        sa.Column("job_id", sa.String(8), nullable=False),
        sa.Column("part", sa.String(16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_removals_job_id"),
        sa.PrimaryKeyConstraint("job_id", "part", name="pk_removals"),
        comment="Which parts of a job's data retention has taken out.",
    )


def downgrade() -> None:
    op.drop_table("removals")
