"""The language of a request's emails and pages, and that of who acts.

Revision ID: 0053
Revises: 0052
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # "" is the lab's own language, whichever that is: nobody has chosen one.
    for table in ("requests", "staff"):
        column = sa.Column("language", sa.String(length=20), nullable=False, server_default="")
        op.add_column(table, column)


def downgrade() -> None:
    for table in ("staff", "requests"):
        op.drop_column(table, "language")
