"""When a guest's mailbox was asked whether it wants replies"""

import sqlalchemy as sa
from alembic import op
revision = '0042'
down_revision = '0041'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('comment', sa.Column('reply_mail_offered_at', sa.DateTime(timezone=True), nullable=True))
    # Who asked and whose comment was approved had that letter.
    op.execute(
        'UPDATE comment SET reply_mail_offered_at = approved_at'
        ' WHERE reply_mail_asked_at IS NOT NULL AND approved_at IS NOT NULL'
    )


def downgrade() -> None:
    op.drop_column('comment', 'reply_mail_offered_at')
