"""A quote keeps how its price comes about, line by line.

Revision ID: 0031
Revises: 0030
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    column = sa.Column("price_lines", sa.JSON(), nullable=False, server_default="[]")
    op.add_column("confirmations", column)


def downgrade() -> None:
    op.drop_column("confirmations", "price_lines")
