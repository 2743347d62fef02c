"""What knows nothing of news: the clock, text, pages and fragments, the page cache."""
