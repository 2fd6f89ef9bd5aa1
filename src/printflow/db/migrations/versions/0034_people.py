"""People who sign in at a provider, their sessions, and who sent a request.

Revision ID: 0034
Revises: 0033
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_RowId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False)


def _long(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _time(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "people",
        sa.Column("id", _RowId, autoincrement=True, nullable=False),
        _text("issuer", 300),
        _text("subject", 255),
        _text("name", 100),
        _text("email", 254),
        sa.Column("staff_name", sa.String(60)),
        _time("first_at"),
        _time("last_at"),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
        sa.UniqueConstraint("issuer", "subject", name="uq_people_issuer_subject"),
        sa.UniqueConstraint("staff_name", name="uq_people_staff_name"),
        comment="Who has signed in at the provider: staff and students, known by issuer and subject.",
    )
    op.create_index("ix_people_email", "people", ["email"])
    op.create_table(
        "sign_ins",
        sa.Column("id", _RowId, autoincrement=True, nullable=False),
        _time("at"),
        sa.Column("person_id", _RowId),
        _text("purpose", 10),
        _text("issuer", 300),
        _text("name", 100),
        _text("role", 60),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        _text("why", 500),
        sa.Column("claims", sa.JSON(), nullable=False),
        _text("address", 60),
        sa.PrimaryKeyConstraint("id", name="pk_sign_ins"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_sign_ins_person_id"),
        comment="Newest sign-ins at the provider, and why a role was given or not; swept.",
    )
    op.create_index("ix_sign_ins_at", "sign_ins", ["at"])
    op.create_index("ix_sign_ins_person_id", "sign_ins", ["person_id"])
    op.create_table(
        "sign_ins_begun",
        _text("state_hash", 64),
        _text("browser_hash", 64),
        _text("session_hash", 64),
        _text("purpose", 10),
        _text("back", 2000),
        _time("at"),
        sa.PrimaryKeyConstraint("state_hash", name="pk_sign_ins_begun"),
        comment="Sign-ins under way at the provider; deleted when the browser comes back.",
    )
    op.create_table(
        "provider_sessions",
        _text("key_hash", 64),
        sa.Column("person_id", _RowId, nullable=False),
        _text("role_place", 10),
        _time("believed_until"),
        _time("next_check_at", nullable=True),
        _time("lease_until", nullable=True),
        _long("id_token_sealed"),
        _long("access_token_sealed"),
        _long("refresh_token_sealed"),
        sa.PrimaryKeyConstraint("key_hash", name="pk_provider_sessions"),
        sa.ForeignKeyConstraint(
            ["key_hash"],
            ["sessions.key_hash"],
            name="fk_provider_sessions_key_hash",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_provider_sessions_person_id"
        ),
        comment="What a provider gave with a staff session, encrypted, and when to ask it again.",
    )
    op.create_index("ix_provider_sessions_person_id", "provider_sessions", ["person_id"])
    op.create_index("ix_provider_sessions_next_check_at", "provider_sessions", ["next_check_at"])
    op.create_table(
        "student_sessions",
        _text("key_hash", 64),
        sa.Column("person_id", _RowId, nullable=False),
        _long("id_token_sealed"),
        _text("address", 60),
        _time("started_at"),
        _time("expires_at"),
        sa.PrimaryKeyConstraint("key_hash", name="pk_student_sessions"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_student_sessions_person_id"),
        comment="Browsers in which a student is signed in. They have no staff right.",
    )
    op.create_index("ix_student_sessions_person_id", "student_sessions", ["person_id"])
    op.create_index("ix_student_sessions_expires_at", "student_sessions", ["expires_at"])
    with op.batch_alter_table("requests") as table:
        table.add_column(sa.Column("person_id", _RowId))
        table.create_foreign_key("fk_requests_person_id", "people", ["person_id"], ["id"])
    op.create_index("ix_requests_person_id", "requests", ["person_id"])


def downgrade() -> None:
    op.drop_index("ix_requests_person_id", "requests")
    with op.batch_alter_table("requests") as table:
        table.drop_constraint("fk_requests_person_id", type_="foreignkey")
        table.drop_column("person_id")
    for name in ("student_sessions", "provider_sessions", "sign_ins_begun", "sign_ins", "people"):
        op.drop_table(name)
