"""Refunds and write-offs in the ledger.

Revision ID: 0039
Revises: 0038
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    kind = sa.Column("kind", sa.String(10), nullable=False, server_default="payment")
    op.add_column("payments", kind)


def downgrade() -> None:
    """The entries stay: a refund is one below 0 with what isn't due, a write-off a waiver."""
    op.execute("UPDATE events SET trigger = 'waiver' WHERE trigger IN ('refund', 'write_off')")
    op.drop_column("payments", "kind")
