from newsapp.articles import Article
from newsapp.db import db


def test_a_public_story_is_read(client, article):
    page = client.get("/articles/barges-return-to-the-ostrel")

    assert page.status_code == 200
    assert "Barges return to the Ostrel" in page.text
    assert "Eleven centimetres made the difference." in page.text
    assert "Rosalind Achterberg" in page.text


def test_a_draft_has_no_page(client, article):
    draft = db.session.get(Article, article.id)
    draft.ready_at = None
    db.session.commit()

    assert client.get(article.url).status_code == 404
