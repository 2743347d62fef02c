"""The application for a WSGI server: ``granian --interface wsgi wsgi:app``."""

from newsapp import create_app
from newsapp.jobs import start

app = create_app()
start(app)
