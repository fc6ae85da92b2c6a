"""Clusters: by shared names and words, of different series where possible, within their tokens, the same each time."""

import pytest
from pydantic import ValidationError

from generators.contexts import PoolSection
from generators.mase.clusters import Gathered, Profile, cluster, gathered, kind_of
from generators.mase.options import KINDS, MaseOptions
from warehouse.records import Document, Section

OPTIONS = MaseOptions(clusters=3, documents=3, tokens=600)


def profile(name: str, series: str, *names: str, text: str = "") -> Profile:
    return Profile(name, series, text or name, frozenset(names))


RIVERS = [
    profile(f"river-{n}", f"r{n}", "elbe", "dresden", text="a river port with barges")
    for n in range(4)
]
FILMS = [
    profile(f"film-{n}", f"f{n}", "ida moen", "oslo", text="a film by a director") for n in range(4)
]
LONELY = [profile("lonely", "l", "nothing else", text="xylophone quartz")]


def test_documents_of_one_subject_come_together_and_a_lonely_one_stays_out():
    found = gathered([*RIVERS, *FILMS, *LONELY], OPTIONS)
    kinds = [{name.split("-")[0] for name in item.documents} for item in found]
    assert len(found) == 2
    assert sorted(map(sorted, kinds)) == [["film"], ["river"]]
    assert {item.shared for item in found} == {("dresden", "elbe"), ("ida moen", "oslo")}


def test_no_document_is_in_two_clusters_and_order_of_input_does_not_matter():
    every = [profile(f"d{n}", f"s{n}", "elbe", text="a river port") for n in range(30)]
    found = gathered(every, OPTIONS)
    used = [name for item in found for name in item.documents]
    assert len(found) == 3
    assert len(used) == len(set(used)) == 9
    assert gathered(every[::-1], OPTIONS) == found


def test_other_series_come_first_and_the_own_one_fills_up():
    same = [profile(f"a{n}", "one", "elbe", text="a river port with barges") for n in range(4)]
    other = [profile("b", "two", "elbe", text="a river port")]
    for item in gathered([*same, *other], OPTIONS.model_copy(update={"clusters": 1})):
        assert "b" in item.documents
        assert len(item.documents) == 3


def test_a_name_that_everybody_has_joins_nobody():
    far = [profile(f"d{n}", f"s{n}", "world", text=f"word{n}") for n in range(60)]
    assert gathered(far, OPTIONS) == []


def test_no_documents_give_no_clusters():
    assert gathered([], OPTIONS) == []


def section(document: str, number: int, text: str, tokens: int) -> PoolSection:
    whole = Document(
        id=document, category="general", source=document, format="txt", title=document, subject="",
        date="1990", series=document, licence="", text=text * 9, origins=(),
    )  # fmt: skip
    part = Section(
        id=f"{document}#{number}", document_id=document, index=number, headings=(),
        start=number * len(text), end=(number + 1) * len(text), tokens=tokens,
    )  # fmt: skip
    return PoolSection(part, whole, tokens)


def test_a_long_document_gives_the_sections_that_speak_of_what_is_shared():
    plain, named = "Nothing of note here at all.\n", "The port of Dresden grew here.\n"
    long = [section("a", 0, plain, 200), section("a", 1, plain, 200)]
    document = long[0].document.model_copy(update={"text": plain * 4 + named})
    at = Section(id="a#4", document_id="a", index=4, headings=(), start=len(plain) * 4,
                 end=len(plain) * 4 + len(named), tokens=200)  # fmt: skip
    sections = {
        "a": [
            *(PoolSection(i.section, document, 200) for i in long),
            PoolSection(at, document, 200),
        ],
        "b": [section("b", 0, plain, 100)],
    }
    found = cluster(("train", "general"), Gathered(("a", "b"), ("dresden",)), sections, OPTIONS)
    assert found is not None
    # Each of two documents may have 300 of 600 tokens: one section of 200.
    assert [[p.section_id for p in d.sections] for d in found.documents] == [["a#4"], ["b#0"]]
    assert found.tokens == 300
    assert found.documents[0].sections[0].text == named
    assert found.documents[0].shown.startswith("[Document: a | Date: 1990]\nThe port of Dresden")


def test_a_cluster_of_one_document_that_fits_is_none():
    sections = {"a": [section("a", 0, "Short.\n", 100)], "b": [section("b", 0, "Long.\n", 5000)]}
    assert cluster(("train", "general"), Gathered(("a", "b"), ()), sections, OPTIONS) is None


def test_kinds_are_drawn_by_share():
    even = {kind_of(f"cluster-{n}", OPTIONS) for n in range(200)}
    assert even == set(KINDS)
    some = MaseOptions(kinds={"causal": 3.0, "temporal": 1.0})
    drawn = [kind_of(f"cluster-{n}", some) for n in range(400)]
    # 300 of 400 expected, standard deviation √(400 · 3/16) = 8.7.
    assert abs(drawn.count("causal") - 300) < 44
    assert set(drawn) == {"causal", "temporal"}


@pytest.mark.parametrize(
    "wrong", [{"low": 0.8, "high": 0.2}, {"kinds": {"causal": 0.0}}, {"kinds": {"causal": -1.0, "temporal": 2.0}},
              {"kinds": {"odd": 1.0}}, {"documents": 1}]
)  # fmt: skip
def test_options_that_cannot_be_used_are_refused(wrong):
    with pytest.raises(ValidationError):
        MaseOptions.model_validate(wrong)
