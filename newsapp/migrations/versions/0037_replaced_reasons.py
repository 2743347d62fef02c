"""What a rejection that took another's place was to give back when it is undone"""

import sqlalchemy as sa
from alembic import op
revision = '0037'
down_revision = '0036'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('comment', sa.Column('replaced_for', sa.String(), nullable=True))
    op.add_column('comment', sa.Column('replaced_words', sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column('comment', 'replaced_words')
    op.drop_column('comment', 'replaced_for')
