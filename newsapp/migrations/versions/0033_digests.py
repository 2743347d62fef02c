"""When a newsletter writes itself"""

import sqlalchemy as sa
from alembic import op
revision = '0033'
down_revision = '0032'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('digest',
    sa.Column('newsletter_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('weekday', sa.Integer(), nullable=True),
    sa.Column('at', sa.String(), nullable=False),
    sa.Column('section_id', sa.Integer(), nullable=True),
    sa.Column('holds_from', sa.DateTime(timezone=True), nullable=False),
    sa.Column('told_until', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('newsletter_id', name=op.f('pk_digest'))
    )


def downgrade() -> None:
    op.drop_table('digest')
