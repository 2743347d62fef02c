"""Whether the newsletter's form comes in a window"""

import sqlalchemy as sa
from alembic import op
revision = '0034'
down_revision = '0033'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('site', schema=None) as batch_op:
        batch_op.add_column(sa.Column('stay_informed', sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table('site', schema=None) as batch_op:
        batch_op.alter_column('stay_informed', server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('site', schema=None) as batch_op:
        batch_op.drop_column('stay_informed')
