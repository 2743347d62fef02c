"""The application for a WSGI server: ``granian --interface wsgi wsgi:app``."""

import gc

from newsapp import create_app

app = create_app()
app.extensions["scheduler"].start()

# What is loaded now stays: the collector need not look at it again and again while pages are made.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 50)
