"""Indexes of what waits for a printer: its order, and its counts and sums.

Revision ID: 0055
Revises: 0054
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

_AHEAD = "status NOT IN ('COMPLETED', 'PAIDPICKEDUP', 'REJECTED', 'ARCHIVED')"
_WAITING = (
    "status NOT IN ('UPLOADED', 'PENDING', 'COMPLETED', 'PAIDPICKEDUP', 'REJECTED', 'ARCHIVED')"
    " AND quantity > copies_good + copies_printing"
)
_SUMMED = ["printer", "material", "color", "method", "held_at", "hours", "quantity"]
_SUMMED += ["copies_good", "copies_printing", "status", "id"]


def _partial(name: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, "jobs", columns, sqlite_where=condition, postgresql_where=condition)


def upgrade() -> None:
    _partial("ix_jobs_waiting", ["printer", "queue_place", "status_since", "id"], _WAITING)
    _partial("ix_jobs_ahead", _SUMMED, _AHEAD)


def downgrade() -> None:
    op.drop_index("ix_jobs_ahead", "jobs")
    op.drop_index("ix_jobs_waiting", "jobs")
