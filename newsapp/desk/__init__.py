"""The newsroom's own pages: one module for each feature, and no tables of its own."""
