"""Several models in one request, messages of students, reminders of a quote.

Revision ID: 0002
Revises: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("jobs") as table:
        table.add_column(sa.Column("quantity", sa.Integer(), nullable=False, server_default="1"))
        table.add_column(sa.Column("student_note", sa.Text(), nullable=False, server_default=""))
        table.add_column(
            sa.Column("request_place", sa.Integer(), nullable=False, server_default="1")
        )
    with op.batch_alter_table("notes") as table:
        table.add_column(
            sa.Column("from_student", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    with op.batch_alter_table("confirmations") as table:
        table.add_column(sa.Column("reminded_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    with op.batch_alter_table("confirmations") as table:
        table.drop_column("reminded_at")
    with op.batch_alter_table("notes") as table:
        table.drop_column("from_student")
    with op.batch_alter_table("jobs") as table:
        for name in ("request_place", "student_note", "quantity"):
            table.drop_column(name)
