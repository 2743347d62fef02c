"""The paper"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('account',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('username', sa.String(), nullable=False),
    sa.Column('email', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('role', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('disabled_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account')),
    sa.UniqueConstraint('email', name=op.f('uq_account_email')),
    sa.UniqueConstraint('username', name=op.f('uq_account_username'))
    )
    op.create_table('count',
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('hour', sa.DateTime(timezone=True), nullable=False),
    sa.Column('n', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('key', 'hour', name=op.f('pk_count'))
    )
    op.create_table('menu_column',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('heading', sa.String(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_menu_column'))
    )
    op.create_table('site',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('tagline', sa.String(), nullable=False),
    sa.Column('description', sa.String(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('zone', sa.String(), nullable=False),
    sa.Column('founded_on', sa.String(), nullable=True),
    sa.Column('copyright_from', sa.Integer(), nullable=True),
    sa.Column('copyright_line', sa.String(), nullable=False),
    sa.Column('social_links', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('share_networks', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('top_writers_days', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_site'))
    )
    op.create_table('source',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('publisher', sa.String(), nullable=False),
    sa.Column('author', sa.String(), nullable=False),
    sa.Column('published_on', sa.Date(), nullable=True),
    sa.Column('accessed_on', sa.Date(), nullable=True),
    sa.Column('url', sa.String(), nullable=False),
    sa.Column('archive_url', sa.String(), nullable=False),
    sa.Column('note', sa.String(), nullable=False),
    sa.Column('is_private', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_source'))
    )
    with op.batch_alter_table('source', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_source_url'), ['url'], unique=False)

    op.create_table('tag_version',
    sa.Column('tag', sa.String(), nullable=False),
    sa.Column('generation', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('tag', name=op.f('pk_tag_version'))
    )
    op.create_table('topic',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('description', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_topic')),
    sa.UniqueConstraint('name', name=op.f('uq_topic_name')),
    sa.UniqueConstraint('slug', name=op.f('uq_topic_slug'))
    )
    op.create_table('picture',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(), nullable=False),
    sa.Column('stem', sa.String(), nullable=False),
    sa.Column('original', sa.String(), nullable=False),
    sa.Column('width', sa.Integer(), nullable=False),
    sa.Column('height', sa.Integer(), nullable=False),
    sa.Column('widths', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('alt', sa.String(), nullable=False),
    sa.Column('caption', sa.String(), nullable=False),
    sa.Column('creator', sa.String(), nullable=False),
    sa.Column('credit', sa.String(), nullable=False),
    sa.Column('credit_language', sa.String(), nullable=True),
    sa.Column('licence', sa.String(), nullable=False),
    sa.Column('licence_url', sa.String(), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('source_url', sa.String(), nullable=False),
    sa.Column('focal_x', sa.Integer(), nullable=False),
    sa.Column('focal_y', sa.Integer(), nullable=False),
    sa.Column('uploaded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('uploaded_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['uploaded_by_id'], ['account.id'], name=op.f('fk_picture_uploaded_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_picture')),
    sa.UniqueConstraint('sha256', name=op.f('uq_picture_sha256'))
    )
    op.create_table('section',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('parent_id', sa.Integer(), nullable=True),
    sa.Column('path', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('description', sa.String(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('rhythm', sa.String(), nullable=True),
    sa.Column('hidden_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('hidden_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['hidden_by_id'], ['account.id'], name=op.f('fk_section_hidden_by_id')),
    sa.ForeignKeyConstraint(['parent_id'], ['section.id'], name=op.f('fk_section_parent_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_section')),
    sa.UniqueConstraint('path', name=op.f('uq_section_path'))
    )
    with op.batch_alter_table('section', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_section_parent_id'), ['parent_id'], unique=False)

    op.create_table('article',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('section_id', sa.Integer(), nullable=False),
    sa.Column('also_in', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('label', sa.String(), nullable=True),
    sa.Column('headline', sa.String(), nullable=False),
    sa.Column('short_headline', sa.String(), nullable=True),
    sa.Column('search_headline', sa.String(), nullable=True),
    sa.Column('social_headline', sa.String(), nullable=True),
    sa.Column('standfirst', sa.String(), nullable=False),
    sa.Column('standfirst_is_own', sa.Boolean(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('place', sa.String(), nullable=True),
    sa.Column('key_points', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('picture_id', sa.Integer(), nullable=True),
    sa.Column('picture_caption', sa.String(), nullable=True),
    sa.Column('picture_alt', sa.String(), nullable=True),
    sa.Column('is_evergreen', sa.Boolean(), nullable=False),
    sa.Column('words', sa.Integer(), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('submitted_by_id', sa.Integer(), nullable=True),
    sa.Column('ready_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ready_by_id', sa.Integer(), nullable=True),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('unpublish_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_by_id', sa.Integer(), nullable=True),
    sa.Column('withdrawn_reason', sa.String(), nullable=False),
    sa.Column('comments_closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('comments_closed_by_id', sa.Integer(), nullable=True),
    sa.Column('contents', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('warnings', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('body', sa.String(), nullable=False),
    sa.Column('body_source', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['comments_closed_by_id'], ['account.id'], name=op.f('fk_article_comments_closed_by_id')),
    sa.ForeignKeyConstraint(['picture_id'], ['picture.id'], name=op.f('fk_article_picture_id')),
    sa.ForeignKeyConstraint(['ready_by_id'], ['account.id'], name=op.f('fk_article_ready_by_id')),
    sa.ForeignKeyConstraint(['section_id'], ['section.id'], name=op.f('fk_article_section_id')),
    sa.ForeignKeyConstraint(['submitted_by_id'], ['account.id'], name=op.f('fk_article_submitted_by_id')),
    sa.ForeignKeyConstraint(['withdrawn_by_id'], ['account.id'], name=op.f('fk_article_withdrawn_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_article')),
    sa.UniqueConstraint('slug', name=op.f('uq_article_slug'))
    )
    with op.batch_alter_table('article', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_article_picture_id'), ['picture_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_article_section_id'), ['section_id'], unique=False)

    op.create_table('author',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('role', sa.String(), nullable=False),
    sa.Column('place', sa.String(), nullable=False),
    sa.Column('bio', sa.String(), nullable=False),
    sa.Column('beats', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('languages', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('email', sa.String(), nullable=False),
    sa.Column('links', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('disclosure', sa.String(), nullable=False),
    sa.Column('portrait_id', sa.Integer(), nullable=True),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('left_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_author_account_id')),
    sa.ForeignKeyConstraint(['portrait_id'], ['picture.id'], name=op.f('fk_author_portrait_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_author')),
    sa.UniqueConstraint('slug', name=op.f('uq_author_slug'))
    )
    op.create_table('menu_item',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('column_id', sa.Integer(), nullable=False),
    sa.Column('section_id', sa.Integer(), nullable=True),
    sa.Column('label', sa.String(), nullable=True),
    sa.Column('address', sa.String(), nullable=True),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['column_id'], ['menu_column.id'], name=op.f('fk_menu_item_column_id')),
    sa.ForeignKeyConstraint(['section_id'], ['section.id'], name=op.f('fk_menu_item_section_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_menu_item'))
    )
    with op.batch_alter_table('menu_item', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_menu_item_column_id'), ['column_id'], unique=False)

    op.create_table('byline',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('article_id', sa.Integer(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=True),
    sa.Column('free_text', sa.String(), nullable=True),
    sa.Column('role', sa.String(), nullable=False),
    sa.Column('part', sa.String(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], name=op.f('fk_byline_article_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['author_id'], ['author.id'], name=op.f('fk_byline_author_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_byline'))
    )
    with op.batch_alter_table('byline', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_byline_article_id'), ['article_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_byline_author_id'), ['author_id'], unique=False)

    op.create_table('change',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('article_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('note', sa.String(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('made_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], name=op.f('fk_change_article_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['made_by_id'], ['account.id'], name=op.f('fk_change_made_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_change'))
    )
    with op.batch_alter_table('change', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_change_article_id'), ['article_id'], unique=False)
        batch_op.create_index('ix_change_at', ['at', 'id'], unique=False)

    op.create_table('citation',
    sa.Column('article_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('source_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], name=op.f('fk_citation_article_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['source_id'], ['source.id'], name=op.f('fk_citation_source_id')),
    sa.PrimaryKeyConstraint('article_id', 'number', name=op.f('pk_citation'))
    )
    with op.batch_alter_table('citation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_citation_source_id'), ['source_id'], unique=False)

    op.create_table('comment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('article_id', sa.Integer(), nullable=False),
    sa.Column('parent_id', sa.Integer(), nullable=True),
    sa.Column('root_id', sa.Integer(), nullable=True),
    sa.Column('path', sa.String(), nullable=False),
    sa.Column('depth', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('author_id', sa.Integer(), nullable=True),
    sa.Column('guest_name', sa.String(), nullable=True),
    sa.Column('body', sa.String(), nullable=False),
    sa.Column('posted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('approved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('hidden_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('hidden_by_id', sa.Integer(), nullable=True),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('featured_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('featured_by_id', sa.Integer(), nullable=True),
    sa.Column('recommended', sa.Integer(), nullable=False),
    sa.Column('answers', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_comment_account_id')),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], name=op.f('fk_comment_article_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['author_id'], ['author.id'], name=op.f('fk_comment_author_id')),
    sa.ForeignKeyConstraint(['featured_by_id'], ['account.id'], name=op.f('fk_comment_featured_by_id')),
    sa.ForeignKeyConstraint(['hidden_by_id'], ['account.id'], name=op.f('fk_comment_hidden_by_id')),
    sa.ForeignKeyConstraint(['parent_id'], ['comment.id'], name=op.f('fk_comment_parent_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_comment'))
    )
    with op.batch_alter_table('comment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_comment_account_id'), ['account_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_comment_parent_id'), ['parent_id'], unique=False)
        batch_op.create_index('ix_comment_roots', ['article_id', 'parent_id', 'posted_at', 'id'], unique=False)
        batch_op.create_index('ix_comment_thread', ['root_id', 'path'], unique=False)

    op.create_table('listing',
    sa.Column('shelf', sa.String(), nullable=False),
    sa.Column('article_id', sa.Integer(), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], name=op.f('fk_listing_article_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('shelf', 'article_id', name=op.f('pk_listing'))
    )
    with op.batch_alter_table('listing', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_listing_article_id'), ['article_id'], unique=False)
        batch_op.create_index('ix_listing_ends_at', ['ends_at'], unique=False)
        batch_op.create_index('ix_listing_order', ['shelf', 'published_at', 'article_id'], unique=False)

    op.create_table('most_read',
    sa.Column('shelf', sa.String(), nullable=False),
    sa.Column('rank', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('article_id', sa.Integer(), nullable=False),
    sa.Column('views', sa.Integer(), nullable=False),
    sa.Column('as_of', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], name=op.f('fk_most_read_article_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('shelf', 'rank', name=op.f('pk_most_read'))
    )
    with op.batch_alter_table('most_read', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_most_read_article_id'), ['article_id'], unique=False)

    op.create_table('picture_use',
    sa.Column('article_id', sa.Integer(), nullable=False),
    sa.Column('picture_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], name=op.f('fk_picture_use_article_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['picture_id'], ['picture.id'], name=op.f('fk_picture_use_picture_id')),
    sa.PrimaryKeyConstraint('article_id', 'picture_id', name=op.f('pk_picture_use'))
    )
    with op.batch_alter_table('picture_use', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_picture_use_picture_id'), ['picture_id'], unique=False)

    op.create_table('placement',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slot', sa.String(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('article_id', sa.Integer(), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('placed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('placed_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], name=op.f('fk_placement_article_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['placed_by_id'], ['account.id'], name=op.f('fk_placement_placed_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_placement'))
    )
    with op.batch_alter_table('placement', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_placement_article_id'), ['article_id'], unique=False)
        batch_op.create_index('ix_placement_slot', ['slot', 'position'], unique=False)

    op.create_table('thread',
    sa.Column('article_id', sa.Integer(), nullable=False),
    sa.Column('visible', sa.Integer(), nullable=False),
    sa.Column('roots', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], name=op.f('fk_thread_article_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('article_id', name=op.f('pk_thread'))
    )
    op.create_table('topic_mark',
    sa.Column('article_id', sa.Integer(), nullable=False),
    sa.Column('topic_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], name=op.f('fk_topic_mark_article_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['topic_id'], ['topic.id'], name=op.f('fk_topic_mark_topic_id')),
    sa.PrimaryKeyConstraint('article_id', 'topic_id', name=op.f('pk_topic_mark'))
    )
    with op.batch_alter_table('topic_mark', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_topic_mark_topic_id'), ['topic_id'], unique=False)

    op.create_table(
        "lease",
        sa.Column("job", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("job", name=op.f("pk_lease")),
    )
    op.create_table(
        "page",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("standfirst", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["updated_by_id"], ["account.id"], name=op.f("fk_page_updated_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page")),
        sa.UniqueConstraint("slug", name=op.f("uq_page_slug")),
    )

    # The count of generations; its row is locked by whoever raises tags, so it must be there from the start.
    op.execute("INSERT INTO tag_version (tag, generation) VALUES ('*', 0)")


def downgrade() -> None:
    op.drop_table("page")
    op.drop_table("lease")
    with op.batch_alter_table('topic_mark', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_topic_mark_topic_id'))

    op.drop_table('topic_mark')
    op.drop_table('thread')
    with op.batch_alter_table('placement', schema=None) as batch_op:
        batch_op.drop_index('ix_placement_slot')
        batch_op.drop_index(batch_op.f('ix_placement_article_id'))

    op.drop_table('placement')
    with op.batch_alter_table('picture_use', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_picture_use_picture_id'))

    op.drop_table('picture_use')
    with op.batch_alter_table('most_read', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_most_read_article_id'))

    op.drop_table('most_read')
    with op.batch_alter_table('listing', schema=None) as batch_op:
        batch_op.drop_index('ix_listing_order')
        batch_op.drop_index('ix_listing_ends_at')
        batch_op.drop_index(batch_op.f('ix_listing_article_id'))

    op.drop_table('listing')
    with op.batch_alter_table('comment', schema=None) as batch_op:
        batch_op.drop_index('ix_comment_thread')
        batch_op.drop_index('ix_comment_roots')
        batch_op.drop_index(batch_op.f('ix_comment_parent_id'))
        batch_op.drop_index(batch_op.f('ix_comment_account_id'))

    op.drop_table('comment')
    with op.batch_alter_table('citation', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_citation_source_id'))

    op.drop_table('citation')
    with op.batch_alter_table('change', schema=None) as batch_op:
        batch_op.drop_index('ix_change_at')
        batch_op.drop_index(batch_op.f('ix_change_article_id'))

    op.drop_table('change')
    with op.batch_alter_table('byline', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_byline_author_id'))
        batch_op.drop_index(batch_op.f('ix_byline_article_id'))

    op.drop_table('byline')
    with op.batch_alter_table('menu_item', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_menu_item_column_id'))

    op.drop_table('menu_item')
    op.drop_table('author')
    with op.batch_alter_table('article', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_article_section_id'))
        batch_op.drop_index(batch_op.f('ix_article_picture_id'))

    op.drop_table('article')
    with op.batch_alter_table('section', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_section_parent_id'))

    op.drop_table('section')
    op.drop_table('picture')
    op.drop_table('topic')
    op.drop_table('tag_version')
    with op.batch_alter_table('source', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_source_url'))

    op.drop_table('source')
    op.drop_table('site')
    op.drop_table('menu_column')
    op.drop_table('count')
    op.drop_table('account')
