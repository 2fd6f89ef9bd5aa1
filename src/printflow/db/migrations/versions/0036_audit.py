"""The lab's own record says from which address, by which right, and how often.

Revision ID: 0036
Revises: 0035
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_INDEXES = {
    "ix_changes_at": ["at"],
    "ix_changes_kind_id": ["kind", "id"],
    "ix_changes_by_id": ["by", "id"],
    "ix_changes_subject_id": ["subject", "id"],
}
_COMMENT = "Who changed the lab itself, signed in, was refused, or exported what; never changed."
_EARLIER = "Who changed the lab itself: people, stations, catalog; never changed."
_NEW_KINDS = (
    "signed_in",
    "sign_in_failed",
    "left",
    "refused",
    "person_exported",
    "person_erased",
    "list_exported",
    "settings",
)


def _say(comment: str, before: str) -> None:
    if op.get_bind().dialect.supports_comments:
        op.create_table_comment("changes", comment, existing_comment=before)


def upgrade() -> None:
    op.add_column("changes", sa.Column("address", sa.String(60), nullable=False, server_default=""))
    op.add_column("changes", sa.Column("right", sa.String(40), nullable=False, server_default=""))
    op.add_column("changes", sa.Column("times", sa.Integer(), nullable=False, server_default="1"))
    for name, columns in _INDEXES.items():
        op.create_index(name, "changes", columns)
    _say(_COMMENT, _EARLIER)


def downgrade() -> None:
    """What the earlier program has no words for is forgotten."""
    names = ", ".join(f"'{kind}'" for kind in _NEW_KINDS)
    op.execute(f"DELETE FROM changes WHERE kind IN ({names})")  # noqa: S608 - fixed names
    for name in _INDEXES:
        op.drop_index(name, "changes")
    for column in ("address", "right", "times"):
        op.drop_column("changes", column)
    _say(_EARLIER, _COMMENT)
