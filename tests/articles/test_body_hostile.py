"""Whatever somebody smuggles into a body, only our elements, attributes and addresses come out.

What a real browser does with it is another test's business.
"""

import pytest

from newsapp.articles.body import clean_inline, prepare
from tests.articles.bodies.checks import assert_clean_body, assert_same_tree, parsed
from tests.articles.bodies.payloads import HOSTILE
from tests.articles.bodies.scraps import scraps


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE)
def test_nothing_hostile_comes_through_a_body(source):
    assert_clean_body(prepare(source))


@pytest.mark.parametrize(
    "around",
    [
        "<p>words {} words</p>",
        "<ul><li>{}<li>words</ul>",
        "<table><caption>{}</caption><tr><th>A<td>{}</table>",
        "<h2>{} words</h2>",
        "<blockquote class=pull>{}<footer>{}</footer></blockquote>",
        "<pre><code>{}</code></pre>",
        "<figure data-picture=7><figcaption>{}</figcaption></figure>",
    ],
)
@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE)
def test_nothing_hostile_comes_through_from_inside_a_block(source, around):
    assert_clean_body(prepare(around.replace("{}", source)))


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE)
def test_nothing_hostile_comes_through_a_caption(source):
    cleaned = clean_inline(source)

    assert_same_tree(cleaned)
    for element in parsed(cleaned).iter():
        assert not {"id", "class", "style"} & set(element.keys())
        assert not any(name.startswith("on") for name in element.keys())  # noqa: SIM118


def test_a_picture_gets_a_caption_that_is_clean():
    captions = []

    prepare(
        "<figure data-picture=7><figcaption>A <b onclick=alert(1)>quay</b><script>alert(1)</script></figcaption></figure>",
        lambda key, caption: captions.append((key, caption)),
    )

    assert captions == [("7", "A <strong>quay</strong>")]


def test_words_that_look_like_mark_up_stay_words():
    assert prepare("<p>&lt;b&gt; &amp;amp; &lt;script&gt;</p>").html == "<p>&lt;b&gt; &amp;amp; &lt;script&gt;</p>"


@pytest.mark.parametrize("start", range(0, 300, 50))
def test_random_mark_up_never_fails_and_always_comes_out_closed_and_nested(start):
    for seed in range(start, start + 50):
        body = prepare(scraps(seed))

        assert_clean_body(body)
        assert prepare(scraps(seed)) == body
