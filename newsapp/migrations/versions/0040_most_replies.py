"""Threads by how often they were answered"""

from alembic import op
revision = '0040'
down_revision = '0039'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index('ix_comment_roots_answers', 'comment', ['article_id', 'parent_id', 'answers', 'posted_at', 'id'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_comment_roots_answers', table_name='comment')
