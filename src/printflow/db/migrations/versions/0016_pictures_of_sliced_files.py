"""Which way is up in a model, and pictures of what slicers saved.

Revision ID: 0016
Revises: 0017
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0017"
branch_labels = None
depends_on = None

_SLICED = (".gcode", ".bgcode", ".gcode.3mf")


def upgrade() -> None:
    with op.batch_alter_table("job_files") as table:
        table.add_column(sa.Column("up", sa.String(1), nullable=False, server_default="z"))
    # Slicers' files that are there already are looked into, too.
    files = _files()
    op.execute(
        files.update()
        .where(_sliced(files), files.c.inspection == "none", files.c.folder != "Archived")
        .values(inspection="queued")
    )


def downgrade() -> None:
    files = _files()
    unread = files.c.name.like("%.gcode") | files.c.name.like("%.bgcode")
    op.execute(files.update().where(unread).values(inspection="none"))
    with op.batch_alter_table("job_files") as table:
        table.drop_column("up")


def _files() -> sa.TableClause:
    return sa.table("job_files", *(sa.column(name) for name in ("inspection", "name", "folder")))


def _sliced(files: sa.TableClause) -> sa.ColumnElement[bool]:
    return sa.or_(*(files.c.name.like(f"%{ending}") for ending in _SLICED))
