"""The other process of ``test_fresh_pages.py``: reads a line, does what it says, answers with a line."""

import json
import random
import sys
from datetime import datetime
from pathlib import Path

from newsapp import create_app
from newsapp.db import db
from newsapp.lib import clock
from tests import changes
from tests.conftest import Browser

settings = json.loads(sys.argv[1])
app = create_app({"DATABASE_URL": settings["database"], "TESTING": True}, instance=Path(settings["instance"]))
with app.app_context():
    browser = Browser(app, app.response_class)
    for line in sys.stdin:
        question = json.loads(line)
        clock.set_to(datetime.fromisoformat(question["now"]))
        answer = None
        if "change" in question:
            changes.VERBS[question["change"]](random.Random(question["seed"]))
            db.session.commit()
        for address in question.get("addresses", ()):
            page = browser.get(address)
            answer = {**(answer or {}), address: [page.status_code, page.text]}
        print(json.dumps(answer), flush=True)
