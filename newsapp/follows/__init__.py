"""What a reader keeps for later. Without an account it is kept in the reader's own browser, and the site knows nothing of it."""
