"""Where a finished print lies, and when its student was last reminded to fetch it.

Revision ID: 0015
Revises: 0014
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("jobs", sa.Column("shelf", sa.String(40), nullable=False, server_default=""))
    op.add_column("jobs", sa.Column("reminded_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    # One by one, not as a batch: that would write the whole table anew, and its partial index.
    op.drop_column("jobs", "reminded_at")
    op.drop_column("jobs", "shelf")
