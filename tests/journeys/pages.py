"""One address of every page type of the demo newsroom."""

STORY = "/articles/undersea-cables-treaty"  # long, with tables, sources, an update log and comments
SHORT_STORY = "/articles/what-a-leap-second-is"
NO_STORY = "/articles/nothing-here"
WITHDRAWN = "/articles/a-story-that-was-taken-back"
SECTION = "/sections/world"

PAGES = {
    "front page": "/",
    "section": SECTION,
    "section, page 2": f"{SECTION}?page=2",
    "article": STORY,
    "live article": "/articles/storm-ottoline-live",
    "opinion without a picture": "/articles/queue-is-a-constitution",
    "share panel": f"{STORY}/share",
    "versions": f"{STORY}/versions",
    "thread": f"{STORY}/comments",
    "comment form": f"{STORY}/comments/new?parent_id=1",
    "one's own comments": f"{STORY}/comments/mine",
    "report": "/comments/1/report",
    "authors": "/authors",
    "author": "/authors/ines-vandermolen",
    "topics": "/topics",
    "topic": "/topics/undersea-cables",
    "search": "/search?q=cable",
    "search without a hit": "/search?q=zzzzzz",
    "saved stories": "/saved",
    "reading offline": "/offline",
    "the log": "/log",
    "corrections": "/corrections",
    "moderation": "/moderation",
    "about": "/about",
    "preferences": "/preferences",
    "sign in": "/account/sign-in",
    "register": "/account/register",
    "lost password": "/account/forgot-password",
    "a letter's link": "/letters/stop/no-such-token",
    "404": NO_STORY,
    "410": WITHDRAWN,
}

# What only somebody signed in sees; the demo's admin sees all of it.
INSIDE = {
    "article, signed in": STORY,
    "profile": "/account",
    "own comments": "/account/comments",
    "saved stories of the account": "/saved",
    "what one follows": "/account/follows",
    "section, signed in": SECTION,
    "author, signed in": "/authors/ines-vandermolen",
    "security": "/account/security",
    "second factor": "/account/second-factor",
    "own data": "/account/data",
    "articles": "/desk/articles",
    "new article": "/desk/articles/new",
    "writing": "/desk/articles/1",
    "releasing": "/desk/articles/1/release",
    "history at the desk": "/desk/articles/1/history",
    "preview at the desk": "/desk/articles/1/preview",
    "comments' desk": "/desk/comments",
    "comments' desk, a search": "/desk/comments?q=cable",
    "one comment": "/desk/comments/1",
    "its thread": "/desk/comments/1/thread",
    "listed words": "/desk/words",
    "reasons": "/desk/reasons",
    "log of decisions": "/desk/log",
}
