"""Payments of jobs that were handed over together say so.

Revision ID: 0046
Revises: 0045
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "payments", sa.Column("hand_over", sa.String(16), nullable=False, server_default="")
    )
    op.create_index("ix_payments_hand_over", "payments", ["hand_over"])


def downgrade() -> None:
    op.drop_index("ix_payments_hand_over", "payments")
    op.drop_column("payments", "hand_over")
