"""What the publisher sets: the paper's name, its words about itself, its zone and its links."""

from newsapp.site.models import Site, current

__all__ = ["Site", "current"]
