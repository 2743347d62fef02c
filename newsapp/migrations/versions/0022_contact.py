"""Errors that readers report"""

import sqlalchemy as sa
from alembic import op
revision = '0022'
down_revision = '0020'
branch_labels = None
depends_on = None

OPEN = "settled_at IS NULL AND finding = ''"


def upgrade() -> None:
    op.create_table('error_report',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('reference', sa.String(), nullable=False),
    sa.Column('article_id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('email', sa.String(), nullable=True),
    sa.Column('quote', sa.String(), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('finding', sa.String(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('settled_by_id', sa.Integer(), nullable=True),
    sa.Column('outcome', sa.String(), nullable=True),
    sa.Column('answer', sa.String(), nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_error_report_account_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], name=op.f('fk_error_report_article_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['settled_by_id'], ['account.id'], name=op.f('fk_error_report_settled_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_error_report')),
    sa.UniqueConstraint('reference', name=op.f('uq_error_report_reference'))
    )
    for column in ('article_id', 'account_id', 'email', 'settled_by_id'):
        op.create_index(f'ix_error_report_{column}', 'error_report', [column], unique=False)
    op.create_index('ix_error_report_open', 'error_report', ['id'], unique=False, sqlite_where=sa.text(OPEN), postgresql_where=sa.text(OPEN))
    op.create_index('ix_error_report_settled_at', 'error_report', ['settled_at', 'id'], unique=False)
    op.create_index('ix_error_report_finding', 'error_report', ['finding', 'id'], unique=False)


def downgrade() -> None:
    op.drop_table('error_report')
