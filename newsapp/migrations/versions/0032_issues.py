"""Issues of newsletters, a delivery for each who gets one, and what came back"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
revision = '0032'
down_revision = '0031'
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')


def at(name):
    return sa.Column(name, sa.DateTime(timezone=True), nullable=True)


def upgrade() -> None:
    op.create_table('issue',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('newsletter_id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('introduction', sa.String(), nullable=False),
    sa.Column('stories', JSON, nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('made_by_id', sa.Integer(), nullable=True),
    sa.Column('made_for', sa.String(), nullable=True),
    at('send_at'), at('begun_at'),
    sa.Column('html', sa.String(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('reached', sa.Integer(), nullable=False),
    at('filled_at'), at('paused_at'),
    sa.Column('trouble', sa.String(), nullable=False),
    at('resumes_at'), at('finished_at'),
    sa.ForeignKeyConstraint(['made_by_id'], ['account.id'], name=op.f('fk_issue_made_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_issue')),
    sa.UniqueConstraint('made_for', name=op.f('uq_issue_made_for')),
    sa.UniqueConstraint('slug', name=op.f('uq_issue_slug'))
    )
    with op.batch_alter_table('issue', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_issue_newsletter_id'), ['newsletter_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_issue_send_at'), ['send_at'], unique=False)
        batch_op.create_index('ix_issue_begun_at', ['begun_at', 'id'], unique=False)
    op.create_table('delivery',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('issue_id', sa.Integer(), nullable=False),
    sa.Column('receiver_id', sa.Integer(), nullable=False),
    sa.Column('address', sa.String(), nullable=False),
    sa.Column('number', sa.String(), nullable=False),
    at('due_at'),
    sa.Column('tries', sa.Integer(), nullable=False),
    at('claimed_at'), at('sent_at'), at('failed_at'), at('unsure_at'), at('skipped_at'),
    sa.Column('reason', sa.String(), nullable=False),
    at('returned_at'),
    sa.Column('returned', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['issue_id'], ['issue.id'], name=op.f('fk_delivery_issue_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_delivery')),
    sa.UniqueConstraint('issue_id', 'receiver_id', name=op.f('uq_delivery_issue_id_receiver_id')),
    sa.UniqueConstraint('number', name=op.f('uq_delivery_number'))
    )
    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_delivery_address'), ['address'], unique=False)
        batch_op.create_index('ix_delivery_claimed', ['claimed_at'], unique=False)
        batch_op.create_index('ix_delivery_due', ['issue_id', 'due_at', 'id'], unique=False)
        batch_op.create_index('ix_delivery_failed', ['issue_id', 'failed_at', 'id'], unique=False)
        batch_op.create_index('ix_delivery_unsure', ['unsure_at'], unique=False)
    op.create_table('returned',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('message', sa.String(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('outcome', sa.String(), nullable=False),
    sa.Column('address', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('delivery_id', sa.Integer(), nullable=True),
    at('settled_at'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_returned')),
    sa.UniqueConstraint('message', name=op.f('uq_returned_message'))
    )
    with op.batch_alter_table('returned', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_returned_address'), ['address'], unique=False)
        batch_op.create_index('ix_returned_open', ['settled_at', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_returned_received_at'), ['received_at'], unique=False)


def downgrade() -> None:
    for table in ('returned', 'delivery', 'issue'):
        op.drop_table(table)
