"""What the publisher lets commenters do, where the desk sets it and not the environment"""

import sqlalchemy as sa
from alembic import op

revision = '0025'
down_revision = '0016'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("site", sa.Column("comments_guests", sa.Boolean(), nullable=True))
    op.add_column("site", sa.Column("comments_first_held", sa.Integer(), nullable=True))
    op.add_column("site", sa.Column("comments_close_days", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("site", "comments_close_days")
    op.drop_column("site", "comments_first_held")
    op.drop_column("site", "comments_guests")
