"""The loose index: which section names what, and which names take an article."""

import pytest

from warehouse.entities import Entity
from warehouse.mentions import MentionIndex


def place(name: str) -> Entity:
    return Entity(name, "place", name.casefold(), [name])


def test_sections_that_name_both_ends_are_found():
    index = MentionIndex(
        [place("Elbe"), place("Hamburg")],
        {
            "a": "Hamburg lies on the Elbe.",
            "b": "Hamburg is old.",
            "c": "The Elber Bote is a paper.",
        },
    )
    assert index.naming_both(0, 1) == {"a"}
    assert index.of_section("c") == []  # a name inside another word is none


@pytest.mark.parametrize(
    ("text", "articled"),
    [
        ("It flows into the Elbe. Towns on the Elbe are many.", True),
        ("It flows into the Elbe.", False),  # once may be the article of another noun
        ("The road to Elbe, from Elbe and by Elbe; the Elbe road and the Elbe bridge.", False),
        ("Rivers: Elbe, Oder. Longest: Elbe", False),
    ],
)
def test_an_article_needs_running_text_that_mostly_has_it(text, articled):
    assert MentionIndex([place("Elbe")], {"a": text}).articled(0) is articled
