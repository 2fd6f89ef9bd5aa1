"""Jobs on hold, and students who ask to cancel.

Revision ID: 0037
Revises: 0036
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def _columns() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("held_at", sa.DateTime(timezone=True)),
        sa.Column("held_by", sa.String(100), nullable=False, server_default=""),
        sa.Column("hold_reason", sa.Text(), nullable=False, server_default=""),
        sa.Column("hold_shown", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("released_at", sa.DateTime(timezone=True)),
        sa.Column("cancel_asked_at", sa.DateTime(timezone=True)),
        sa.Column("cancel_reason", sa.Text(), nullable=False, server_default=""),
    )


def _partial(name: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, "jobs", columns, sqlite_where=condition, postgresql_where=condition)


def upgrade() -> None:
    for column in _columns():
        op.add_column("jobs", column)
    _partial("ix_jobs_held", ["held_at", "id"], "held_at IS NOT NULL")
    _partial("ix_jobs_cancel_asked", ["cancel_asked_at"], "cancel_asked_at IS NOT NULL")


def downgrade() -> None:
    """Jobs go on where they were. History keeps the steps under names that the earlier program knows."""
    op.execute(
        "UPDATE events SET trigger = 'edit' "
        "WHERE trigger IN ('hold', 'release', 'ask_to_cancel', 'keep')"
    )
    op.execute("UPDATE events SET trigger = 'override' WHERE trigger = 'cancel'")
    op.execute(
        "DELETE FROM outbox WHERE template IN ('on_hold', 'released', 'canceled', 'not_canceled')"
    )
    op.drop_index("ix_jobs_cancel_asked", "jobs")
    op.drop_index("ix_jobs_held", "jobs")
    for column in reversed(_columns()):
        op.drop_column("jobs", column.name)
