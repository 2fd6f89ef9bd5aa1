"""Alembic's environment: runs the migrations on Printflow's own engine and settings."""

from __future__ import annotations

from typing import Literal

from alembic import context
from sqlalchemy import Connection

from printflow.db.engine import open_engine, to_write
from printflow.db.migrate import in_schema
from printflow.db.schema import metadata
from printflow.db.types import Thousandths, UTCDateTime

config = context.config


def _plain_type(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Migrations name the database's own types: ours may change, what a migration did may not."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    return "sa.BigInteger()" if kind == "type" and isinstance(item, Thousandths) else False


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_name=in_schema,
        compare_type=True,
        render_item=_plain_type,
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def _url() -> str:
    given = config.get_main_option("sqlalchemy.url")
    if given:
        return given
    from printflow.settings import Settings

    return Settings.load().database


def _main() -> None:
    connection: Connection | None = config.attributes.get("connection")
    if connection is not None:
        _run(connection)
        return
    engine = open_engine(_url())
    with to_write(engine) as opened:
        if opened.dialect.name == "sqlite":
            # A batch drops the old table, which rows of others point to. Ineffective once a
            # transaction has begun, so not through SQLAlchemy (https://www.sqlite.org/foreignkeys.html).
            opened.connection.cursor().execute("PRAGMA foreign_keys=OFF")
        _run(opened)
        if opened.dialect.name == "sqlite" and (
            broken := opened.exec_driver_sql("PRAGMA foreign_key_check").first()
        ):
            raise RuntimeError(f"the migration left a row that points nowhere: {tuple(broken)}")
        opened.commit()
    engine.dispose()


if context.is_offline_mode():
    context.configure(url=_url(), target_metadata=metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    _main()
