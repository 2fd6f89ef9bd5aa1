"""Emails that come in, leases of work, and when an email came back.

Revision ID: 0035
Revises: 0034
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_RowId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _text(name: str, length: int | None = None) -> sa.Column[str]:
    kind = sa.String(length) if length else sa.Text()
    return sa.Column(name, kind, nullable=False, server_default="")


def upgrade() -> None:
    op.create_table(
        "leases",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("holder", sa.String(120), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
        comment="Work that one process does at a time, which one, and until when.",
    )
    op.create_table(
        "incoming_mails",
        sa.Column("id", _RowId, autoincrement=True, nullable=False),
        sa.Column("identity", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.Column("fate", sa.String(12), nullable=False),
        sa.Column("why", sa.String(20), nullable=False),
        sa.Column("too_large", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("job_id", sa.String(8)),
        sa.Column("note_id", _RowId),
        sa.Column("outbox_id", _RowId),
        _text("sender", 254),
        _text("sender_name", 100),
        _text("subject", 200),
        _text("text"),
        _text("whole"),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("attachments", sa.JSON(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        _text("settled_by", 100),
        sa.PrimaryKeyConstraint("id", name="pk_incoming_mails"),
        sa.UniqueConstraint("identity", name="uq_incoming_mails_identity"),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_incoming_mails_job_id"),
        sa.ForeignKeyConstraint(
            ["note_id"], ["notes.id"], name="fk_incoming_mails_note_id", ondelete="SET NULL"
        ),
        comment="Emails that came in, and what became of each; identity keeps one from coming twice.",
    )
    op.create_index("ix_incoming_mails_job_id", "incoming_mails", ["job_id"])
    op.create_index("ix_incoming_mails_fate_id", "incoming_mails", ["fate", "id"])
    op.create_index("ix_incoming_mails_note_id", "incoming_mails", ["note_id"])
    op.create_table(
        "incoming_originals",
        sa.Column("mail_id", _RowId, autoincrement=False, nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("mail_id", name="pk_incoming_originals"),
        sa.ForeignKeyConstraint(
            ["mail_id"],
            ["incoming_mails.id"],
            name="fk_incoming_originals_mail_id",
            ondelete="CASCADE",
        ),
        comment="Emails as they came; large ones without their attachments.",
    )
    op.create_table(
        "incoming_pictures",
        sa.Column("id", _RowId, autoincrement=True, nullable=False),
        sa.Column("mail_id", _RowId, nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_incoming_pictures"),
        sa.ForeignKeyConstraint(
            ["mail_id"],
            ["incoming_mails.id"],
            name="fk_incoming_pictures_mail_id",
            ondelete="CASCADE",
        ),
        comment="Pictures of incoming emails, drawn again; staff see them.",
    )
    op.create_index("ix_incoming_pictures_mail_id", "incoming_pictures", ["mail_id"])
    op.add_column("outbox", sa.Column("bounced_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("outbox", "bounced_at")
    for table in ("incoming_pictures", "incoming_originals", "incoming_mails", "leases"):
        op.drop_table(table)
