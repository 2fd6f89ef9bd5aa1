"""The database adapter: SQLAlchemy Core tables, the engine, the queries and the migrations."""
