"""The desk's stories: working copies, versions that stay as they are, the newsroom's list"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

NEVER_CHANGED = "a version of a story stays as it was"
KEPT = "article_id, number, at, kind, reason, change_id, made_at, document, printed"


def upgrade() -> None:
    op.create_table('newslist_line',
    sa.Column('article_id', sa.Integer(), nullable=False),
    sa.Column('headline', sa.String(), nullable=False),
    sa.Column('section_id', sa.Integer(), nullable=False),
    sa.Column('stage', sa.String(), nullable=False),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('change_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('is_stuck', sa.Boolean(), nullable=False),
    sa.Column('has_changes', sa.Boolean(), nullable=False),
    sa.Column('embargo_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('returned_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_by_id', sa.Integer(), nullable=True),
    sa.Column('begun_by_id', sa.Integer(), nullable=True),
    sa.Column('words', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], name=op.f('fk_newslist_line_article_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['begun_by_id'], ['account.id'], name=op.f('fk_newslist_line_begun_by_id')),
    sa.ForeignKeyConstraint(['changed_by_id'], ['account.id'], name=op.f('fk_newslist_line_changed_by_id')),
    sa.ForeignKeyConstraint(['section_id'], ['section.id'], name=op.f('fk_newslist_line_section_id')),
    sa.PrimaryKeyConstraint('article_id', name=op.f('pk_newslist_line'))
    )
    with op.batch_alter_table('newslist_line', schema=None) as batch_op:
        batch_op.create_index('ix_newslist_line_changed', ['changed_at', 'article_id'], unique=False)
        batch_op.create_index('ix_newslist_line_published', ['stage', 'published_at', 'article_id'], unique=False)
        batch_op.create_index('ix_newslist_line_review', ['submitted_at', 'article_id'], unique=False)
        batch_op.create_index('ix_newslist_line_section', ['section_id', 'changed_at', 'article_id'], unique=False)
        batch_op.create_index('ix_newslist_line_stage', ['stage', 'changed_at', 'article_id'], unique=False)

    op.create_table('newslist_person',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('article_id', sa.Integer(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=True),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_newslist_person_account_id')),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], name=op.f('fk_newslist_person_article_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['author_id'], ['author.id'], name=op.f('fk_newslist_person_author_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_newslist_person'))
    )
    with op.batch_alter_table('newslist_person', schema=None) as batch_op:
        batch_op.create_index('ix_newslist_person_account_id', ['account_id', 'article_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_newslist_person_article_id'), ['article_id'], unique=False)
        batch_op.create_index('ix_newslist_person_author_id', ['author_id', 'article_id'], unique=False)

    op.create_table('presence',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('article_id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_presence_account_id')),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], name=op.f('fk_presence_article_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_presence')),
    sa.UniqueConstraint('article_id', 'account_id', name=op.f('uq_presence_article_id_account_id'))
    )
    op.create_table('preview_link',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('article_id', sa.Integer(), nullable=False),
    sa.Column('note', sa.String(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('made_by_id', sa.Integer(), nullable=True),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], name=op.f('fk_preview_link_article_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['made_by_id'], ['account.id'], name=op.f('fk_preview_link_made_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_preview_link'))
    )
    with op.batch_alter_table('preview_link', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_preview_link_article_id'), ['article_id'], unique=False)

    op.create_table('sitting',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('article_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('begun_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('document', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], name=op.f('fk_sitting_article_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['by_id'], ['account.id'], name=op.f('fk_sitting_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sitting'))
    )
    with op.batch_alter_table('sitting', schema=None) as batch_op:
        batch_op.create_index('ix_sitting_article', ['article_id', 'id'], unique=False)

    op.create_table('waiting_change',
    sa.Column('article_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('document', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('base', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('notice', sa.String(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('made_by_id', sa.Integer(), nullable=True),
    sa.Column('stuck_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('stuck_because', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], name=op.f('fk_waiting_change_article_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['made_by_id'], ['account.id'], name=op.f('fk_waiting_change_made_by_id')),
    sa.PrimaryKeyConstraint('article_id', name=op.f('pk_waiting_change'))
    )
    with op.batch_alter_table('waiting_change', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_waiting_change_at'), ['at'], unique=False)

    op.create_table('working_copy',
    sa.Column('article_id', sa.Integer(), nullable=False),
    sa.Column('document', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('saved_by_id', sa.Integer(), nullable=True),
    sa.Column('embargo_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('embargo_note', sa.String(), nullable=False),
    sa.Column('returned_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('returned_by_id', sa.Integer(), nullable=True),
    sa.Column('returned_note', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], name=op.f('fk_working_copy_article_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['returned_by_id'], ['account.id'], name=op.f('fk_working_copy_returned_by_id')),
    sa.ForeignKeyConstraint(['saved_by_id'], ['account.id'], name=op.f('fk_working_copy_saved_by_id')),
    sa.PrimaryKeyConstraint('article_id', name=op.f('pk_working_copy'))
    )
    op.create_table('version',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('article_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('change_id', sa.Integer(), nullable=True),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('made_by_id', sa.Integer(), nullable=True),
    sa.Column('withheld_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withheld_by_id', sa.Integer(), nullable=True),
    sa.Column('withheld_reason', sa.String(), nullable=False),
    sa.Column('document', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('printed', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], name=op.f('fk_version_article_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['change_id'], ['change.id'], name=op.f('fk_version_change_id')),
    sa.ForeignKeyConstraint(['made_by_id'], ['account.id'], name=op.f('fk_version_made_by_id')),
    sa.ForeignKeyConstraint(['withheld_by_id'], ['account.id'], name=op.f('fk_version_withheld_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_version')),
    sa.UniqueConstraint('article_id', 'number', name=op.f('uq_version_article_id_number'))
    )
    with op.batch_alter_table('version', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_version_change_id'), ['change_id'], unique=False)

    with op.batch_alter_table('article', schema=None) as batch_op:
        batch_op.add_column(sa.Column('versions', sa.Integer(), nullable=False, server_default='0'))
    with op.batch_alter_table('article', schema=None) as batch_op:
        batch_op.alter_column('versions', server_default=None)
    # A line for each story that there is. Their versions begin with the first change.
    op.execute(
        "INSERT INTO newslist_line (article_id, headline, section_id, stage, submitted_at, published_at, ends_at, is_stuck, "
        "has_changes, changed_at, words) SELECT id, headline, section_id, CASE WHEN withdrawn_at IS NOT NULL THEN 'withdrawn' "
        "WHEN ready_at IS NOT NULL THEN 'ready' WHEN submitted_at IS NOT NULL THEN 'review' ELSE 'draft' END, submitted_at, "
        "published_at, unpublish_at, false, false, COALESCE(withdrawn_at, updated_at, CASE WHEN published_at <= "
        "CURRENT_TIMESTAMP THEN published_at ELSE ready_at END, submitted_at, created_at), words FROM article"
    )
    op.execute(
        "INSERT INTO newslist_person (article_id, author_id) "
        "SELECT DISTINCT article_id, author_id FROM byline WHERE author_id IS NOT NULL"
    )
    # What a version says cannot be changed; who made it may be forgotten, and it can be withheld. Only one that has not
    # been public yet can go.
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER version_stays BEFORE UPDATE OF {KEPT} ON version BEGIN SELECT RAISE(ABORT, '{NEVER_CHANGED}'); END"
        )
        op.execute(
            "CREATE TRIGGER version_is_not_dropped BEFORE DELETE ON version WHEN OLD.at <= OLD.made_at "
            f"BEGIN SELECT RAISE(ABORT, '{NEVER_CHANGED}'); END"
        )
    else:
        op.execute(
            "CREATE FUNCTION version_stays() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{NEVER_CHANGED}'; END $$"
        )
        op.execute(
            f"CREATE TRIGGER version_stays BEFORE UPDATE OF {KEPT} ON version FOR EACH ROW EXECUTE FUNCTION version_stays()"
        )
        op.execute(
            "CREATE TRIGGER version_is_not_dropped BEFORE DELETE ON version FOR EACH ROW WHEN (OLD.at <= OLD.made_at) "
            "EXECUTE FUNCTION version_stays()"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER version_stays")
        op.execute("DROP TRIGGER version_is_not_dropped")
    else:
        op.execute("DROP TRIGGER version_stays ON version")
        op.execute("DROP TRIGGER version_is_not_dropped ON version")
        op.execute("DROP FUNCTION version_stays()")
    with op.batch_alter_table('article', schema=None) as batch_op:
        batch_op.drop_column('versions')

    with op.batch_alter_table('version', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_version_change_id'))

    op.drop_table('version')
    op.drop_table('working_copy')
    with op.batch_alter_table('waiting_change', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_waiting_change_at'))

    op.drop_table('waiting_change')
    with op.batch_alter_table('sitting', schema=None) as batch_op:
        batch_op.drop_index('ix_sitting_article')

    op.drop_table('sitting')
    with op.batch_alter_table('preview_link', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_preview_link_article_id'))

    op.drop_table('preview_link')
    op.drop_table('presence')
    with op.batch_alter_table('newslist_person', schema=None) as batch_op:
        batch_op.drop_index('ix_newslist_person_author_id')
        batch_op.drop_index(batch_op.f('ix_newslist_person_article_id'))
        batch_op.drop_index('ix_newslist_person_account_id')

    op.drop_table('newslist_person')
    with op.batch_alter_table('newslist_line', schema=None) as batch_op:
        batch_op.drop_index('ix_newslist_line_stage')
        batch_op.drop_index('ix_newslist_line_section')
        batch_op.drop_index('ix_newslist_line_review')
        batch_op.drop_index('ix_newslist_line_published')
        batch_op.drop_index('ix_newslist_line_changed')

    op.drop_table('newslist_line')
