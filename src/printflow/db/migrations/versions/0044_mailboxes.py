"""Jobs are found by their student's mailbox, in whichever spelling of the address.

Revision ID: 0044
Revises: 0043
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

_JOBS = sa.table("jobs", sa.column("student_email"), sa.column("mailbox"))


def _mailbox(address: str) -> str:
    local, at, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0].replace('.', '')}{at}{domain}"


def upgrade() -> None:
    op.add_column("jobs", sa.Column("mailbox", sa.String(254), nullable=False, server_default=""))
    db = op.get_bind()
    addresses = db.scalars(sa.select(_JOBS.c.student_email).distinct()).all()
    filled = [{"address": one, "found": _mailbox(one)} for one in addresses if one]
    if filled:
        db.execute(
            sa.update(_JOBS)
            .where(_JOBS.c.student_email == sa.bindparam("address"))
            .values(mailbox=sa.bindparam("found")),
            filled,
        )
    op.create_index("ix_jobs_mailbox", "jobs", ["mailbox"])


def downgrade() -> None:
    op.drop_index("ix_jobs_mailbox", "jobs")
    op.drop_column("jobs", "mailbox")
