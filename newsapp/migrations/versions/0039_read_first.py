"""Stories and sections under which a moderator reads every comment first"""

import sqlalchemy as sa
from alembic import op
revision = '0039'
down_revision = '0038'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('section', sa.Column('comments_read_first', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column('thread', sa.Column('read_first_at', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column('thread', 'read_first_at')
    op.drop_column('section', 'comments_read_first')
