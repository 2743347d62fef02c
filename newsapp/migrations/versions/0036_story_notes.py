"""Notes to colleagues, beside a story"""

import sqlalchemy as sa
from alembic import op
revision = '0036'
down_revision = '0035'
branch_labels = None
depends_on = None


def at(name, nullable=True):
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table('story_note',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('article_id', sa.Integer(), nullable=False),
    sa.Column('answers_id', sa.Integer(), nullable=True),
    sa.Column('quote', sa.String(), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    at('written_at', False),
    sa.Column('written_by_id', sa.Integer(), nullable=True),
    at('done_at'),
    sa.Column('done_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], name=op.f('fk_story_note_article_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['answers_id'], ['story_note.id'], name=op.f('fk_story_note_answers_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['written_by_id'], ['account.id'], name=op.f('fk_story_note_written_by_id')),
    sa.ForeignKeyConstraint(['done_by_id'], ['account.id'], name=op.f('fk_story_note_done_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_story_note'))
    )
    op.create_index('ix_story_note_article', 'story_note', ['article_id', 'id'], unique=False)
    op.create_index(op.f('ix_story_note_answers_id'), 'story_note', ['answers_id'], unique=False)


def downgrade() -> None:
    op.drop_table('story_note')
