"""The names in a byline that have no page, in the newsroom's list"""

import sqlalchemy as sa
from alembic import op
revision = '0035'
down_revision = '0034'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('newslist_line', schema=None) as batch_op:
        batch_op.add_column(sa.Column('other_names', sa.String(), nullable=False, server_default=''))
    with op.batch_alter_table('newslist_line', schema=None) as batch_op:
        batch_op.alter_column('other_names', server_default=None)
    connection = op.get_bind()
    names: dict[int, list[str]] = {}
    signed = sa.text("SELECT article_id, free_text FROM byline WHERE author_id IS NULL AND free_text <> '' ORDER BY article_id, position")
    for article_id, name in connection.execute(signed):
        names.setdefault(article_id, []).append(name)
    write = sa.text("UPDATE newslist_line SET other_names = :names WHERE article_id = :id")
    for article_id, found in names.items():
        connection.execute(write, {"names": ", ".join(found), "id": article_id})


def downgrade() -> None:
    with op.batch_alter_table('newslist_line', schema=None) as batch_op:
        batch_op.drop_column('other_names')
