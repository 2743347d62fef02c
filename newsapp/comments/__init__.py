"""What readers write under stories, in threads."""

from newsapp.comments.models import Comment, Thread, post
from newsapp.comments.threads import PER_PAGE, ThreadPage, thread_page

__all__ = ["PER_PAGE", "Comment", "Thread", "ThreadPage", "post", "thread_page"]
