"""Where a story can be shared: plain links, no script of anybody else's."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True)
class Network:
    key: str
    name: str
    icon: str
    pattern: str  # with {url} and {title}

    def link(self, url: str, title: str) -> str:
        return self.pattern.format(url=quote(url, safe=""), title=quote(title, safe=""))


NETWORKS = {
    network.key: network
    for network in (
        Network("x", "X", "x", "https://x.com/intent/post?url={url}&text={title}"),
        Network("facebook", "Facebook", "facebook", "https://www.facebook.com/sharer/sharer.php?u={url}"),
        Network("whatsapp", "WhatsApp", "whatsapp", "https://wa.me/?text={title}%20{url}"),
        Network("bluesky", "Bluesky", "bluesky", "https://bsky.app/intent/compose?text={title}%20{url}"),
    )
}


@dataclass(frozen=True)
class Share:
    """What the share panel offers for one story."""

    url: str
    mail: str
    networks: list[tuple[Network, str]]


def share(url: str, title: str, networks: list[str]) -> Share:
    """Prepare the links to share ``url``."""
    mail = f"mailto:?subject={quote(title, safe='')}&body={quote(url, safe='')}"
    return Share(url, mail, [(NETWORKS[k], NETWORKS[k].link(url, title)) for k in networks if k in NETWORKS])
