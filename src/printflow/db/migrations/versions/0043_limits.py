"""Blocked people, exceptions from the lab's limits, and how often a limit was passed.

Revision ID: 0043
Revises: 0042
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from printflow.db.types import RowId, UTCDateTime

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "jobs", sa.Column("over_limit", sa.String(200), nullable=False, server_default="")
    )
    op.create_table(
        "person_rules",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("mailbox", sa.String(254), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("code", sa.String(20), nullable=False, server_default=""),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("until", sa.Date()),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("ended_at", UTCDateTime()),
        sa.Column("ended_by", sa.String(100), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("id", name="pk_person_rules"),
        comment="People whom staff blocked, and exceptions from the lab's limits.",
    )
    op.create_index("ix_person_rules_mailbox", "person_rules", ["mailbox"])
    op.create_table(
        "limit_counts",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("outcome", sa.String(10), nullable=False),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("rule", sa.String(80), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "outcome", "code", "rule", name="pk_limit_counts"),
        comment="How often a request was over which limit, and what came of it; nobody is named.",
    )


def downgrade() -> None:
    """Nobody is blocked or excepted any more, and the figures are forgotten."""
    op.drop_table("limit_counts")
    op.drop_table("person_rules")
    op.drop_column("jobs", "over_limit")
