"""The publisher's own logo."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
revision = '0008'
down_revision = '0003'
branch_labels = None
depends_on = None

LOGO = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column('site', sa.Column('logo', LOGO, nullable=True))
    op.add_column('site', sa.Column('logo_dark', LOGO, nullable=True))


def downgrade() -> None:
    op.drop_column('site', 'logo_dark')
    op.drop_column('site', 'logo')
