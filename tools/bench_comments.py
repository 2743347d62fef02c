"""Bring the discussion under one story to 100 comments: ``python -m tools.bench_comments SLUG``."""

import sys

from sqlalchemy import select

from newsapp import comments, create_app
from newsapp.articles import Article
from newsapp.comments import Comment, Thread
from newsapp.db import db

app = create_app()
with app.app_context():
    story = db.session.scalars(select(Article).where(Article.slug == sys.argv[1])).one()
    mine = select(Comment).where(Comment.article_id == story.id)
    texts = [comment.body for comment in db.session.scalars(mine)]
    parent = None
    n = 0
    while (thread := db.session.get(Thread, story.id)) is None or thread.visible < 100:
        parent = comments.post(
            story, texts[n % len(texts)][:2000], guest_name=f"Reader {n}", parent=parent if n % 3 else None
        )
        n += 1
    db.session.commit()
