"""The id of an account that is deleted is never given to another one: the log names accounts by it"""

from alembic import op
revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_context().dialect.name != "sqlite":
        return  # a sequence never goes back
    with op.batch_alter_table("account", recreate="always", table_kwargs={"sqlite_autoincrement": True}):
        pass
    op.execute(
        "UPDATE sqlite_sequence SET seq = max(seq, coalesce((SELECT max(by_id) FROM log_entry), 0)) WHERE name = 'account'"
    )


def downgrade() -> None:
    if op.get_context().dialect.name == "sqlite":
        with op.batch_alter_table("account", recreate="always", table_kwargs={"sqlite_autoincrement": False}):
            pass
