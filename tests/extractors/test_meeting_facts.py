"""Records of meetings: labels of speakers, the chair, welcomed witnesses."""

from extractors.facts.meetings import meeting_facts
from extractors.sections import split_sections
from warehouse.records import Document

HANSARD = """The Chair (Hon. Vera Holt (Tarn East, Ind.)): I call this meeting to order. Welcome to the sixth meeting of
 the House of Commons Standing Committee on Mills and Bakeries. Mr. Orr has the floor.
Mr. Bo Orr (Vils West, GRN): Thank you, Chair.
Hon. Ana Ruiz (Minister of Bread): I thank the member.
Mr. Kim Oda (VilsTarnOst, GRN): Chair, a point of order.
The Acting Chair (Mr. Bo Orr): Go on.
Mr. Orr (by video): I have said so.
""".replace("\n the", " the")
WITNESSES = """Lynne Hale: I'm very pleased to welcome Dafydd Rees AM, Minister for Mills; Jo Scott, strategic director
 at Grainwatch; Ida Moss, who is principal and also chair of the board; and Pat Lowe, baker. Thank you all.
Dafydd Rees: Thank you.
Jo Scott: Good morning.
Ida Moss: Good morning.
Lynne Hale: I'm happy to welcome the report. We begin.
""".replace("\n at", " at")


def facts_of(text: str):
    document = Document(
        id="d", category="dialogue", source="d.json", format="dialogue", title="Meeting", subject="", date="2020-05-01",
        series="d", licence="", text=text, origins=(),
    )  # fmt: skip
    found = meeting_facts(document, split_sections(document))
    for fact in found:
        assert text[fact.start : fact.end] == fact.quote
        assert text[fact.object.start : fact.object.end] == fact.object.text
        assert text[fact.subject.start : fact.subject.end] == fact.subject.text
    return [(f.subject.text, f.relation, f.object.text) for f in found]


def test_labels_tell_office_or_seat_and_party_and_the_chair():
    committee = "House of Commons Standing Committee on Mills and Bakeries"
    assert facts_of(HANSARD) == [
        ("Bo Orr", "constituency", "Vils West"), ("Bo Orr", "party", "GRN"),
        ("Ana Ruiz", "office", "Minister of Bread"),
        ("Kim Oda", "party", "GRN"), (committee, "chair", "Vera Holt"), ("Vera Holt", "chair of", committee),
    ]  # fmt: skip


def test_a_welcomed_guest_counts_where_he_or_she_speaks_and_the_office_is_whole():
    assert facts_of(WITNESSES) == [
        ("Dafydd Rees", "office", "Minister for Mills"),
        ("Jo Scott", "office", "strategic director at Grainwatch"),
        ("Jo Scott", "employer", "Grainwatch"),
    ]


def test_other_talk_gives_nothing():
    assert (
        facts_of("Ann: Is the mill open?\nBob: It is. Welcome to the meeting of the board.\n") == []
    )
