"""The desk's list of hidden comments: an index that it walks along"""

import sqlalchemy as sa
from alembic import op
revision = '0009'
down_revision = '0005'
branch_labels = None
depends_on = None

HIDDEN = sa.text("hidden_at IS NOT NULL")


def upgrade() -> None:
    op.create_index("ix_comment_hidden_at", "comment", ["hidden_at", "id"], sqlite_where=HIDDEN, postgresql_where=HIDDEN)


def downgrade() -> None:
    op.drop_index("ix_comment_hidden_at", table_name="comment")
