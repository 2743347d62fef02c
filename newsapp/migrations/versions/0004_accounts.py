"""Accounts"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
revision = '0004'
down_revision = '0008'
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table('mail',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('address', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('html', sa.String(), nullable=False),
    sa.Column('headers', JSON, nullable=False),
    sa.Column('about', JSON, nullable=False),
    sa.Column('number', sa.String(), nullable=False),
    sa.Column('posted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('next_try_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('failed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mail'))
    )
    op.create_index('ix_mail_due', 'mail', ['next_try_at', 'id'], unique=False)
    op.create_index('ix_mail_address', 'mail', ['address'], unique=False)
    op.create_table('throttle',
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('n', sa.Integer(), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_throttle'))
    )
    op.create_index('ix_throttle_until', 'throttle', ['until'], unique=False)
    op.add_column('account', sa.Column('password_hash', sa.String(), nullable=True))
    op.add_column('account', sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('account', sa.Column('bio', sa.String(), server_default="", nullable=False))
    op.add_column('account', sa.Column('consent', sa.String(), nullable=True))
    op.add_column('account', sa.Column('consented_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('account', sa.Column('totp_secret', sa.String(), nullable=True))
    op.add_column('account', sa.Column('totp_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('account', sa.Column('totp_step', sa.Integer(), server_default="0", nullable=False))
    op.create_table('sign_in',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.String(), nullable=False),
    sa.Column('browser', sa.String(), nullable=False),
    sa.Column('is_remembered', sa.Boolean(), nullable=False),
    sa.Column('begun_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_sign_in_account_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_sign_in_token_hash'))
    )
    op.create_index('ix_sign_in_account_id', 'sign_in', ['account_id'], unique=False)
    op.create_index('ix_sign_in_expires_at', 'sign_in', ['expires_at'], unique=False)
    op.create_table('registration',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('username', sa.String(), nullable=False),
    sa.Column('email', sa.String(), nullable=False),
    sa.Column('password_hash', sa.String(), nullable=False),
    sa.Column('consent', sa.String(), nullable=False),
    sa.Column('next', sa.String(), nullable=False),
    sa.Column('begun_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_registration'))
    )
    op.create_index('ix_registration_email', 'registration', ['email'], unique=False)
    op.create_index('ix_registration_begun_at', 'registration', ['begun_at'], unique=False)
    op.create_table('recovery_code',
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('code_hash', sa.String(), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_recovery_code_account_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('account_id', 'code_hash', name=op.f('pk_recovery_code'))
    )


def downgrade() -> None:
    op.drop_table('recovery_code')
    op.drop_table('registration')
    op.drop_table('sign_in')
    with op.batch_alter_table('account') as batch_op:
        for name in ('totp_step', 'totp_at', 'totp_secret', 'consented_at', 'consent', 'bio', 'confirmed_at', 'password_hash'):
            batch_op.drop_column(name)
    op.drop_table('throttle')
    op.drop_table('mail')
