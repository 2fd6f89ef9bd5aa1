"""The text that a request's student agreed to, and its language.

Revision ID: 0054
Revises: 0053
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Of older requests only the version is known: it stands in the catalog's history.
    language = sa.Column(
        "consent_language", sa.String(length=20), nullable=False, server_default=""
    )
    op.add_column("requests", language)
    text = sa.Column("consent_text", sa.Text(), nullable=False, server_default="")
    op.add_column("requests", text)


def downgrade() -> None:
    op.drop_column("requests", "consent_text")
    op.drop_column("requests", "consent_language")
