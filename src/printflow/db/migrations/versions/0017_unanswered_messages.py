"""Which students have written and wait for an answer.

Revision ID: 0017
Revises: 0015
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0015"
branch_labels = None
depends_on = None

_FILL = """
UPDATE jobs SET asked_at = (
    SELECT notes.at FROM notes WHERE notes.job_id = jobs.id AND notes.for_student
    ORDER BY notes.id DESC LIMIT 1
) WHERE status IN ('UPLOADED', 'PENDING', 'READYTOPRINT', 'PRINTING', 'COMPLETED') AND (
    SELECT notes.from_student FROM notes WHERE notes.job_id = jobs.id AND notes.for_student
    ORDER BY notes.id DESC LIMIT 1
)
"""


def upgrade() -> None:
    op.add_column("jobs", sa.Column("asked_at", sa.DateTime(timezone=True)))
    op.execute(_FILL)
    where = sa.text("asked_at IS NOT NULL")
    op.create_index(
        "ix_jobs_asked", "jobs", ["asked_at"], sqlite_where=where, postgresql_where=where
    )


def downgrade() -> None:
    op.drop_index("ix_jobs_asked", "jobs")
    op.drop_column("jobs", "asked_at")
