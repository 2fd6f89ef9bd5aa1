"""Addresses that are to be confirmed before staff see a job.

Revision ID: 0038
Revises: 0037
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

_NEW_BEFORE = "status = 'UPLOADED' AND reviewed_at IS NULL"
_NEW = f"{_NEW_BEFORE} AND unconfirmed_since IS NULL"
_COLUMNS = ("confirm_browser_hash", "confirm_hash", "confirmed_by", "confirmed_at", "confirm_until")


def _partial(name: str, columns: list[str], where: str) -> None:
    op.create_index(
        name, "jobs", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where)
    )


def upgrade() -> None:
    op.create_table(
        "known_browsers",
        sa.Column("browser_hash", sa.String(64), nullable=False),
        sa.Column("address_hash", sa.String(64), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("browser_hash", "address_hash", name="pk_known_browsers"),
        comment="Which browsers need not confirm an address again: one was confirmed that they sent.",
    )
    op.create_index("ix_known_browsers_address_hash", "known_browsers", ["address_hash"])
    op.create_index("ix_known_browsers_until", "known_browsers", ["until"])
    op.add_column("requests", sa.Column("confirm_until", sa.DateTime(timezone=True)))
    op.add_column("requests", sa.Column("confirmed_at", sa.DateTime(timezone=True)))
    op.add_column(
        "requests", sa.Column("confirmed_by", sa.String(100), nullable=False, server_default="")
    )
    op.add_column("requests", sa.Column("confirm_hash", sa.String(64)))
    op.add_column(
        "requests",
        sa.Column("confirm_browser_hash", sa.String(64), nullable=False, server_default=""),
    )
    op.create_index("ix_requests_confirm_hash", "requests", ["confirm_hash"], unique=True)
    op.add_column("jobs", sa.Column("unconfirmed_since", sa.DateTime(timezone=True)))
    _partial("ix_jobs_unconfirmed", ["unconfirmed_since"], "unconfirmed_since IS NOT NULL")
    op.drop_index("ix_jobs_new", "jobs")
    _partial("ix_jobs_new", ["status"], _NEW)


def downgrade() -> None:
    """What waits for its address is with staff from then on, as the earlier program has it."""
    op.drop_index("ix_jobs_new", "jobs")
    op.drop_index("ix_jobs_unconfirmed", "jobs")
    op.drop_column("jobs", "unconfirmed_since")
    _partial("ix_jobs_new", ["status"], _NEW_BEFORE)
    op.drop_index("ix_requests_confirm_hash", "requests")
    for column in _COLUMNS:
        op.drop_column("requests", column)
    op.drop_table("known_browsers")
