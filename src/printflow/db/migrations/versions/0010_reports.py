"""Indexes for figures by the moment something happened.

Revision ID: 0010
Revises: 0008
"""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0008"
branch_labels = None
depends_on = None

_INDEXES = (
    ("ix_events_at", "events", ["at"]),
    ("ix_attempts_ended_at", "attempts", ["ended_at"]),
    ("ix_payments_at", "payments", ["at"]),
)


def upgrade() -> None:
    for name, table_name, columns in _INDEXES:
        op.create_index(name, table_name, columns)


def downgrade() -> None:
    for name, table_name, _ in _INDEXES:
        op.drop_index(name, table_name)
