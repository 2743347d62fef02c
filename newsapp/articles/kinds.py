"""What a story is: the label that readers and machines are told."""

from enum import StrEnum


class Kind(StrEnum):
    NEWS = "news"
    ANALYSIS = "analysis"
    OPINION = "opinion"
    EXPLAINER = "explainer"
    LIVE = "live"
    SPONSORED = "sponsored"
    SATIRE = "satire"
    PRESS_RELEASE = "press release"

    @property
    def label(self) -> str:
        return self.value.capitalize()

    @property
    def schema_type(self) -> str:
        """Its type in schema.org's vocabulary."""
        return _SCHEMA_TYPES.get(self, "NewsArticle")


_SCHEMA_TYPES = {
    Kind.ANALYSIS: "AnalysisNewsArticle",
    Kind.OPINION: "OpinionNewsArticle",
    Kind.EXPLAINER: "BackgroundNewsArticle",
    Kind.LIVE: "LiveBlogPosting",
    Kind.SPONSORED: "AdvertiserContentArticle",
    Kind.SATIRE: "SatiricalArticle",
}
