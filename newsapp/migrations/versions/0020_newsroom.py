"""The newsroom's accounts are found however many readers there are"""

import sqlalchemy as sa
from alembic import op

revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None

IN_NEWSROOM = sa.text("role <> 'reader'")


def upgrade() -> None:
    op.create_index('ix_account_newsroom', 'account', ['role', 'id'], sqlite_where=IN_NEWSROOM, postgresql_where=IN_NEWSROOM)


def downgrade() -> None:
    op.drop_index('ix_account_newsroom', table_name='account')
