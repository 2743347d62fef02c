"""What the site asks of crawlers, and whom to tell of a hole: robots.txt and security.txt."""

from __future__ import annotations

from datetime import datetime, timedelta

from newsapp.lib import dates

PRIVATE = ("/account", "/articles/*/share", "/desk", "/preferences", "/preview")
# Those that collect text for language models or for answers made of it, as their makers name them. Who fetches one
# page because a person asked for it is not among them.
AI_CRAWLERS = (
    "AI2Bot", "Amazonbot", "anthropic-ai", "Applebot-Extended", "Bytespider", "CCBot", "ClaudeBot", "cohere-ai",
    "cohere-training-data-crawler", "Diffbot", "FacebookBot", "Google-CloudVertexBot", "Google-Extended", "GPTBot",
    "ImagesiftBot", "meta-externalagent", "OAI-SearchBot", "omgili", "PanguBot", "PerplexityBot", "Timpibot",
    "Webzio-Extended",
)  # fmt: skip
SECURITY_FOR = timedelta(days=365)  # RFC 9116 recommends less than a year ahead, counted when it is read


def robots(base: str, *, ai: bool) -> str:
    """Write robots.txt. Source: RFC 9309; the sitemaps' lines are the sitemap protocol's."""
    private = "".join(f"Disallow: {path}\n" for path in PRIVATE)
    groups = [f"User-agent: *\n{private}"]
    if not ai:
        groups.append("".join(f"User-agent: {name}\n" for name in AI_CRAWLERS) + "Disallow: /\n")
    groups.append(f"Sitemap: {base}/sitemap.xml\nSitemap: {base}/news-sitemap.xml\n")
    return "\n".join(groups)


def security(base: str, language: str, midnight: datetime) -> str:
    """Write security.txt, good until a year after the newsroom's next ``midnight``. Source: RFC 9116."""
    return (
        f"Contact: {base}/contact\n"
        f"Expires: {dates.machine(midnight + SECURITY_FOR)}\n"
        f"Preferred-Languages: {language.split('-')[0]}\n"
        f"Canonical: {base}/.well-known/security.txt\n"
    )
