"""Alembic's environment: the application's own engine, for SQLite and PostgreSQL alike."""

from alembic import context
from sqlalchemy import JSON, text

from newsapp.db import Base, Moment, db, is_mapped

config = context.config


def run() -> None:
    with db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            # A batch migration drops and makes tables anew; with foreign keys on, the rows that hang on them would go.
            connection.execute(text("COMMIT"))
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            compare_type=True,
            include_object=is_mapped,
            transaction_per_migration=False,
            render_item=_short_names,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


def _short_names(kind, item, autogen_context):
    """Write our own column kinds as what they are in the database, so that old migrations need no code of ours."""
    if kind == "type" and isinstance(item, Moment):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, JSON):
        autogen_context.imports.add("from sqlalchemy.dialects import postgresql")
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


if context.is_offline_mode():
    raise SystemExit("The migrations run against a database, not into a file.")
run()
