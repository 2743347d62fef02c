"""Newsletters, who asked for which, and mailboxes that are written to no more"""

import sqlalchemy as sa
from alembic import op
revision = '0031'
down_revision = '0029'
branch_labels = None
depends_on = None


def at(name, nullable=True):
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table('newsletter',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('description', sa.String(), nullable=False),
    sa.Column('frequency', sa.String(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    at('closed_at'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_newsletter')),
    sa.UniqueConstraint('slug', name=op.f('uq_newsletter_slug'))
    )
    op.create_table('subscriber',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('address', sa.String(), nullable=False),
    at('made_at', False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_subscriber')),
    sa.UniqueConstraint('address', name=op.f('uq_subscriber_address')),
    sqlite_autoincrement=True,
    )
    op.create_table('subscription',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('newsletter_id', sa.Integer(), nullable=False),
    sa.Column('subscriber_id', sa.Integer(), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('consent', sa.String(), nullable=False),
    at('asked_at', False), at('confirmed_at'), at('ended_at'),
    sa.Column('end_reason', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['newsletter_id'], ['newsletter.id'], name=op.f('fk_subscription_newsletter_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['subscriber_id'], ['subscriber.id'], name=op.f('fk_subscription_subscriber_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_subscription')),
    sa.UniqueConstraint('newsletter_id', 'subscriber_id', name=op.f('uq_subscription_newsletter_id_subscriber_id'))
    )
    op.create_index('ix_subscription_subscriber_id', 'subscription', ['subscriber_id'], unique=False)
    op.create_index('ix_subscription_confirmed', 'subscription', ['confirmed_at'], unique=False)
    op.create_index('ix_subscription_asked', 'subscription', ['asked_at'], unique=False)
    op.create_table('suppression',
    sa.Column('address', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    at('at', False),
    sa.PrimaryKeyConstraint('address', name=op.f('pk_suppression'))
    )


def downgrade() -> None:
    for table in ('suppression', 'subscription', 'subscriber', 'newsletter'):
        op.drop_table(table)
