"""Stations and sessions have roles; a session can come from a provider instead of a station.

Who could administer the lab still can; everyone else is a manager, which is what they could do.

Revision ID: 0033
Revises: 0032
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    role = sa.Column("role", sa.String(60), nullable=False, server_default="manager")
    op.add_column("stations", role)
    op.execute("UPDATE stations SET role = 'administrator' WHERE admin")
    with op.batch_alter_table("stations") as stations:
        stations.drop_column("admin")
        stations.alter_column("role", existing_type=sa.String(60), server_default=None)
    source = sa.Column("source", sa.String(60), nullable=False, server_default="")
    op.add_column("sessions", source)
    op.add_column("sessions", sa.Column("role", sa.String(60)))
    op.add_column("sessions", sa.Column("confirmed_at", sa.DateTime(timezone=True)))
    op.execute("UPDATE sessions SET confirmed_at = started_at")
    with op.batch_alter_table("sessions") as sessions:
        sessions.alter_column("station_id", existing_type=sa.BigInteger(), nullable=True)
        sessions.alter_column(
            "confirmed_at", existing_type=sa.DateTime(timezone=True), nullable=False
        )


def downgrade() -> None:
    """A provider's sessions end; roles other than the administrator's are forgotten."""
    op.execute("DELETE FROM sessions WHERE station_id IS NULL")
    with op.batch_alter_table("sessions") as sessions:
        sessions.alter_column("station_id", existing_type=sa.BigInteger(), nullable=False)
        for name in ("confirmed_at", "role", "source"):
            sessions.drop_column(name)
    op.add_column(
        "stations",
        sa.Column("admin", sa.Boolean(), nullable=False, server_default=sa.true()),
    )
    op.execute("UPDATE stations SET admin = (role = 'administrator')")
    with op.batch_alter_table("stations") as stations:
        stations.drop_column("role")
