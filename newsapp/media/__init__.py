"""Pictures: upload, sizes, credit and licence."""

from newsapp.media.models import Picture, PrintedPicture, picture_changed, upload
from newsapp.media.renditions import NotAPicture

__all__ = ["NotAPicture", "Picture", "PrintedPicture", "picture_changed", "upload"]
