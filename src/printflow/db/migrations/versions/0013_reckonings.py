"""What the lab's slicer reckoned for a model.

Revision ID: 0013
Revises: 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("job_files") as table:
        table.add_column(sa.Column("reckoned", sa.JSON()))


def downgrade() -> None:
    with op.batch_alter_table("job_files") as table:
        table.drop_column("reckoned")
