"""A ledger of payments: shares of jobs, and voids as entries of their own.

Revision ID: 0014
Revises: 0013

A row was one job's; it becomes a payment with one share, and what was marked as void gets an entry
that says so. Going back, a payment of several jobs becomes one row for each.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)
_MANY = 1000
_KEPT = ("id", "at", "by", "amount_cents", "currency", "method", "waived")
_NEW = (("station", 60), ("receipt", 40), ("payer", 100), ("account", 60), ("note", 200))
_VOID_WORDS = "Taken back"


def _table(name: str, *columns: str) -> sa.TableClause:
    """A table as this migration sees it; times go through untouched, as the database gives them."""
    return sa.table(name, *(sa.column(column) for column in columns))


_SHARES = _table(
    "payment_shares", "payment_id", "job_id", "event_id", "amount_cents", "waived_cents"
)
_VOIDS = _table("payment_voids", "payment_id", "at", "by", "station", "reason")
_NEW_ROWS = _table("payments", *_KEPT, *(name for name, _ in _NEW))
_OLD_ROWS = _table("payments", *_KEPT, "job_id", "voided_at", "voided_by")

_OLD = """
SELECT p.*, coalesce(j.cost_cents, 0) AS price,
  (SELECT sum(o.amount_cents) FROM payments o
   WHERE o.job_id = p.job_id AND o.voided_at IS NULL) AS paid,
  (SELECT max(e.id) FROM events e
   WHERE e.job_id = p.job_id AND e.at = p.at AND e.trigger IN ('pick_up', 'import')) AS event_id
FROM payments p JOIN jobs j ON j.id = p.job_id ORDER BY p.id
"""
_LEDGER = """
SELECT p.id, p.at, p.by, p.currency, p.method, p.waived, s.job_id, s.amount_cents,
  v.at AS voided_at, coalesce(v.by, '') AS voided_by
FROM payments p JOIN payment_shares s ON s.payment_id = p.id
LEFT JOIN payment_voids v ON v.payment_id = p.id ORDER BY p.id, s.id
"""


def upgrade() -> None:
    rows = _emptied(_OLD)
    with op.batch_alter_table("payments") as table:
        table.drop_index("ix_payments_job_id")
        table.drop_constraint("fk_payments_job_id", type_="foreignkey")
        for name in ("job_id", "voided_at", "voided_by"):
            table.drop_column(name)
        for name, length in _NEW:
            table.add_column(sa.Column(name, sa.String(length), nullable=False, server_default=""))
        table.add_column(sa.Column("idempotency_key", sa.String(64)))
        table.create_unique_constraint("uq_payments_idempotency_key", ["idempotency_key"])
        table.create_index("ix_payments_receipt", ["receipt"])
    _create_shares()
    _create_voids()
    _insert(_NEW_ROWS, [{key: row[key] for key in _KEPT} for row in rows])
    _insert(_SHARES, [_share(row) for row in rows])
    _insert(
        _VOIDS,
        [
            {
                "payment_id": row["id"],
                "at": row["voided_at"],
                "by": row["voided_by"],
                "station": "",
                "reason": _VOID_WORDS,
            }
            for row in rows
            if row["voided_at"] is not None
        ],
    )


def downgrade() -> None:
    rows = list(_apart(_emptied(_LEDGER, "payment_voids", "payment_shares")))
    op.drop_table("payment_voids")
    op.drop_table("payment_shares")
    with op.batch_alter_table("payments") as table:
        table.drop_index("ix_payments_receipt")
        table.drop_constraint("uq_payments_idempotency_key", type_="unique")
        for name in ("idempotency_key", *(name for name, _ in _NEW)):
            table.drop_column(name)
        table.add_column(sa.Column("job_id", sa.String(8), nullable=False))
        table.add_column(sa.Column("voided_at", _TIME))
        table.add_column(sa.Column("voided_by", sa.String(100), nullable=False, server_default=""))
        table.create_foreign_key("fk_payments_job_id", "jobs", ["job_id"], ["id"])
        table.create_index("ix_payments_job_id", ["job_id"])
    numbered = [row for row in rows if "id" in row]
    _insert(_OLD_ROWS, numbered)
    _insert(_OLD_ROWS, [row for row in rows if "id" not in row])


def _emptied(query: str, *others: str) -> list[dict[str, Any]]:
    """The rows, which are taken out: a table without any is altered as one pleases."""
    db = op.get_bind()
    rows = [dict(row) for row in db.execute(sa.text(query)).mappings()]
    for name in (*others, "payments"):
        db.execute(sa.delete(sa.table(name)))
    return rows


def _share(row: dict[str, Any]) -> dict[str, Any]:
    rest = 0
    if row["waived"] and row["voided_at"] is None:
        rest = max(0, row["price"] - int(row["paid"] or 0))
    return {
        "payment_id": row["id"],
        "job_id": row["job_id"],
        "event_id": row["event_id"],
        "amount_cents": row["amount_cents"],
        "waived_cents": rest,
    }


def _apart(rows: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """One row for each job; the first of a payment keeps its number."""
    seen = set()
    for row in rows:
        again = row["id"] in seen
        seen.add(row["id"])
        yield {key: value for key, value in row.items() if not (again and key == "id")}


def _insert(table: sa.TableClause, rows: Sequence[dict[str, Any]]) -> None:
    for start in range(0, len(rows), _MANY):
        op.get_bind().execute(sa.insert(table), list(rows[start : start + _MANY]))


def _create_shares() -> None:
    op.create_table(
        "payment_shares",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("payment_id", _ID, nullable=False),
        sa.Column("job_id", sa.String(8), nullable=False),
        sa.Column("event_id", _ID),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("waived_cents", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments.id"], name="fk_payment_shares_payment_id"
        ),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_payment_shares_job_id"),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_payment_shares_event_id"),
        sa.PrimaryKeyConstraint("id", name="pk_payment_shares"),
        sa.UniqueConstraint("payment_id", "job_id", name="uq_payment_shares_payment_id_job_id"),
        comment="What of a payment is for which job; never changed.",
    )
    op.create_index("ix_payment_shares_job_id", "payment_shares", ["job_id"])


def _create_voids() -> None:
    op.create_table(
        "payment_voids",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("payment_id", _ID, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("station", sa.String(60), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments.id"], name="fk_payment_voids_payment_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_payment_voids"),
        sa.UniqueConstraint("payment_id", name="uq_payment_voids_payment_id"),
        comment="Payments that do not count any more, and why; never changed.",
    )
    op.create_index("ix_payment_voids_at", "payment_voids", ["at"])
