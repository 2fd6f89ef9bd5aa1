"""Files of jobs that were imported without one are absent, not missing.

Revision ID: 0029
Revises: 0026
"""

from __future__ import annotations

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0026"
branch_labels = None
depends_on = None

_NOTHING = hashlib.sha256(b"").hexdigest()


def upgrade() -> None:
    files = _files()
    op.execute(
        files.update()
        .where(
            files.c.size == 0,  # an empty file was never taken in
            files.c.sha256 == _NOTHING,
            files.c.state.not_in(("removing", "removed")),
        )
        .values(state="absent", sha256="", next_try_at=None, lease_until=None, problem="")
    )


def downgrade() -> None:
    files = _files()
    op.execute(
        files.update()
        .where(files.c.state == "absent")
        .values(state="missing", sha256=_NOTHING, next_try_at=sa.func.current_timestamp())
    )


def _files() -> sa.TableClause:
    names = ("size", "sha256", "state", "next_try_at", "lease_until", "problem")
    return sa.table("job_files", *(sa.column(name) for name in names))
