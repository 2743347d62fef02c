"""What was changed between two texts, as people read it."""

from __future__ import annotations

import random

from newsapp.lib.difference import blocks, words


def said(runs) -> str:
    """Write runs as a line: what is gone in [-…], what is new in [+…]."""
    marks = {"same": "{}", "out": "[-{}]", "in": "[+{}]"}
    return "".join(marks[run.what].format(run.text) for run in runs)


def test_words_that_were_changed_are_told_and_no_others():
    assert said(words("It opens in March.", "It opens in May 2027.")) == "It opens in [-March][+May 2027]."
    assert said(words("", "new")) == "[+new]" and said(words("old", "")) == "[-old]" and words("", "") == []
    assert said(words("一二三", "一五三")) == "一[-二][+五]三"
    assert said(words("Café au lait", "Cafe au lait")) == "[-Café][+Cafe] au lait"


def test_a_number_is_one_word_with_its_points_and_commas():
    runs = words("It cost 15.1 of 1,200 at 14:05.", "It cost 11.5 of 1,250 at 14:30.")

    assert [run.text for run in runs if run.what != "same"] == ["15.1", "11.5", "1,200", "1,250", "14:05", "14:30"]


def test_blocks_that_belong_together_are_compared_with_each_other():
    before = [("p", "One."), ("p", "The river rose by eleven centimetres in the night."), ("p", "Three.")]
    now = [
        ("p", "One."),
        ("p", "Something new."),
        ("p", "The river rose by twelve centimetres in the night."),
        ("p", "Three."),
    ]

    found = blocks(before, now)

    assert [block.what for block in found] == ["same", "new", "changed", "same"]
    assert said(found[2].runs) == "The river rose by [-eleven][+twelve] centimetres in the night."


def test_both_texts_can_be_read_out_of_what_is_shown():
    chance = random.Random(5)
    for _ in range(300):
        old = [
            ("p", " ".join(chance.choice("abcdefg") for _ in range(chance.randint(1, 9))))
            for _ in range(chance.randint(0, 8))
        ]
        new = [*old]
        for _ in range(chance.randint(0, 4)):
            at = chance.randint(0, len(new))
            new[at : at + chance.randint(0, 2)] = [
                ("p", " ".join(chance.choice("abcxyz") for _ in range(chance.randint(1, 9))))
            ]
        found = blocks(old, new)
        for text, gone in ((old, "in"), (new, "out")):
            read = ["".join(run.text for run in block.runs if run.what != gone) for block in found]
            assert [line for line in read if line] == [line for _, line in text]


def test_long_texts_of_the_same_few_words_do_not_take_for_ever():
    one = [("p", "a b " * 3000), *[("p", "a")] * 5000]
    other = [("p", "b a " * 3100), *[("p", "a")] * 5100, ("p", "b")]

    assert any(block.what != "same" for block in blocks(one, other))
