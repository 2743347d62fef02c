"""The library of pictures: rights and their end, when it was taken, and where the desk has written a picture in"""

import json
import re

import sqlalchemy as sa
from alembic import op

revision = '0017'
down_revision = '0015'
branch_labels = None
depends_on = None

ENDS = sa.text("rights_end_on IS NOT NULL")


def upgrade() -> None:
    with op.batch_alter_table("picture") as picture:
        picture.add_column(sa.Column("rights", sa.String(), nullable=False, server_default=""))
        picture.add_column(sa.Column("rights_end_on", sa.Date(), nullable=True))
        picture.add_column(sa.Column("taken_on", sa.Date(), nullable=True))
    op.create_index("ix_picture_rights_end_on", "picture", ["rights_end_on", "id"], sqlite_where=ENDS, postgresql_where=ENDS)
    op.create_index("ix_author_portrait_id", "author", ["portrait_id"])
    op.create_table(
        "picture_mention",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("picture_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_picture_mention_article_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["picture_id"], ["picture.id"], name=op.f("fk_picture_mention_picture_id")),
        sa.PrimaryKeyConstraint("article_id", "picture_id", name=op.f("pk_picture_mention")),
    )
    op.create_index("ix_picture_mention_picture_id", "picture_mention", ["picture_id"])

    connection = op.get_bind()
    there = {row[0] for row in connection.execute(sa.text("SELECT id FROM picture"))}
    found = set()
    for table in ("working_copy", "sitting", "waiting_change", "version"):
        for article_id, document in connection.execute(sa.text(f"SELECT article_id, document FROM {table}")):
            said = json.loads(document) if isinstance(document, str) else document or {}
            numbers = re.findall(r"data-picture=[\"']?(\d{1,9})", said.get("body") or "")
            found |= {(article_id, int(n)) for n in [said.get("picture_id") or 0, *numbers]}
    mention = sa.table("picture_mention", sa.column("article_id"), sa.column("picture_id"))
    rows = [{"article_id": a, "picture_id": p} for a, p in sorted(found) if p in there]
    if rows:
        connection.execute(mention.insert(), rows)


def downgrade() -> None:
    op.drop_table("picture_mention")
    op.drop_index("ix_author_portrait_id", table_name="author")
    op.drop_index("ix_picture_rights_end_on", table_name="picture")
    with op.batch_alter_table("picture") as picture:
        picture.drop_column("taken_on")
        picture.drop_column("rights_end_on")
        picture.drop_column("rights")
