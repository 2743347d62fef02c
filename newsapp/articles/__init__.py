"""Stories: drafting, publishing, correcting, and the lists and the front page that they stand on."""

from newsapp.articles.corrections import CorrectionList, correction_list
from newsapp.articles.filing import HasStories, HasSubsections, remove_section, stories_in
from newsapp.articles.front import Front, LogLine, Placement, front_page, next_placement_change, place
from newsapp.articles.illustrations import PictureMention
from newsapp.articles.kinds import Kind
from newsapp.articles.linkcheck import LinkCheck
from newsapp.articles.lists import StoryList, newest, story_list
from newsapp.articles.models import (
    PARTS,
    Article,
    Byline,
    Change,
    Citation,
    PictureUse,
    Source,
    Topic,
    TopicMark,
    article_changed,
    source_changed,
    topic_changed,
    topic_named,
    write,
)
from newsapp.articles.mostread import MostRead, rank
from newsapp.articles.newslist import NewslistLine, NewslistPerson
from newsapp.articles.printed import Card, Story, cards, story_to_read
from newsapp.articles.releasing import release_due
from newsapp.articles.shelves import ALL, Listing, newest_over, next_change
from newsapp.articles.topics import merge_topics, remove_topic, rename_topic, stories_about

__all__ = [
    "ALL",
    "PARTS",
    "Article",
    "Byline",
    "Card",
    "Change",
    "Citation",
    "CorrectionList",
    "Front",
    "HasStories",
    "HasSubsections",
    "Kind",
    "LinkCheck",
    "Listing",
    "LogLine",
    "MostRead",
    "NewslistLine",
    "NewslistPerson",
    "PictureMention",
    "PictureUse",
    "Placement",
    "Source",
    "Story",
    "StoryList",
    "Topic",
    "TopicMark",
    "article_changed",
    "cards",
    "correction_list",
    "front_page",
    "merge_topics",
    "newest",
    "newest_over",
    "next_change",
    "next_placement_change",
    "place",
    "rank",
    "release_due",
    "remove_section",
    "remove_topic",
    "rename_topic",
    "source_changed",
    "stories_about",
    "stories_in",
    "story_list",
    "story_to_read",
    "topic_changed",
    "topic_named",
    "write",
]
