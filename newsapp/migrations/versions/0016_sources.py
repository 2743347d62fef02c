"""Sources: found by the page that their address leads to, merged, with a page of their own; what checks of links found"""

import sqlalchemy as sa
from alembic import op
from newsapp.lib.webaddress import page_key
revision = '0016'
down_revision = '0018'
branch_labels = None
depends_on = None

AT_ONCE = 1000


def upgrade() -> None:
    with op.batch_alter_table('source', schema=None) as batch_op:
        batch_op.add_column(sa.Column('page_key', sa.String(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('merged_into_id', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_source_merged_into_id'), 'source', ['merged_into_id'], ['id'])
        batch_op.create_index(batch_op.f('ix_source_page_key'), ['page_key'], unique=False)
        batch_op.create_index(batch_op.f('ix_source_merged_into_id'), ['merged_into_id'], unique=False)
    with op.batch_alter_table('source', schema=None) as batch_op:
        batch_op.alter_column('page_key', server_default=None)
    op.create_table('link_check',
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('address', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('status', sa.Integer(), nullable=False),
    sa.Column('leads_to', sa.String(), nullable=False),
    sa.Column('why', sa.String(), nullable=False),
    sa.Column('checked_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_link_check'))
    )
    note_pages()
    op.execute(  # a source's page is a shelf like a topic's
        "INSERT INTO listing (shelf, article_id, published_at, ends_at) "
        "SELECT DISTINCT 'source:' || c.source_id, l.article_id, l.published_at, l.ends_at "
        "FROM citation c JOIN listing l ON l.article_id = c.article_id AND l.shelf = 'all'"
    )


def note_pages() -> None:
    connection = op.get_bind()
    last = 0
    while rows := connection.execute(
        sa.text("SELECT id, url FROM source WHERE id > :last ORDER BY id LIMIT :most"), {"last": last, "most": AT_ONCE}
    ).all():
        keyed = [{"id": row.id, "key": page_key(row.url)} for row in rows if row.url]
        if keyed:
            connection.execute(sa.text("UPDATE source SET page_key = :key WHERE id = :id"), keyed)
        last = rows[-1].id


def downgrade() -> None:
    op.execute("DELETE FROM listing WHERE shelf LIKE 'source:%'")
    op.drop_table('link_check')
    with op.batch_alter_table('source', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_source_merged_into_id'))
        batch_op.drop_index(batch_op.f('ix_source_page_key'))
        batch_op.drop_constraint(batch_op.f('fk_source_merged_into_id'), type_='foreignkey')
        batch_op.drop_column('merged_into_id')
        batch_op.drop_column('page_key')
