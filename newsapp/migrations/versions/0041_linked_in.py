"""When a link in a letter last signed an account in"""

import sqlalchemy as sa
from alembic import op
revision = '0041'
down_revision = '0040'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('account', sa.Column('linked_in_at', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column('account', 'linked_in_at')
