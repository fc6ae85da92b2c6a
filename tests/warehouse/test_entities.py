"""Which mentions are one thing: a bare name beside a title with a disambiguator."""

from warehouse.entities import EntityTable


def ids(corpus) -> dict[str, str]:
    """Entity id of each fact's subject and object, by document and surface."""
    table = EntityTable(corpus.facts)
    out = {}
    for fact in corpus.facts:
        subject, object_ = table.of(fact)
        out[f"{fact.document_id}: {fact.subject.text}"] = subject
        out[f"{fact.document_id}: {fact.object.text}"] = object_
    return out


MADE = {"object_type": "person", "subject_type": "work"}
BORN = {"subject_type": "person", "object_type": "place"}


def test_a_bare_mention_is_the_one_title_that_has_it(corpus):
    corpus.document("film", ("Lisle", "was directed by", "James Young", MADE))
    corpus.document("page", ("James Young (director)", "was born in", "Baltimore", BORN))
    found = ids(corpus)
    assert found["film: James Young"] == found["page: James Young (director)"]


def test_a_page_with_the_bare_name_is_about_another_thing(corpus):
    corpus.document("old", ("Forbidden Ground", "was directed by", "Pál Gábor", MADE))
    corpus.document("new", ("Forbidden Ground (2013 film)", "was directed by", "Johan Earl", MADE))
    found = ids(corpus)
    assert found["old: Forbidden Ground"] != found["new: Forbidden Ground (2013 film)"]


def test_a_mention_beside_two_pages_of_a_name_joins_the_bare_one(corpus):
    corpus.document("old", ("Forbidden Ground", "was directed by", "Pál Gábor", MADE))
    corpus.document("new", ("Forbidden Ground (2013 film)", "was directed by", "Johan Earl", MADE))
    corpus.document(
        "score", ("Irma Fodor", "scored by", "Forbidden Ground", {"object_type": "work"})
    )
    found = ids(corpus)
    assert found["score: Forbidden Ground"] == found["old: Forbidden Ground"]


def test_a_name_in_capitals_is_shown_in_small_letters_and_a_code_is_not(corpus):
    corpus.document("filing", ("LOWE’S BANK OF OHIO", "was audited by", "ISRCTN10000001", {}))
    table = EntityTable(corpus.facts)
    ends = table.of(corpus.facts[0])
    assert [table.entities[end].name for end in ends] == ["Lowe’s Bank of Ohio", "ISRCTN10000001"]
