"""Search

The full-text index is each engine's own: on SQLite an FTS5 table without text of its own, kept by triggers; on
PostgreSQL a generated column. Both index the words of search_document as the application wrote them: folded, with a
space between. A mark ("section:3") is one word that no text can hold, because a colon never stands in one.
"""

import sqlalchemy as sa
from alembic import op
revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

COLUMNS = "marks, headline, standfirst, byline, captions, sources, body"
NEW = ", ".join(f"new.{name}" for name in COLUMNS.split(", "))
OLD = ", ".join(f"old.{name}" for name in COLUMNS.split(", "))

SQLITE = [
    f"""CREATE VIRTUAL TABLE search_fts USING fts5({COLUMNS}, content='search_document', content_rowid='place',
        tokenize="unicode61 remove_diacritics 2 categories 'L* N* Co M*' tokenchars ':'")""",
    f"""CREATE TRIGGER search_document_inserted AFTER INSERT ON search_document BEGIN
        INSERT INTO search_fts (rowid, {COLUMNS}) VALUES (new.place, {NEW}); END""",
    f"""CREATE TRIGGER search_document_deleted AFTER DELETE ON search_document BEGIN
        INSERT INTO search_fts (search_fts, rowid, {COLUMNS}) VALUES ('delete', old.place, {OLD}); END""",
    f"""CREATE TRIGGER search_document_updated AFTER UPDATE OF place, {COLUMNS} ON search_document BEGIN
        INSERT INTO search_fts (search_fts, rowid, {COLUMNS}) VALUES ('delete', old.place, {OLD});
        INSERT INTO search_fts (rowid, {COLUMNS}) VALUES (new.place, {NEW}); END""",
]
WEIGHTS = {"headline": "A", "standfirst": "B", "byline": "B", "captions": "D", "sources": "D", "body": "C"}
VECTOR = " || ".join(
    ["array_to_tsvector(string_to_array(marks, ' '))"]
    + [f"setweight(to_tsvector('simple'::regconfig, {name}), '{weight}')" for name, weight in WEIGHTS.items()]
)
POSTGRESQL = [
    f"ALTER TABLE search_document ADD COLUMN vector tsvector GENERATED ALWAYS AS ({VECTOR}) STORED",
    "CREATE INDEX ix_search_document_vector ON search_document USING gin (vector)",
]


def upgrade() -> None:
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    op.create_table('search_document',
    sa.Column('place', sa.Integer() if on_sqlite else sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('article_id', sa.Integer(), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('marks', sa.String(), nullable=False),
    sa.Column('headline', sa.String(), nullable=False),
    sa.Column('standfirst', sa.String(), nullable=False),
    sa.Column('byline', sa.String(), nullable=False),
    sa.Column('captions', sa.String(), nullable=False),
    sa.Column('sources', sa.String(), nullable=False),
    sa.Column('body', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], name=op.f('fk_search_document_article_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('place', name=op.f('pk_search_document')),
    sa.UniqueConstraint('article_id', name=op.f('uq_search_document_article_id'))
    )
    op.create_index('ix_search_document_ends_at', 'search_document', ['ends_at'], unique=False)
    op.create_table('search_word',
    sa.Column('word', sa.String() if on_sqlite else sa.String(collation="C"), nullable=False),
    sa.Column('skeleton', sa.String(), nullable=False),
    sa.Column('stories', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('word', name=op.f('pk_search_word'))
    )
    op.create_index('ix_search_word_skeleton', 'search_word', ['skeleton', 'stories'], unique=False)
    op.create_table('search_stale',
    sa.Column('article_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], name=op.f('fk_search_stale_article_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('article_id', name=op.f('pk_search_stale'))
    )
    for statement in SQLITE if on_sqlite else POSTGRESQL:
        op.execute(sa.text(statement.replace(":", "\\:")))
    # A database that has stories already: "newsapp search rebuild" writes their documents.


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for trigger in ("inserted", "deleted", "updated"):
            op.execute(f"DROP TRIGGER search_document_{trigger}")
        op.execute("DROP TABLE search_fts")
    op.drop_table('search_stale')
    op.drop_index('ix_search_word_skeleton', table_name='search_word')
    op.drop_table('search_word')
    op.drop_index('ix_search_document_ends_at', table_name='search_document')
    op.drop_table('search_document')
