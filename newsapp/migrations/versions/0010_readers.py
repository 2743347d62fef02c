"""Readers with an account: replies by mail"""

import sqlalchemy as sa
from alembic import op
revision = '0010'
down_revision = '0014'
branch_labels = None
depends_on = None

MOMENTS = {"account": ["reply_mail_at"], "comment": ["reply_mail_asked_at", "reply_mail_at", "mailed_at"]}


def upgrade() -> None:
    for table, names in MOMENTS.items():
        for name in names:
            op.add_column(table, sa.Column(name, sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for table, names in MOMENTS.items():
        for name in names:
            op.drop_column(table, name)
