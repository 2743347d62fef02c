"""A line to whoever reads a story in review"""

import sqlalchemy as sa
from alembic import op
revision = '0030'
down_revision = '0022'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('working_copy', sa.Column('submitted_note', sa.String(), nullable=False, server_default=''))


def downgrade() -> None:
    op.drop_column('working_copy', 'submitted_note')
