"""Jobs know when they're needed, the person's group, and whether the person brings the material.

Revision ID: 0040
Revises: 0039
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

_FACETS = ("printer", "method", "color", "material", "discipline")
_LISTED_BY = (*_FACETS, "created_at", "status_since")
_ORDERS = {
    "ix_jobs_list_needed": ("needed_by", "id"),
    "ix_jobs_list_status_needed": ("status", "needed_by", "id"),
}


def upgrade() -> None:
    op.add_column(
        "jobs", sa.Column("needed_by", sa.Date(), nullable=False, server_default="9999-12-31")
    )
    op.add_column(
        "jobs", sa.Column("own_material", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("jobs", sa.Column("group", sa.String(60), nullable=False, server_default=""))
    op.add_column(
        "jobs", sa.Column("group_claimed", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("student_sessions", sa.Column("roles", sa.JSON(), nullable=True))
    for name, order in _ORDERS.items():
        op.create_index(name, "jobs", [*order, *_LISTED_BY])


def downgrade() -> None:
    for name in _ORDERS:
        op.drop_index(name, "jobs")
    op.drop_column("student_sessions", "roles")
    for column in ("group_claimed", "group", "own_material", "needed_by"):
        op.drop_column("jobs", column)
