"""Finding comments by their words; one mailbox for all of its addresses; what the newsroom says over discussions

As for stories (0002): on SQLite an FTS5 table without text of its own, kept by triggers; on PostgreSQL a generated column.
"""

import html
import re

import sqlalchemy as sa
from alembic import op
from newsapp.lib.addresses import mailbox
from newsapp.lib.words import index_text
revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

COLUMNS = "marks, name, words"
NEW = ", ".join(f"new.{name}" for name in COLUMNS.split(", "))
OLD = ", ".join(f"old.{name}" for name in COLUMNS.split(", "))
SQLITE = [
    f"""CREATE VIRTUAL TABLE comment_fts USING fts5({COLUMNS}, content='comment_text', content_rowid='comment_id',
        tokenize="unicode61 remove_diacritics 2 categories 'L* N* Co M*' tokenchars ':'")""",
    f"""CREATE TRIGGER comment_text_inserted AFTER INSERT ON comment_text BEGIN
        INSERT INTO comment_fts (rowid, {COLUMNS}) VALUES (new.comment_id, {NEW}); END""",
    f"""CREATE TRIGGER comment_text_deleted AFTER DELETE ON comment_text BEGIN
        INSERT INTO comment_fts (comment_fts, rowid, {COLUMNS}) VALUES ('delete', old.comment_id, {OLD}); END""",
    f"""CREATE TRIGGER comment_text_updated AFTER UPDATE OF comment_id, {COLUMNS} ON comment_text BEGIN
        INSERT INTO comment_fts (comment_fts, rowid, {COLUMNS}) VALUES ('delete', old.comment_id, {OLD});
        INSERT INTO comment_fts (rowid, {COLUMNS}) VALUES (new.comment_id, {NEW}); END""",
]
POSTGRESQL = [
    """ALTER TABLE comment_text ADD COLUMN vector tsvector GENERATED ALWAYS AS (array_to_tsvector(string_to_array(marks, ' '))
        || to_tsvector('simple'::regconfig, name) || to_tsvector('simple'::regconfig, words)) STORED""",
    "CREATE INDEX ix_comment_text_vector ON comment_text USING gin (vector)",
]
STATE = """CASE WHEN c.deleted_at IS NOT NULL THEN 'deleted' WHEN c.held_at IS NOT NULL THEN 'waiting'
    WHEN c.rejected_at IS NOT NULL THEN 'rejected' WHEN c.spam_at IS NOT NULL THEN 'spam'
    WHEN c.hidden_at IS NOT NULL THEN 'hidden' WHEN c.approved_at IS NOT NULL THEN 'approved' ELSE 'waiting' END"""
ALL = f"""SELECT c.id, c.article_id, {STATE} AS state, c.body,
    coalesce(w.name || ' ', '') || coalesce(a.name || ' ' || a.username, c.guest_name, '') AS name
    FROM comment c LEFT JOIN account a ON a.id = c.account_id LEFT JOIN author w ON w.id = c.author_id
    WHERE c.id > :last ORDER BY c.id LIMIT 1000"""
INSERT = "INSERT INTO comment_text (comment_id, marks, name, words) VALUES (:comment_id, :marks, :name, :words)"
REST = r"""(?:[^>"']|"[^"]*"|'[^']*')*>"""
BLOCK = re.compile(rf"</?(?:p|li|ul|ol|blockquote|br|pre)\b{REST}")
TAG = re.compile(rf"<[a-zA-Z/!]{REST}")


def upgrade() -> None:
    connection = op.get_bind()
    op.create_table('comment_text',
    sa.Column('comment_id', sa.Integer(), nullable=False),
    sa.Column('marks', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['comment_id'], ['comment.id'], name=op.f('fk_comment_text_comment_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('comment_id', name=op.f('pk_comment_text'))
    )
    for statement in SQLITE if connection.dialect.name == "sqlite" else POSTGRESQL:
        op.execute(sa.text(statement.replace(":", "\\:")))
    last = 0
    while found := connection.execute(sa.text(ALL), {"last": last}).all():
        connection.execute(sa.text(INSERT), [
            {"comment_id": row.id, "marks": f"state:{row.state} story:{row.article_id}", "name": index_text(row.name, 20_000),
             "words": words(row.body)} for row in found
        ])
        last = found[-1].id


    op.add_column('account', sa.Column('mailbox', sa.String(), nullable=False, server_default=''))
    op.add_column('comment', sa.Column('mailbox', sa.String(), nullable=True))
    fold("SELECT id, email FROM account", "UPDATE account SET mailbox = :box WHERE id = :id")
    fold("SELECT id, guest_email FROM comment WHERE guest_email IS NOT NULL", "UPDATE comment SET mailbox = :box WHERE id = :id")
    for table in ("sanction", "person_note"):
        fold(f"SELECT id, email FROM {table} WHERE email IS NOT NULL", f"UPDATE {table} SET email = :box WHERE id = :id")
    op.add_column('thread', sa.Column('message', sa.String(), nullable=False, server_default=''))
    op.add_column('thread', sa.Column('kept_open_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('site', sa.Column('comment_rules', sa.String(), nullable=False, server_default=''))
    op.create_index('ix_sanction_open', 'sanction', ['id'], sqlite_where=sa.text('lifted_at IS NULL'),
        postgresql_where=sa.text('lifted_at IS NULL'))
    op.create_index('ix_appeal_open', 'appeal', ['comment_id'], sqlite_where=sa.text('decided_at IS NULL'),
        postgresql_where=sa.text('decided_at IS NULL'))
    op.create_index('ix_account_mailbox', 'account', ['mailbox'])
    op.create_index('ix_comment_mailbox', 'comment', ['mailbox', 'posted_at', 'id'], sqlite_where=sa.text('mailbox IS NOT NULL'),
        postgresql_where=sa.text('mailbox IS NOT NULL'))


def fold(read: str, write: str) -> None:
    connection = op.get_bind()
    rows = [{"id": row[0], "box": mailbox(row[1])} for row in connection.execute(sa.text(read))]
    if rows:
        connection.execute(sa.text(write), rows)


def words(body: str) -> str:
    seen = html.unescape(TAG.sub("", BLOCK.sub(" ", body)))
    links = " ".join(html.unescape(address) for address in re.findall(r'\shref="([^"]*)"', body))
    return index_text(f"{seen} {links}", 20_000)


def downgrade() -> None:
    op.drop_index('ix_appeal_open', table_name='appeal')
    op.drop_index('ix_sanction_open', table_name='sanction')
    op.drop_column('site', 'comment_rules')
    op.drop_column('thread', 'kept_open_at')
    op.drop_column('thread', 'message')
    for table in ('account', 'comment'):
        op.drop_index(f'ix_{table}_mailbox', table_name=table)
        op.drop_column(table, 'mailbox')
    if op.get_bind().dialect.name == "sqlite":
        for trigger in ("inserted", "deleted", "updated"):
            op.execute(f"DROP TRIGGER comment_text_{trigger}")
        op.execute("DROP TABLE comment_fts")
    op.drop_table('comment_text')
