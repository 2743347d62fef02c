from __future__ import annotations

import re

from flask import Blueprint, abort, send_from_directory

from newsapp.media.models import folder

bp = Blueprint("media", __name__, url_prefix="/media")

# Originals are kept, not served.
KEY = re.compile(r"[0-9a-f]{20}-[0-9]{1,5}\.(avif|webp|jpg)|logo-[0-9a-f]{20}\.(svg|png|webp|jpg)")
TYPES = {"avif": "image/avif", "webp": "image/webp", "jpg": "image/jpeg", "png": "image/png", "svg": "image/svg+xml"}


@bp.get("/<key>")
def file(key: str):
    if not KEY.fullmatch(key):
        abort(404)
    response = send_from_directory(
        folder().resolve(), key, mimetype=TYPES[key.rsplit(".", 1)[1]], max_age=31536000, etag=False, conditional=True
    )
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # feed readers show our pictures
    response.cache_control.public = True
    response.cache_control.immutable = True  # the name holds the picture's hash
    return response
