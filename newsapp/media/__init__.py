"""Pictures: upload, sizes, credit and licence."""

from newsapp.media.logo import MAX_BYTES as MAX_LOGO_BYTES
from newsapp.media.logo import keep_logo
from newsapp.media.models import (
    Picture,
    PrintedPicture,
    folder,
    keep,
    picture_changed,
    remove,
    same_as,
    upload,
    words_of,
)
from newsapp.media.renditions import MAX_BYTES, NotAPicture, cut

__all__ = [
    "MAX_BYTES",
    "MAX_LOGO_BYTES",
    "NotAPicture",
    "Picture",
    "PrintedPicture",
    "cut",
    "folder",
    "keep",
    "keep_logo",
    "picture_changed",
]
__all__ += ["remove", "same_as", "upload", "words_of"]
