"""Jobs know whether their student left the printer to the lab.

Revision ID: 0051
Revises: 0050
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "jobs", sa.Column("any_printer", sa.Boolean(), nullable=False, server_default=sa.false())
    )


def downgrade() -> None:
    """The jobs keep the printer that was planned."""
    op.drop_column("jobs", "any_printer")
