"""Short names of one document: joined where one full name is meant, left alone where two could be."""

from warehouse.entities import EntityTable
from warehouse.names import block_name
from warehouse.short_forms import LocalName, short_forms


def forms(*names):
    """Short forms of (text, type) pairs, each its own key."""
    return short_forms(LocalName(text, text, kind) for text, kind in names)


def test_a_last_name_stands_for_the_one_person_who_has_it():
    assert forms(("Vera Holt", "person"), ("Holt", "person")) == {"Holt": "Vera Holt"}
    assert forms(("Vera Holt", "person"), ("Tom Holt", "person"), ("Holt", "person")) == {}
    assert forms(("Vera Holt", "person"), ("Hotel Holt", "thing"), ("Holt", "thing")) == {}
    assert forms(("Vera Holt", "person"), ("Holt", "place")) == {}


def test_a_longer_form_of_one_person_is_found_but_initials_tell_persons_apart():
    found = forms(
        ("Colonel Vera Anne Holt", "person"), ("Vera Anne Holt", "person"), ("Holt", "person")
    )
    assert found == {"Holt": "Colonel Vera Anne Holt", "Vera Anne Holt": "Colonel Vera Anne Holt"}
    assert forms(("Vera Anne Holt", "person"), ("Vera Holt", "person")) == {
        "Vera Holt": "Vera Anne Holt"
    }
    assert forms(("Vera A. Holt", "person"), ("Vera Holt", "person")) == {}
    assert forms(("Vera Holt II", "person"), ("II", "person")) == {}


def test_initials_stand_for_the_one_name_that_has_them():
    agency = ("Northern Office of Tides", "organisation")
    assert forms(agency, ("NOT", "organisation")) == {"NOT": agency[0]}
    assert forms(agency, ("New Order Theatre", "thing"), ("NOT", "organisation")) == {}


def test_a_town_without_its_region_is_the_town_and_a_son_is_not_his_father():
    assert forms(("Whitby, Yorkshire", "place"), ("Whitby", "place")) == {
        "Whitby": "Whitby, Yorkshire"
    }
    two = (("Whitby, Yorkshire", "place"), ("Whitby, Ontario", "place"), ("Whitby", "place"))
    assert forms(*two) == {}
    assert forms(("Tom Holt, Jr", "thing"), ("Tom Holt", "thing")) == {}


def test_spellings_of_one_name_are_equal_and_signs_that_tell_names_apart_stay():
    for one, other in (
        ("J. R. R. Tolkien", "JRR Tolkien"),
        ("Barnes & Noble", "Barnes and Noble"),
        ("Henri Guédon", "Henri Guedon"),
        ("USA", "the United States"),
        ("U.S. Army", "US Army"),
    ):
        assert block_name(one) == block_name(other)
    names = ["C", "C++", "C#", "Us", "Vitamin A", "Vitamin B", "Pérez", "Perez"]
    assert len({block_name(name) for name in names}) == len(names)


MADE = {"object_type": "person", "subject_type": "work"}
BORN = {"subject_type": "person", "object_type": "place"}


def ends(corpus):
    """Entity ids of each fact's ends by (document, subject, object)."""
    table = EntityTable(corpus.facts)
    return {(f.document_id, f.subject.text, f.object.text): table.of(f) for f in corpus.facts}


def test_aliases_merge_within_their_document_only(corpus):
    corpus.document(
        "film",
        ("Grey Harbour", "was directed by", "Anna Moll", MADE),
        ("Salt Wind", "was directed by", "Moll", MADE),
    )
    corpus.document("page", ("Anna Moll", "was born in", "Whitby", BORN))
    corpus.document("other", ("Low Tide", "was directed by", "Moll", MADE))
    found = ends(corpus)
    anna = found["page", "Anna Moll", "Whitby"][0]
    assert found["film", "Grey Harbour", "Anna Moll"][1] == anna
    assert found["film", "Salt Wind", "Moll"][1] == anna
    assert found["other", "Low Tide", "Moll"][1] != anna


def test_homonyms_stay_apart(corpus):
    """Twelve things of six names: an article, a disambiguator, a type, a sign or a document tells each pair apart."""
    corpus.document("a", ("The First Day", "was directed by", "Ilse Brandt", MADE))
    corpus.document("b", ("First Day", "was directed by", "Tom Berg", MADE))
    corpus.document("c", ("Low Tide (film)", "was directed by", "Ilse Brandt", MADE))
    corpus.document("d", ("Low Tide (novel)", "was written by", "Tom Berg", MADE))
    corpus.document("e", ("Vera Holt", "was born in", "Lincoln", BORN))
    corpus.document("f", ("Salt Wind", "was directed by", "Lincoln", MADE))
    corpus.document("g", ("Ada Moll", "was written by", "Holt", MADE))
    corpus.document("h", ("Ida Moll", "was written by", "Holt", MADE))
    corpus.document("i", ("Kiln", "was written in", "C", {}), ("Loom", "was written in", "C++", {}))
    corpus.document("j", ("Whitby, Yorkshire", "was founded by", "Tom Berg", {}))
    corpus.document("k", ("Whitby, Ontario", "was founded by", "Tom Berg", {}))
    f = ends(corpus)
    pairs = [
        (f["a", "The First Day", "Ilse Brandt"][0], f["b", "First Day", "Tom Berg"][0]),
        (f["c", "Low Tide (film)", "Ilse Brandt"][0], f["d", "Low Tide (novel)", "Tom Berg"][0]),
        (f["e", "Vera Holt", "Lincoln"][1], f["f", "Salt Wind", "Lincoln"][1]),
        (f["g", "Ada Moll", "Holt"][1], f["h", "Ida Moll", "Holt"][1]),
        (f["i", "Kiln", "C"][1], f["i", "Loom", "C++"][1]),
        (f["j", "Whitby, Yorkshire", "Tom Berg"][0], f["k", "Whitby, Ontario", "Tom Berg"][0]),
    ]
    assert [one == other for one, other in pairs] == [False] * 6


def test_a_bare_name_beside_two_headings_with_and_without_the_article_is_neither(corpus):
    corpus.document("a", ("The First Day", "was directed by", "Ilse Brandt", MADE))
    corpus.document("b", ("First Day", "was directed by", "Tom Berg", MADE))
    corpus.document("c", ("Irma Fodor", "scored", "First Day", {"object_type": "work"}))
    found = ends(corpus)
    score = found["c", "Irma Fodor", "First Day"][1]
    assert score != found["a", "The First Day", "Ilse Brandt"][0]
    assert score != found["b", "First Day", "Tom Berg"][0]


def test_a_place_is_one_with_its_article_and_without(corpus):
    corpus.document("a", ("The Gambia", "lies in", "Africa", {"subject_type": "place"}))
    corpus.document("b", ("Gambia", "borders", "Senegal", {"subject_type": "place"}))
    found = ends(corpus)
    assert found["a", "The Gambia", "Africa"][0] == found["b", "Gambia", "Senegal"][0]


def test_an_untyped_mention_is_what_its_own_document_calls_it(corpus):
    corpus.document(
        "film",
        ("Madison", "was directed by", "Anna Moll", MADE),
        ("Tom Berg", "starred in", "Madison", {}),
    )
    corpus.document("town", ("Vera Holt", "was born in", "Madison", BORN))
    found = ends(corpus)
    film = found["film", "Madison", "Anna Moll"][0]
    assert found["film", "Tom Berg", "Madison"][1] == film
    assert found["town", "Vera Holt", "Madison"][1] != film
