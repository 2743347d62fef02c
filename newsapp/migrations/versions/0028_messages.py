"""Messages that visitors write to the newsroom, and to whom they go"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0028'
down_revision = '0030'
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
OPEN = "settled_at IS NULL AND finding = ''"


def upgrade() -> None:
    op.add_column('site', sa.Column('contact_addresses', JSON, nullable=True))
    op.create_table('message',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('reference', sa.String(), nullable=False),
    sa.Column('role', sa.String(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('email', sa.String(), nullable=True),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('finding', sa.String(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('settled_by_id', sa.Integer(), nullable=True),
    sa.Column('outcome', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_message_account_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['settled_by_id'], ['account.id'], name=op.f('fk_message_settled_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_message')),
    sa.UniqueConstraint('reference', name=op.f('uq_message_reference'))
    )
    for column in ('account_id', 'email', 'made_at', 'settled_by_id'):
        op.create_index(f'ix_message_{column}', 'message', [column], unique=False)
    op.create_index('ix_message_open', 'message', ['id'], unique=False, sqlite_where=sa.text(OPEN), postgresql_where=sa.text(OPEN))
    op.create_index('ix_message_settled_at', 'message', ['settled_at', 'id'], unique=False)


def downgrade() -> None:
    op.drop_table('message')
    op.drop_column('site', 'contact_addresses')
