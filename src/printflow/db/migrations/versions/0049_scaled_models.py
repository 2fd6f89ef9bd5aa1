"""Models that were scaled are files of a kind of their own.

Revision ID: 0049
Revises: 0048
"""

from __future__ import annotations

from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Nothing changes in the tables: earlier programs only don't know the word.
    pass


def downgrade() -> None:
    op.execute("UPDATE job_files SET role = 'sliced' WHERE role = 'scaled'")
    op.execute("UPDATE events SET trigger = 'version' WHERE trigger = 'scale'")
