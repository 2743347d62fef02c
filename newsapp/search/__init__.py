"""Full-text search over the stories that are public: the index, kept in the transaction of every change."""

from newsapp.lib.terms import Terms, parse
from newsapp.search.asked import Filters
from newsapp.search.index import Hits, SearchIndex, index
from newsapp.search.models import SearchDocument, is_behind, is_stale, rebuild, refresh

__all__ = ["Filters", "Hits", "SearchDocument", "SearchIndex", "Terms", "index", "is_behind", "is_stale"]
__all__ += ["parse", "rebuild", "refresh"]
