"""The database adapter: SQLAlchemy Core tables, engine, queries and migrations."""
