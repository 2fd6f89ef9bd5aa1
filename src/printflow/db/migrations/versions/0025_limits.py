"""Limits count in one row for each key, so that counting is one statement.

What counted until now is forgotten: no limit's window is longer than an hour.

Revision ID: 0025
Revises: 0016
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table("throttles")
    op.create_table(
        "limits",
        sa.Column("key", sa.String(120), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_limits")),
        comment="What is counted against a limit; swept when it no longer counts.",
    )


def downgrade() -> None:
    op.drop_table("limits")
    op.create_table(
        "throttles",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_throttles")),
        comment="What is counted against a rate limit; swept when it no longer counts.",
    )
    op.create_index("ix_throttles_key_at", "throttles", ["key", "at"])
