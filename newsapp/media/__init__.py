"""Pictures: upload, sizes, credit and licence."""

from newsapp.media.logo import keep_logo
from newsapp.media.models import Picture, PrintedPicture, folder, picture_changed, upload
from newsapp.media.renditions import NotAPicture

__all__ = ["NotAPicture", "Picture", "PrintedPicture", "folder", "keep_logo", "picture_changed", "upload"]
