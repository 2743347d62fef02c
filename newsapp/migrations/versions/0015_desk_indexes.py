"""The desk's counts and the lists of one story: indexes that answer them without looking rows up"""

import sqlalchemy as sa
from alembic import op
revision = '0015'
down_revision = '0012'
branch_labels = None
depends_on = None

DECIDED = ["held_at", "rejected_at", "spam_at", "deleted_at"]
WIDER = {"held_at": ["held_at", "id", "deleted_at"], "hidden_at": ["hidden_at", "id", *DECIDED]}
NEW = {
    "story_held": ["article_id", "held_at", "id", "deleted_at"],
    "story_rejected": ["article_id", "rejected_at", "id"],
    "story_spam": ["article_id", "spam_at", "id"],
    "story_hidden": ["article_id", "hidden_at", "id", *DECIDED],
}


def create(name, columns, state) -> None:
    where = sa.text(f"{state} IS NOT NULL")
    op.create_index(f"ix_comment_{name}", "comment", columns, sqlite_where=where, postgresql_where=where)


def upgrade() -> None:
    for name, columns in WIDER.items():
        op.drop_index(f"ix_comment_{name}", table_name="comment")
        create(name, columns, name)
    for name, columns in NEW.items():
        create(name, columns, columns[1])


def downgrade() -> None:
    for name in NEW:
        op.drop_index(f"ix_comment_{name}", table_name="comment")
    for name in WIDER:
        op.drop_index(f"ix_comment_{name}", table_name="comment")
        create(name, [name, "id"], name)
