"""Keys of forms are bound to their browser and content; payments know what they were entered with.

Revision ID: 0026
Revises: 0025
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A form that was open during the upgrade is taken as new; rows of imports keep their keys.
    op.execute(
        "UPDATE requests SET idempotency_key = NULL WHERE idempotency_key NOT LIKE 'import:%'"
    )
    op.add_column(
        "payments", sa.Column("fingerprint", sa.String(64), nullable=False, server_default="")
    )


def downgrade() -> None:
    op.drop_column("payments", "fingerprint")
