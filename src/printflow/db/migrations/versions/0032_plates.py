"""Machines, plates and copies take the place of attempts.

Each model that was printed on becomes a machine of its own name, each attempt a plate with all
copies of its job.

Revision ID: 0032
Revises: 0031
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_COUNTS = ("copies_good", "copies_failed", "copies_printing", "copies_out")


def _text(name: str, length: int | None = None) -> sa.Column[str]:
    kind = sa.String(length) if length else sa.Text()
    return sa.Column(name, kind, nullable=False, server_default="")


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False, server_default="0")


_RowId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _id() -> sa.Column[int]:
    return sa.Column("id", _RowId, autoincrement=True, nullable=False)


def upgrade() -> None:
    op.create_table(
        "machines",
        _id(),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("model", sa.String(60), nullable=False),
        sa.Column("implied", sa.Boolean(), nullable=False, server_default=sa.false()),
        _text("place", 60),
        _text("nozzle", 40),
        _text("material", 60),
        _text("color", 60),
        _text("notes"),
        sa.Column("out_since", sa.DateTime(timezone=True)),
        _text("out_reason"),
        _text("out_by", 100),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_machines"),
        sa.UniqueConstraint("name", name="uq_machines_name"),
        comment="Units of the catalog's printers; an implied one has the name of its model.",
    )
    op.create_table(
        "plates",
        _id(),
        sa.Column("machine_id", _RowId, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        _text("file_name", 200),
        sa.Column("file_plate", sa.Integer()),
        sa.Column("grams", sa.BigInteger()),
        sa.Column("hours", sa.BigInteger()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(100), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True)),
        _text("started_by", 100),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        _text("ended_by", 100),
        sa.PrimaryKeyConstraint("id", name="pk_plates"),
        sa.ForeignKeyConstraint(["machine_id"], ["machines.id"], name="fk_plates_machine_id"),
        comment="Starts of a machine: planned, running, or ended.",
    )
    op.create_index("ix_plates_machine_id", "plates", ["machine_id"])
    op.create_index("ix_plates_state", "plates", ["state"])
    op.create_table(
        "plate_runs",
        _id(),
        sa.Column("plate_id", _RowId, nullable=False),
        sa.Column("machine_id", _RowId, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_plate_runs"),
        sa.ForeignKeyConstraint(["plate_id"], ["plates.id"], name="fk_plate_runs_plate_id"),
        sa.ForeignKeyConstraint(["machine_id"], ["machines.id"], name="fk_plate_runs_machine_id"),
        comment="When a plate ran on which machine; a plate that is moved has several.",
    )
    for column in ("plate_id", "machine_id", "ended_at"):
        op.create_index(f"ix_plate_runs_{column}", "plate_runs", [column])
    op.create_table(
        "plate_parts",
        _id(),
        sa.Column("plate_id", _RowId, nullable=False),
        sa.Column("job_id", sa.String(8), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_plate_parts"),
        sa.UniqueConstraint("plate_id", "job_id", name="uq_plate_parts_plate_id_job_id"),
        sa.ForeignKeyConstraint(["plate_id"], ["plates.id"], name="fk_plate_parts_plate_id"),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_plate_parts_job_id"),
        comment="Which jobs are on a plate, and how many copies of each.",
    )
    op.create_index("ix_plate_parts_job_id", "plate_parts", ["job_id"])
    op.create_table(
        "part_outcomes",
        _id(),
        sa.Column("part_id", _RowId, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(100), nullable=False),
        _number("good"),
        _number("failed"),
        _number("not_printed"),
        _text("category", 20),
        _text("reason"),
        sa.Column("grams_wasted", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_part_outcomes"),
        sa.ForeignKeyConstraint(["part_id"], ["plate_parts.id"], name="fk_part_outcomes_part_id"),
        comment="What became of copies on a plate.",
    )
    op.create_index("ix_part_outcomes_part_id", "part_outcomes", ["part_id"])
    for name in _COUNTS:
        op.add_column("jobs", _number(name))
    _attempts_to_plates()
    op.drop_table("attempts")


def _attempts_to_plates() -> None:
    for statement in (
        # An attempt keeps its number as the plate's, the run's and the part's.
        """INSERT INTO machines (name, model, implied, added_at)
           SELECT printer, printer, true, MIN(started_at) FROM attempts GROUP BY printer""",
        """INSERT INTO plates (id, machine_id, state, created_at, created_by, started_at,
                               started_by, ended_at)
           SELECT a.id, m.id, CASE WHEN a.ended_at IS NULL THEN 'running' ELSE 'ended' END,
                  a.started_at, a.started_by, a.started_at, a.started_by, a.ended_at
           FROM attempts a JOIN machines m ON m.name = a.printer""",
        """INSERT INTO plate_runs (id, plate_id, machine_id, started_at, ended_at)
           SELECT a.id, a.id, m.id, a.started_at, a.ended_at
           FROM attempts a JOIN machines m ON m.name = a.printer""",
        """INSERT INTO plate_parts (id, plate_id, job_id, copies, added_at)
           SELECT a.id, a.id, a.job_id, j.quantity, a.started_at
           FROM attempts a JOIN jobs j ON j.id = a.job_id""",
        """INSERT INTO part_outcomes (part_id, at, "by", good, failed, not_printed, reason)
           SELECT a.id, a.ended_at, '',
                  CASE WHEN a.result = 'completed' THEN j.quantity ELSE 0 END,
                  CASE WHEN a.result = 'failed' THEN j.quantity ELSE 0 END,
                  CASE WHEN a.result NOT IN ('completed', 'failed') THEN j.quantity ELSE 0 END,
                  a.reason
           FROM attempts a JOIN jobs j ON j.id = a.job_id WHERE a.ended_at IS NOT NULL""",
        """UPDATE jobs SET copies_failed = quantity * (SELECT COUNT(*) FROM attempts a
           WHERE a.job_id = jobs.id AND a.result = 'failed')""",
        "UPDATE jobs SET copies_printing = quantity WHERE status = 'PRINTING'",
        """UPDATE jobs SET copies_good = quantity
           WHERE status IN ('COMPLETED', 'PAIDPICKEDUP') OR (status = 'ARCHIVED' AND EXISTS (
               SELECT 1 FROM events e WHERE e.job_id = jobs.id AND e.dest = 'ARCHIVED'
               AND e.source IN ('COMPLETED', 'PAIDPICKEDUP')))""",
        """UPDATE jobs SET copies_out = quantity
           WHERE status = 'PAIDPICKEDUP' OR (status = 'ARCHIVED' AND EXISTS (
               SELECT 1 FROM events e WHERE e.job_id = jobs.id AND e.dest = 'ARCHIVED'
               AND e.source = 'PAIDPICKEDUP'))""",
    ):
        op.execute(statement)
    if op.get_bind().dialect.name == "postgresql":
        for table in ("plates", "plate_runs", "plate_parts"):
            op.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), "  # noqa: S608 - fixed names
                f"(SELECT COALESCE(MAX(id), 0) + 1 FROM {table}), false)"
            )


def downgrade() -> None:
    """One attempt for each part and run; what is only planned is forgotten."""
    op.create_table(
        "attempts",
        _id(),
        sa.Column("job_id", sa.String(8), nullable=False),
        sa.Column("printer", sa.String(60), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_by", sa.String(100), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("result", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_attempts"),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_attempts_job_id"),
        comment="Prints that were begun, and how they ended.",
    )
    op.create_index("ix_attempts_job_id", "attempts", ["job_id"])
    op.create_index("ix_attempts_ended_at", "attempts", ["ended_at"])
    op.execute(
        """INSERT INTO attempts (job_id, printer, started_at, started_by, ended_at, result, reason)
           SELECT p.job_id, m.model, a.started_at, a.started_by, a.ended_at,
                  CASE WHEN a.ended_at IS NULL THEN ''
                       WHEN EXISTS (SELECT 1 FROM part_outcomes o
                                    WHERE o.part_id = p.id AND o.failed > 0) THEN 'failed'
                       WHEN EXISTS (SELECT 1 FROM part_outcomes o
                                    WHERE o.part_id = p.id AND o.good > 0) THEN 'completed'
                       ELSE 'abandoned' END,
                  COALESCE((SELECT MAX(o.reason) FROM part_outcomes o WHERE o.part_id = p.id), '')
           FROM plate_parts p JOIN plates a ON a.id = p.plate_id
           JOIN machines m ON m.id = a.machine_id
           WHERE a.started_at IS NOT NULL ORDER BY p.id"""
    )
    for name in _COUNTS:
        op.drop_column("jobs", name)
    for table in ("part_outcomes", "plate_parts", "plate_runs", "plates", "machines"):
        op.drop_table(table)
