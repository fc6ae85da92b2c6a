"""SEC filings: the cover page with captions below their values, headers of submissions, auditors and signatures."""

import pytest

from extractors.facts.filings import filing_facts
from extractors.facts.signatures import signed_offices
from extractors.readers import ReadOptions, read_file
from extractors.sections import split_sections
from warehouse.records import Document

COVER = """## UNITED STATES SECURITIES AND EXCHANGE COMMISSION

## FORM 10-K

For the fiscal year ended January 28, 2023

Commission File Number: 001-99999

BRACK & VILS MILLS, INC.

(Exact name of registrant as specified in its charter)

| Ohio | 12-3456789 |
|---|---|
| (State or other jurisdiction of incorporation or organization) | (I.R.S. Employer Identification No.) |
| 4 Mill Lane, Dayton, Ohio | 45402 |
| (Address of principal executive offices) | (Zip Code) |

Securities registered pursuant to Section 12(b) of the Act:

| Title of each class | Trading Symbol(s) | Name of each exchange on which registered |
|---|---|---|
| Common Stock, par value $1 | BVM | New York Stock Exchange |
| 2.1% Notes due 2030 | BVM30 | New York Stock Exchange |

Indicate by check mark if the registrant is a well-known seasoned issuer. Yes No

## Report of Independent Registered Public Accounting Firm

/s/ Tarn & Ost LLP

We have served as the Company’s auditor since 1998.

## SIGNATURES

| Signature | Title | Date |
|---|---|---|
| /s/ VERA HOLT | President, Chief Executive Officer and Director | March 1, 2023 |
| Vera Holt |  |  |
| /s/ Bo Lind, Jr. | Senior Vice President and Chief Financial Officer | March 1, 2023 |
| /s/ Ana Ruiz | Director | March 1, 2023 |
| /s/ Kim Oda | Assistant Treasurer | March 1, 2023 |
"""
SUBMISSION = """<SEC-DOCUMENT>0000000001-98-000001.txt : 19980102
<SEC-HEADER>
CONFORMED SUBMISSION TYPE:	8-K
FILED AS OF DATE:		19980101

FILER:

	COMPANY DATA:
		COMPANY CONFORMED NAME:			TARN TRUST
		CENTRAL INDEX KEY:			0000000077
		STANDARD INDUSTRIAL CLASSIFICATION:	GRAIN MILL PRODUCTS [2040]
		STATE OF INCORPORATION:			DE

	BUSINESS ADDRESS:
		CITY:			HOUSTON
		STATE:			TX
</SEC-HEADER>
<DOCUMENT>
<TYPE>8-K
<SEQUENCE>1
<TEXT>
The trust reports that its mills were closed for a day and opened again.
</TEXT>
</DOCUMENT>
"""


def read(tmp_path, name: str, text: str) -> Document:
    path = tmp_path / "professional" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    (document,) = read_file(path, root=tmp_path, category="professional", options=ReadOptions())
    assert isinstance(document, Document)
    return document


def facts_of(document: Document):
    found = filing_facts(document, split_sections(document))
    for fact in found:
        assert document.text[fact.start : fact.end] == fact.quote
        assert document.text[fact.object.start : fact.object.end] == fact.object.text
        assert document.text[fact.subject.start : fact.subject.end] == fact.subject.text
    return found


def test_a_cover_page_tells_what_stands_above_its_captions(tmp_path):
    found = facts_of(read(tmp_path, "bvm.md", COVER))
    assert {f.subject.text for f in found if f.subject.type == "organisation"} == {
        "BRACK & VILS MILLS, INC."
    }
    told = {f.relation: f.object.text for f in found if f.shape == "attribute" and not f.group}
    assert told == {
        "state of incorporation": "Ohio", "employer identification number": "12-3456789",
        "principal executive office city": "Dayton", "commission file number": "001-99999", "ticker symbol": "BVM",
        "stock exchange": "New York Stock Exchange", "auditor": "Tarn & Ost LLP", "auditor appointment year": "1998",
        "chief executive officer": "Vera Holt", "chief financial officer": "Bo Lind, Jr.",
    }  # fmt: skip
    assert {f.as_of for f in found} == {"2023-01-28"}
    state = next(f for f in found if f.relation == "state of incorporation")
    assert "jurisdiction of incorporation" in state.quote


def test_directors_are_a_list_and_each_is_told_of_the_person(tmp_path):
    found = facts_of(read(tmp_path, "bvm.md", COVER))
    listed = [f for f in found if f.relation == "directors"]
    assert [f.object.text for f in listed] == ["Vera Holt", "Ana Ruiz"]
    assert len({f.group for f in listed}) == 1
    own = next(f for f in found if f.relation == "director of" and f.subject.text == "Ana Ruiz")
    assert (own.shape, own.phrase, own.preposition) == ("clause", "is a director", "of")


@pytest.mark.parametrize(
    ("lost", "with_"),
    [
        ("state of incorporation", ("| Ohio |", "| Not stated |")),
        ("stock exchange", ("New York Stock Exchange |\n| 2.1%", "New York Stock Exchange Chicago Exchange |\n| 2.1%")),
        ("auditor", ("## SIGNATURES", "/s/ Other LLP\n\nWe have served as the Company's auditor since 2001.\n\n## S")),
        ("chief executive officer", ("| Director |", "| Co-Founder, Chief Executive Officer |")),
    ],
)  # fmt: skip
def test_what_is_not_clear_is_left_out(tmp_path, lost, with_):
    assert with_[0] in COVER
    found = facts_of(read(tmp_path, "bvm.md", COVER.replace(*with_)))
    assert found
    assert lost not in {f.relation for f in found}


def test_the_header_of_a_submission_is_kept_and_told(tmp_path):
    document = read(tmp_path, "tarn.txt", SUBMISSION)
    assert document.text.startswith("Filer: Tarn Trust\nCentral index key: 0000000077\n")
    assert {(f.relation, f.object.text) for f in facts_of(document)} == {
        ("central index key", "0000000077"), ("industry", "Grain Mill Products"),
        ("state of incorporation", "Delaware"), ("business address city", "Houston"),
    }  # fmt: skip


def test_a_header_of_two_filers_is_not_told(tmp_path):
    text = SUBMISSION.replace(
        "FILER:", "FILER:\n\n\tCOMPANY DATA:\n\t\tCOMPANY CONFORMED NAME:\tOST TRUST\n", 1
    )
    assert facts_of(read(tmp_path, "two.txt", text)) == []


def test_signatures_give_offices_that_one_person_holds():
    text = (
        "By: /s/ ANN LEE Ann Lee\nAnn Lee\nVice President and Controller\n\n"
        "By: /s/ Max Orr\nInterim Chief Financial Officer\n\n"
        "/s/ Sam Poe\nSam Poe, Attorney-in-fact, Chief Operating Officer\n"
    )
    assert [(o.name, o.office) for o in signed_offices(text)] == [("Ann Lee", "controller")]
