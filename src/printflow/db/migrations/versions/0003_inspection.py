"""What a look into a model found: facts, picture, or why there are none.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_COLUMNS: tuple[tuple[str, Any, Any], ...] = (
    ("inspection", sa.String(10), "none"),
    ("inspection_tries", sa.Integer(), "0"),
    ("picture", sa.Boolean(), sa.false()),
    ("inspection_note", sa.String(300), ""),
)
_OPTIONAL: tuple[tuple[str, Any], ...] = (
    ("inspection_lease", sa.DateTime(timezone=True)),
    ("inspected_at", sa.DateTime(timezone=True)),
    ("facts", sa.JSON()),
)


def upgrade() -> None:
    with op.batch_alter_table("job_files") as table:
        for name, kind, default in _COLUMNS:
            table.add_column(sa.Column(name, kind, nullable=False, server_default=default))
        for name, kind in _OPTIONAL:
            table.add_column(sa.Column(name, kind))
    op.create_index("ix_job_files_inspection", "job_files", ["inspection", "id"])
    op.create_index("ix_job_files_inspected_at", "job_files", ["inspected_at"])
    # Models that are there already are looked into, too, after newer ones.
    files = sa.table("job_files", *(sa.column(name) for name in ("inspection", "name", "folder")))
    model = sa.or_(*(files.c.name.like(f"%{ending}") for ending in (".stl", ".obj", ".3mf")))
    op.execute(
        files.update().where(model, files.c.folder != "Archived").values(inspection="queued")
    )


def downgrade() -> None:
    op.drop_index("ix_job_files_inspected_at", "job_files")
    op.drop_index("ix_job_files_inspection", "job_files")
    with op.batch_alter_table("job_files") as table:
        for name, _ in (*_OPTIONAL, *((name, kind) for name, kind, _ in _COLUMNS)):
            table.drop_column(name)
