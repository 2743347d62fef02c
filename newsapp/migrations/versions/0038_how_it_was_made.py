"""How a story was made, as its readers are told"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
revision = '0038'
down_revision = '0037'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('article', sa.Column('making', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), server_default='{}', nullable=False))


def downgrade() -> None:
    op.drop_column('article', 'making')
