"""Dated acts of companies, in filings and press releases; plans and acts of others are no facts."""

import os
from pathlib import Path

import pytest

from extractors.facts.announcements import announcement_facts
from extractors.readers import ReadOptions, read_file
from extractors.sections import split_sections
from warehouse.records import Document, Format

ROOT = Path(__file__).parents[2]
DOCUMENTS = Path(os.environ.get("LONGSPAN_REAL_DOCUMENTS", ROOT.parent / "shared" / "corpora"))
FILING = """Tarn Mills, Inc.
(Exact name of registrant as specified in its charter)

Indicate by check mark whether the registrant bakes.

{}
"""
RELEASE = """# Heron Bakeries buys an oven works in Vils

TARN, Norland, May 3, 2024 /NEWSWIRE/ -- Heron Bakeries Inc. (BUN) today announced its results. {}
"""


def facts_of(text: str, kind: Format = "txt"):
    document = Document(
        id="d", category="professional", source=f"d.{kind}", format=kind, title=text.split("\n")[0].strip("# "),
        subject="", date="", series="d", licence="", text=text, origins=(),
    )  # fmt: skip
    found = announcement_facts(document, split_sections(document))
    for fact in found:
        assert text[fact.start : fact.end] == fact.quote
        assert text[fact.object.start : fact.object.end] == fact.object.text
        assert text[fact.subject.start : fact.subject.end] == fact.subject.text
    return found


def told(text: str, kind: Format = "txt"):
    return [(f.subject.text, f.relation, f.object.text) for f in facts_of(text, kind)]


def test_an_acquisition_has_its_date_and_price():
    text = FILING.format(
        "On May 3, 2024, the Company acquired Ost Oats, Inc. for cash consideration of $1.2 billion."
    )
    assert told(text) == [
        ("Tarn Mills, Inc.", "acquired", "Ost Oats, Inc."),
        ("Ost Oats, Inc.", "acquisition date", "May 3, 2024"),
        ("Ost Oats, Inc.", "purchase price", "$1.2 billion"),
    ]
    acquired, _, price = facts_of(text)
    assert [q.text for q in acquired.qualifiers] == ["May 3, 2024"]
    assert price.quantity is not None
    assert price.quantity.value == "1200000000"  # 1.2 x 10^9


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("In June 2023, we entered into a definitive agreement to acquire Vils Rye Corp.",
         ("agreed to acquire", "Vils Rye Corp.")),
        ("On 4 June 2023, Tarn Mills appointed Vera Holt as Chief Financial Officer.", ("appointed", "Vera Holt")),
        ("In June 2023, our Board of Directors approved a $15.0 billion share repurchase plan.",
         ("share repurchase authorization", "$15.0 billion")),
        ("On June 4, 2023, our Board authorized an additional $2 billion of share repurchases.",
         ("additional share repurchase authorization", "$2 billion")),
        ("On June 4, 2023, the Board declared a quarterly dividend of $0.25 per share.",
         ("dividend declared per share", "$0.25")),
    ],
)  # fmt: skip
def test_acts_of_the_company_and_of_its_board(sentence, expected):
    assert ("Tarn Mills, Inc.", *expected) in told(FILING.format(sentence))


@pytest.mark.parametrize(
    "sentence",
    [
        "In June 2023, Ost Oats, Inc. acquired Vils Rye Corp.",
        "In June 2023, we expected to acquire Vils Rye Corp.",
        "In June 2023, we acquired the remaining shares of a mill.",
        "In June 2023, we acquired Vils Rye Stock.",
        "We acquired Vils Rye Corp.",
        "In June 2023, the court appointed Vera Holt as director.",
    ],
)
def test_plans_and_acts_of_others_are_left_out(sentence):
    assert told(FILING.format(sentence)) == []


def test_a_release_tells_who_issued_it_where_and_when():
    text = RELEASE.format(
        "On May 1, 2024, Heron Bakeries completed its acquisition of Vils Oven Works."
    )
    title, issuer = "Heron Bakeries buys an oven works in Vils", "Heron Bakeries Inc."
    assert told(text, "md") == [
        (title, "release date", "May 3, 2024"), (title, "issuer", issuer), (title, "place of issue", "TARN, Norland"),
        (issuer, "acquired", "Vils Oven Works"), ("Vils Oven Works", "acquisition date", "May 1, 2024"),
    ]  # fmt: skip


@pytest.mark.skipif(not DOCUMENTS.is_dir(), reason="no corpus of real documents")
def test_real_filings_state_dated_acts():
    relations: set[str] = set()
    root = DOCUMENTS / "professional"
    for path in sorted(root.glob("sec_filings/10-Q/*.htm*"))[:12]:
        for document in read_file(path, root=root, category="professional", options=ReadOptions()):
            if isinstance(document, Document):
                found = announcement_facts(document, split_sections(document))
                relations |= {fact.relation for fact in found}
    assert {"acquired", "share repurchase authorization"} <= relations
