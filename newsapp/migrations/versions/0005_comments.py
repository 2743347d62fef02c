"""Comments: their states, reports, sanctions, the moderators' lists, notifications and the newsroom's log"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
POINTERS = {
    "comment": ["approved_by_id", "rejected_by_id", "spam_by_id", "pinned_by_id"],
    "thread": ["pinned_id"],
}
REASONS = [
    ("Personal attack", "It attacks a person and not what they say."),
    ("Hateful", "It is hateful towards a group of people."),
    ("Private facts", "It tells something private about somebody."),
    ("Off the subject", "It has nothing to do with the story."),
    ("Advertising", "It advertises something."),
    ("Unlawful", "It may break the law."),
    ("Unproved claim", "It accuses somebody of something without showing how it is known."),
]
NEVER_CHANGED = "the log is only added to"


def where(test):
    return {"sqlite_where": sa.text(test), "postgresql_where": sa.text(test)}


def upgrade() -> None:
    op.create_table('listed_word',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('word', sa.String(), nullable=False),
    sa.Column('banned_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('added_by_id', sa.Integer(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_listed_word')),
    sa.UniqueConstraint('word', name=op.f('uq_listed_word_word'))
    )
    op.create_table('log_entry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('act', sa.String(), nullable=False),
    sa.Column('about', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('details', JSON, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_log_entry'))
    )
    op.create_index('ix_log_entry_about', 'log_entry', ['about', 'id'], unique=False)
    op.create_index('ix_log_entry_act', 'log_entry', ['act', 'at'], unique=False)
    op.create_index('ix_log_entry_by_id', 'log_entry', ['by_id', 'id'], unique=False)
    op.create_table('rejection_reason',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rejection_reason')),
    sa.UniqueConstraint('title', name=op.f('uq_rejection_reason_title'))
    )
    op.create_table('mute',
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('muted_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_mute_account_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['muted_id'], ['account.id'], name=op.f('fk_mute_muted_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('account_id', 'muted_id', name=op.f('pk_mute'))
    )
    op.create_table('notification',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('about', sa.String(), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('address', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_notification_account_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notification'))
    )
    op.create_index('ix_notification_about', 'notification', ['about'], unique=False)
    op.create_index('ix_notification_account', 'notification', ['account_id', 'id'], unique=False)
    op.create_table('person_note',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('email', sa.String(), nullable=True),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('written_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_person_note_account_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['written_by_id'], ['account.id'], name=op.f('fk_person_note_written_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person_note'))
    )
    op.create_index('ix_person_note_account_id', 'person_note', ['account_id', 'id'], unique=False)
    op.create_index('ix_person_note_email', 'person_note', ['email', 'id'], unique=False)
    op.create_table('sanction',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('measure', sa.String(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('email', sa.String(), nullable=True),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('begun_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('begun_by_id', sa.Integer(), nullable=True),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('lifted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('lifted_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_sanction_account_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['begun_by_id'], ['account.id'], name=op.f('fk_sanction_begun_by_id')),
    sa.ForeignKeyConstraint(['lifted_by_id'], ['account.id'], name=op.f('fk_sanction_lifted_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sanction'))
    )
    op.create_index('ix_sanction_account_id', 'sanction', ['account_id', 'id'], unique=False)
    op.create_index('ix_sanction_email', 'sanction', ['email', 'id'], unique=False)
    op.create_table('appeal',
    sa.Column('comment_id', sa.Integer(), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('granted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answer', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['comment_id'], ['comment.id'], name=op.f('fk_appeal_comment_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['decided_by_id'], ['account.id'], name=op.f('fk_appeal_decided_by_id')),
    sa.PrimaryKeyConstraint('comment_id', name=op.f('pk_appeal'))
    )
    op.create_table('recommendation',
    sa.Column('comment_id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_recommendation_account_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['comment_id'], ['comment.id'], name=op.f('fk_recommendation_comment_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('comment_id', 'account_id', name=op.f('pk_recommendation'))
    )
    op.create_index(op.f('ix_recommendation_account_id'), 'recommendation', ['account_id'], unique=False)
    op.create_table('report',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('reference', sa.String(), nullable=False),
    sa.Column('comment_id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('email', sa.String(), nullable=True),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('law', sa.String(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decision', sa.String(), nullable=True),
    sa.Column('decision_words', sa.String(), nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_report_account_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['comment_id'], ['comment.id'], name=op.f('fk_report_comment_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['decided_by_id'], ['account.id'], name=op.f('fk_report_decided_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_report')),
    sa.UniqueConstraint('reference', name=op.f('uq_report_reference'))
    )
    op.create_index(op.f('ix_report_account_id'), 'report', ['account_id'], unique=False)
    op.create_index('ix_report_comment_id', 'report', ['comment_id'], unique=False)
    op.create_index('ix_report_open', 'report', ['comment_id'], unique=False, **where('decided_at IS NULL'))
    op.add_column('comment', sa.Column('guest_email', sa.String(), nullable=True))
    op.add_column('comment', sa.Column('network', sa.String(), nullable=True))
    op.add_column('comment', sa.Column('body_source', sa.String(), nullable=True))
    op.add_column('comment', sa.Column('held_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('comment', sa.Column('held_for', sa.String(), nullable=True))
    op.add_column('comment', sa.Column('findings', JSON, server_default='[]', nullable=False))
    op.add_column('comment', sa.Column('rejected_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('comment', sa.Column('rejected_for', sa.String(), nullable=True))
    op.add_column('comment', sa.Column('rejected_words', sa.String(), nullable=True))
    op.add_column('comment', sa.Column('spam_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('comment', sa.Column('edited_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('comment', sa.Column('pinned_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('comment', sa.Column('decisions', sa.Integer(), server_default='0', nullable=False))
    op.drop_index(op.f('ix_comment_account_id'), table_name='comment')
    op.create_index('ix_comment_account_id', 'comment', ['account_id', 'posted_at'], unique=False)
    op.create_index('ix_comment_featured', 'comment', ['article_id', 'root_id'], unique=False, **where('featured_at IS NOT NULL'))
    op.create_index('ix_comment_guest_email', 'comment', ['guest_email', 'posted_at'], unique=False, **where('guest_email IS NOT NULL'))
    op.create_index('ix_comment_held_at', 'comment', ['held_at', 'id'], unique=False, **where('held_at IS NOT NULL'))
    op.create_index('ix_comment_network', 'comment', ['network', 'posted_at'], unique=False, **where('network IS NOT NULL'))
    op.create_index('ix_comment_rejected_at', 'comment', ['rejected_at', 'id'], unique=False, **where('rejected_at IS NOT NULL'))
    op.create_index('ix_comment_roots_recommended', 'comment', ['article_id', 'parent_id', 'recommended', 'posted_at', 'id'], unique=False)
    op.create_index('ix_comment_spam_at', 'comment', ['spam_at', 'id'], unique=False, **where('spam_at IS NOT NULL'))
    for table, names in POINTERS.items():
        target, ondelete = ("account", None) if table == "comment" else ("comment", "SET NULL")
        with op.batch_alter_table(table) as batch_op:
            for name in names:
                batch_op.add_column(sa.Column(name, sa.Integer(), nullable=True))
                batch_op.create_foreign_key(f"fk_{table}_{name}", target, [name], ["id"], ondelete=ondelete)
    op.execute(
        "UPDATE comment SET held_at = posted_at, held_for = 'moderator' WHERE approved_at IS NULL AND deleted_at IS NULL"
    )
    reasons = sa.table("rejection_reason", sa.column("title"), sa.column("words"), sa.column("position"))
    op.bulk_insert(reasons, [{"title": t, "words": w, "position": n} for n, (t, w) in enumerate(REASONS)])
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER log_entry_no_{act.lower()} BEFORE {act} ON log_entry "
                f"BEGIN SELECT RAISE(ABORT, '{NEVER_CHANGED}'); END"
            )
    else:
        op.execute(
            "CREATE FUNCTION log_entry_stays() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{NEVER_CHANGED}'; END $$"
        )
        op.execute(
            "CREATE TRIGGER log_entry_stays BEFORE UPDATE OR DELETE ON log_entry "
            "FOR EACH ROW EXECUTE FUNCTION log_entry_stays()"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for act in ("update", "delete"):
            op.execute(f"DROP TRIGGER log_entry_no_{act}")
    else:
        op.execute("DROP TRIGGER log_entry_stays ON log_entry")
        op.execute("DROP FUNCTION log_entry_stays()")
    for table in ("report", "recommendation", "appeal", "sanction", "person_note", "notification", "mute",
                  "rejection_reason", "log_entry", "listed_word"):
        op.drop_table(table)
    for name in ("featured", "guest_email", "held_at", "network", "rejected_at", "roots_recommended", "spam_at", "account_id"):
        op.drop_index(f"ix_comment_{name}", table_name="comment")
    with op.batch_alter_table("thread") as batch_op:
        batch_op.drop_constraint("fk_thread_pinned_id", type_="foreignkey")
        batch_op.drop_column("pinned_id")
    with op.batch_alter_table("comment") as batch_op:
        for name in POINTERS["comment"]:
            batch_op.drop_constraint(f"fk_comment_{name}", type_="foreignkey")
            batch_op.drop_column(name)
        for name in ("decisions", "pinned_at", "edited_at", "spam_at", "rejected_words", "rejected_for", "rejected_at",
                     "findings", "held_for", "held_at", "body_source", "network", "guest_email"):
            batch_op.drop_column(name)
    op.create_index("ix_comment_account_id", "comment", ["account_id"])
