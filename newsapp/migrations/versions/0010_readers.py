"""Readers with an account: replies by mail, follows, saved stories, what is unread"""

import sqlalchemy as sa
from alembic import op
revision = '0010'
down_revision = '0014'
branch_labels = None
depends_on = None

MOMENTS = {"account": ["reply_mail_at"], "comment": ["reply_mail_asked_at", "reply_mail_at", "mailed_at"]}

THINGS = ("section", "author", "topic")
ONE = " + ".join(f"(CASE WHEN {thing}_id IS NULL THEN 0 ELSE 1 END)" for thing in THINGS) + " = 1"

UNREAD = sa.text("read_at IS NULL")


def upgrade() -> None:
    for table, names in MOMENTS.items():
        for name in names:
            op.add_column(table, sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.create_index('ix_notification_unread', 'notification', ['account_id'], unique=False, sqlite_where=UNREAD, postgresql_where=UNREAD)
    op.create_table('follow',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    *(sa.Column(f'{thing}_id', sa.Integer(), nullable=True) for thing in THINGS),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint(ONE, name=op.f('ck_follow_one_thing')),
    *(sa.ForeignKeyConstraint([f'{thing}_id'], [f'{thing}.id'], name=op.f(f'fk_follow_{thing}_id'), ondelete='CASCADE')
      for thing in ("account", *THINGS)),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_follow')),
    *(sa.UniqueConstraint('account_id', f'{thing}_id', name=op.f(f'uq_follow_account_id_{thing}_id')) for thing in THINGS),
    )
    for thing in THINGS:
        op.create_index(op.f(f'ix_follow_{thing}_id'), 'follow', [f'{thing}_id'], unique=False)
    op.create_table('saved_story',
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('article_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_saved_story_account_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], name=op.f('fk_saved_story_article_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('account_id', 'article_id', name=op.f('pk_saved_story'))
    )
    op.create_index('ix_saved_story_order', 'saved_story', ['account_id', 'saved_at', 'article_id'], unique=False)
    op.create_index(op.f('ix_saved_story_article_id'), 'saved_story', ['article_id'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_notification_unread', table_name='notification')
    op.drop_table('saved_story')
    op.drop_table('follow')
    for table, names in MOMENTS.items():
        for name in names:
            op.drop_column(table, name)
