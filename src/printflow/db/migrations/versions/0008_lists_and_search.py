"""Indexes for lists of many jobs, and an index of what jobs are searched by.

Revision ID: 0008
Revises: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0003"
branch_labels = None
depends_on = None

_FACETS = ("printer", "method", "color", "material", "discipline")
_LISTS = {
    "ix_jobs_list_created": ("created_at", "id", *_FACETS, "status_since"),
    "ix_jobs_list_since": ("status_since", "id", *_FACETS, "created_at"),
    "ix_jobs_list_name": ("student_name", "id", *_FACETS, "created_at", "status_since"),
    "ix_jobs_list_status_created": ("status", "created_at", "id", *_FACETS, "status_since"),
    "ix_jobs_list_status_since": ("status", "status_since", "id", *_FACETS, "created_at"),
    "ix_jobs_list_status_name": (
        *("status", "student_name", "id", *_FACETS),
        *("created_at", "status_since"),
    ),
    "ix_jobs_status": ("status",),
    **{f"ix_jobs_{facet}_id": (facet, "id") for facet in _FACETS},
}
_FORMER = {
    "ix_jobs_status_created_at_id": ("jobs", ("status", "created_at", "id")),
    "ix_jobs_created_at_id": ("jobs", ("created_at", "id")),
    "ix_jobs_status_status_since_id": ("jobs", ("status", "status_since", "id")),
    "ix_jobs_student_name_id": ("jobs", ("student_name", "id")),
    "ix_confirmations_expires_at": ("confirmations", ("expires_at",)),
}
_PARTIAL = {
    "ix_jobs_new": ("jobs", ("status",), "status = 'UPLOADED' AND reviewed_at IS NULL"),
    "ix_confirmations_open": (
        "confirmations",
        ("expires_at", "job_id"),
        "used_at IS NULL AND voided_at IS NULL",
    ),
}
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def upgrade() -> None:
    for name, (table, _) in _FORMER.items():
        op.drop_index(name, table)
    for name, columns in _LISTS.items():
        op.create_index(name, "jobs", list(columns))
    for name, (table, columns, condition) in _PARTIAL.items():
        where = sa.text(condition)
        op.create_index(name, table, list(columns), sqlite_where=where, postgresql_where=where)
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE job_search USING fts5("
            "grams, content='', detail=none, tokenize='unicode61')"
        )
        filling = sa.text("INSERT INTO job_search (rowid, grams) VALUES (:job, :grams)")
    else:
        op.execute(
            "CREATE TABLE job_search (job_id varchar(8) PRIMARY KEY "
            "REFERENCES jobs (id) ON DELETE CASCADE, grams text[] NOT NULL)"
        )
        op.execute("CREATE INDEX ix_job_search_grams ON job_search USING gin (grams)")
        filling = sa.text("INSERT INTO job_search (job_id, grams) VALUES (:job, :grams)")
    last = ""
    while True:
        rows = connection.execute(
            sa.text("SELECT id, search_text FROM jobs WHERE id > :last ORDER BY id LIMIT 1000"),
            {"last": last},
        ).all()
        if not rows:
            break
        last = rows[-1][0]
        connection.execute(
            filling, [_entry(connection.dialect.name, job, text) for job, text in rows]
        )


def _entry(dialect: str, job: str, text: str) -> dict[str, object]:
    """The search's row of a job, as the program of this revision writes it."""
    found = sorted(
        {
            line[start : start + size]
            for line in text.split("\n")
            for size in (2, 3)
            for start in range(len(line) - size + 1)
        }
    )
    if dialect != "sqlite":
        return {"job": job, "grams": found}
    number = 0
    for sign in job:
        number = number * 32 + _ALPHABET.index(sign)
    return {"job": number, "grams": " ".join(gram.encode().hex() for gram in found)}


def downgrade() -> None:
    op.execute("DROP TABLE job_search")
    for name, (table, _, _) in _PARTIAL.items():
        op.drop_index(name, table)
    for name in _LISTS:
        op.drop_index(name, "jobs")
    for name, (table, columns) in _FORMER.items():
        op.create_index(name, table, list(columns))
