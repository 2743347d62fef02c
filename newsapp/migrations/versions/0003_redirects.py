"""Redirects, the pages that were missing, and corrections found without reading every change."""

import sqlalchemy as sa
from alembic import op
revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

NOTICES = sa.text("kind IN ('correction', 'clarification')")


def upgrade() -> None:
    op.create_table('redirect',
    sa.Column('old_path', sa.String(), nullable=False),
    sa.Column('new_address', sa.String(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('made_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['made_by_id'], ['account.id'], name=op.f('fk_redirect_made_by_id')),
    sa.PrimaryKeyConstraint('old_path', name=op.f('pk_redirect'))
    )
    op.create_index(op.f('ix_redirect_new_address'), 'redirect', ['new_address'], unique=False)
    op.create_table('missing_page',
    sa.Column('path', sa.String(), nullable=False),
    sa.Column('n', sa.Integer(), nullable=False),
    sa.Column('first_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('path', name=op.f('pk_missing_page'))
    )
    op.create_index('ix_change_notices', 'change', ['at', 'id'], unique=False, sqlite_where=NOTICES, postgresql_where=NOTICES)


def downgrade() -> None:
    op.drop_index('ix_change_notices', table_name='change')
    op.drop_table('missing_page')
    op.drop_index(op.f('ix_redirect_new_address'), table_name='redirect')
    op.drop_table('redirect')
