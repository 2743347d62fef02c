"""Compression of what we send."""

import gzip

import brotli


def compress(body: bytes, encoding: str, *, fast: bool = False) -> bytes:
    """Compress ``body`` as ``br``, ``gzip`` or, for ``identity``, not at all; ``fast`` for what is sent once."""
    if encoding == "br":
        return bytes(brotli.compress(body, quality=1 if fast else 5))
    if encoding == "gzip":
        return gzip.compress(body, 1 if fast else 6, mtime=0)
    return body
