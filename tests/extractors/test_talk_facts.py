"""Help channels, radio talk and the business of meetings: what is stated plainly, and what only looks like it."""

import os
from pathlib import Path

import pytest

from extractors.facts.chat import chat_facts
from extractors.facts.meetings import meeting_facts
from extractors.facts.radio import radio_facts
from extractors.readers import ReadOptions, read_file
from extractors.sections import split_sections
from warehouse.records import Document

ROOT = Path(__file__).parents[2]
DOCUMENTS = Path(os.environ.get("LONGSPAN_REAL_DOCUMENTS", ROOT.parent / "shared" / "corpora"))
CHANNEL = """ada: bo: hello there
bo: cy: morning
cy: dee: the weather again
dee: eli: indeed
eli: ada: so it is
"""
RADIO = """CC: Heron Two, this is Tarn. How do you read?
C: Tarn, this is Heron Two. Loud and clear. Roger.
CC: Roger. Put your Lamp switch to DIM, please.
C: Lamp is in DIM.
C: Cabin pressure is 5.4 psi and holding. Suit temperature should be 60. Fuel is 40 and 42 percent.
CC: Roger. Is cabin temperature 80?
C: I put the Heater switch to OFF. Ah, this is Heron Two.
CC: Over.
"""


def facts_of(text: str, extract):
    document = Document(
        id="d", category="dialogue", source="d.txt", format="dialogue", title="Talk", subject="", date="",
        series="d", licence="", text=text, origins=(),
    )  # fmt: skip
    found = extract(document, split_sections(document))
    for fact in found:
        assert text[fact.start : fact.end] == fact.quote
        assert text[fact.object.start : fact.object.end] == fact.object.text
        assert text[fact.subject.start : fact.subject.end] == fact.subject.text
    return found


def told(text: str, extract=chat_facts):
    return [(f.subject.text, f.relation, f.object.text) for f in facts_of(text, extract)]


@pytest.mark.parametrize(
    ("turn", "advised", "object_"),
    [
        ("bo: ada: sudo apt-get install mill-tools", "advised to install", "mill-tools"),
        (
            "bo: ada: you need to install the oven-headers package",
            "advised to install",
            "oven-headers",
        ),
        ("bo: ada, try 'sudo modprobe bran'", "advised to run", "sudo modprobe bran"),
        ("bo: ada: sudo modprobe bran", "advised to run", "sudo modprobe bran"),
        ("bo: ada: see https://mill.example/howto", "referred to", "https://mill.example/howto"),
    ],
)
def test_advice_to_somebody_by_name_is_of_the_advised(turn, advised, object_):
    found = told(f"{CHANNEL}{turn}\n")
    assert found[0] == ("ada", advised, object_)
    assert found[1][::2] == ("bo", object_)


@pytest.mark.parametrize(
    "turn",
    [
        "bo: ada: did you install mill-tools?",
        "bo: ada: don't install mill-tools",
        "bo: ada: sudo apt-get install oven-headers-`uname -r`",
        "bo: ada: install it from the disc",
        "bo: ada: sudo modprobe bran and then look in the log",
        "bo: ada: this is what I have: https://mill.example/log",
        "bo: ada: https://paste.example/123",
        "bo: sudo modprobe bran",
    ],
)
def test_questions_refusals_and_own_doings_are_no_advice(turn):
    assert told(f"{CHANNEL}{turn}\n") == []


def test_what_is_said_back_to_a_helper_is_no_advice_and_several_packages_are_a_list():
    found = facts_of(
        f"{CHANNEL}bo: ada: apt-get install rye oats\nada: bo: sudo modprobe bran\n", chat_facts
    )
    assert [f.object.text for f in found] == ["rye", "rye", "oats", "oats"]
    assert len({f.group for f in found}) == 1
    assert found[0].group


def test_a_system_with_its_version_is_what_somebody_runs():
    assert told(f"{CHANNEL}ada: hi, I'm running Millix server 8.04 here\n") == [
        ("ada", "running", "Millix server 8.04")
    ]
    assert told(f"{CHANNEL}ada: if I'm running Millix 8.04 then what\n") == []


def test_talk_of_two_is_no_channel():
    assert told("ada: bo: sudo modprobe bran\nbo: ada: sudo modprobe bran\n" * 5) == []


def test_radio_talk_gives_calls_orders_with_read_back_and_readings():
    assert told(RADIO, radio_facts) == [
        ("Tarn", "called", "Heron Two"),
        ("Heron Two", "called", "Tarn"),
        ("Lamp switch", "to be set to", "DIM"),
        ("Cabin pressure", "reading", "5.4 psi"),
    ]
    order, reading = facts_of(RADIO, radio_facts)[2:]
    assert order.quote.endswith("C: Lamp is in DIM.")
    assert reading.quantity is not None
    assert (reading.quantity.value, reading.quantity.unit) == ("5.4", "psi")
    allowed = RADIO.replace("Put your", "You can put your").replace("You can", "And you can")
    assert told(allowed, radio_facts)[2] == ("Lamp switch", "to be set to", "DIM")
    unread = allowed.replace("Lamp is in DIM", "Fine")
    assert "Lamp switch" not in {subject for subject, _, _ in told(unread, radio_facts)}
    assert told(RADIO.replace("Roger", "Fine").replace("Over.", "Yes."), radio_facts) == []


@pytest.mark.parametrize("printed", ["[01:02:03:04]", "102:45:58 GET", "1:02.5"])
def test_what_is_said_under_a_clock_has_its_time(printed):
    timed = "".join(f"\n{printed}\n{line}\n" for line in RADIO.splitlines())
    assert told(timed, radio_facts) == told(RADIO, radio_facts)
    for fact in facts_of(timed, radio_facts):
        assert [(q.kind, q.text) for q in fact.qualifiers] == [("time", printed.strip("[]"))]
        assert fact.quote.startswith(f"{printed}\n")


MEETING = """Lynne Hale: Good morning. Welcome to the Mills and Bakeries Committee. We have received apologies for
 absence from Dafydd Rees and Ida Moss. Jo Scott is substituting for Ida Moss.
Mr. Bo Orr (Vils West, GRN): I will be sharing my time with the member for Tarn East. My question is for the Minister
 of Bread.
Ms. Ana Ruiz (Tarn East, IND): I am pleased to present e-petition 2207, which was signed by 1,450 petitioners.
Mr. Kim Oda (Vils North, GRN): That petition 99 was signed by over 300 people. My question is for everyone.
Lynne Hale: It was moved by Bo Orr, seconded by Ana Ruiz, that we rise.
""".replace("\n ", " ")


def test_the_business_of_a_meeting():
    found = [t for t in told(MEETING, meeting_facts) if t[1] not in ("party", "constituency")]
    committee = "Mills and Bakeries Committee"
    assert sorted(found) == sorted(
        [
            ("Dafydd Rees", "sent apologies to", committee), ("Ida Moss", "sent apologies to", committee),
            ("Jo Scott", "substituting for", "Ida Moss"),
            ("Bo Orr", "shared time with the member for", "Tarn East"),
            ("Bo Orr", "put a question to", "Minister of Bread"),
            ("Ana Ruiz", "presented", "e-petition 2207"), ("e-petition 2207", "signature count", "1,450"),
            ("Ana Ruiz", "seconded a motion of", "Bo Orr"),
        ]
    )  # fmt: skip


def test_a_part_in_a_team_is_of_the_one_who_gives_one_name():
    talk = (
        "Project Manager: Right , my name's Vera Holt .\nMarketing: I'm Ed and I do sales .\nuser: I'm Kim .\n"
        "Industrial Designer: I'm Ana .\nIndustrial Designer: I'm Bea .\nProject Manager: Right .\n"
        "Marketing: I'm Sorry .\n"
    )
    assert told(talk, meeting_facts) == [
        ("Vera Holt", "role", "Project Manager"),
        ("Ed", "role", "Marketing"),
    ]


@pytest.mark.skipif(not DOCUMENTS.is_dir(), reason="no corpus of real documents")
@pytest.mark.parametrize(
    ("folder", "extract", "least"),
    [("ubuntu_irc", chat_facts, 100), ("nasa_transcripts", radio_facts, 50)],
)
def test_real_channels_and_flights_give_facts(folder, extract, least):
    found = 0
    for path in sorted((DOCUMENTS / "dialogue" / folder).glob("*.txt")):
        for document in read_file(path, root=DOCUMENTS, category="dialogue", options=ReadOptions()):
            if isinstance(document, Document):
                found += len(extract(document, split_sections(document)))
    assert found >= least
