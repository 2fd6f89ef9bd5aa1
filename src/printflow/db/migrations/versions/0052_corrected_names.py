"""What files were called before their jobs were corrected.

Revision ID: 0052
Revises: 0051
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "job_files", sa.Column("last_named", sa.String(160), nullable=False, server_default="")
    )
    op.add_column(
        "job_files", sa.Column("was_named", sa.JSON(), nullable=False, server_default="[]")
    )


def downgrade() -> None:
    # Earlier programs look for a file under its one name, which is still the one before.
    op.execute("UPDATE job_files SET name = last_named WHERE last_named != ''")
    op.drop_column("job_files", "was_named")
    op.drop_column("job_files", "last_named")
