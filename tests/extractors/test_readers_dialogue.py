"""Conversations in JSON and transcripts in plain text."""

import json

import pytest

from extractors.readers import ReadOptions, Rejected, read_file
from warehouse.records import Category, Document


@pytest.fixture
def read(tmp_path):
    def run(name, content, category: Category = "dialogue"):
        path = tmp_path / name
        path.write_text(
            content if isinstance(content, str) else json.dumps(content), encoding="utf-8"
        )
        return list(read_file(path, root=tmp_path, category=category, options=ReadOptions()))

    return run


def turns(*texts, role="role", content="content"):
    return [{role: "AB"[n % 2], content: text} for n, text in enumerate(texts)]


HELLO = "A: Good morning.\nB: Hello there.\n"
TALK = ("Good morning.", "Hello there.")


@pytest.mark.parametrize(
    ("role", "content"),
    [
        ("role", "content"),
        ("speaker", "utterance"),
        ("from", "value"),
        ("speaker", "text"),
        ("name", "message"),
    ],
)
def test_keys_of_turns(read, role, content):
    value = {"id": "t1", "log": turns(*TALK, *TALK, role=role, content=content)}
    (document,) = read("a.json", value)
    assert (document.format, document.text) == ("dialogue", HELLO * 2)
    assert (document.title, document.subject) == ("t1", "")


def test_sessions_of_a_thread(read):
    value = {
        "title": "A flat", "participants": ["A", "B"],
        "sessions": [
            {"session": 1, "date": "2024-03-04", "turns": turns(*TALK)},
            {"session": 2, "date": "12 March 2024", "turns": turns("One\ntwo.", "Yes, I see.")},
        ],
    }  # fmt: skip
    first, second = read("flat.json", value)
    assert (first.title, second.title) == ("A flat - session 1", "A flat - session 2")
    assert (first.date, second.date) == ("2024-03-04", "2024-03-12")
    assert first.series == second.series == "flat.json a flat"
    assert second.text == "A: One two.\nB: Yes, I see.\n"
    places = {second.text[o.start : o.end]: o.at for o in second.origins}
    assert places["One two."] == "/sessions/1/turns/0/content"


def test_sessions_as_numbered_keys_with_dates(read):
    value = {
        "sample_id": "s",
        "conversation": {
            "speaker_a": "A", "session_1": turns(*TALK), "session_1_date_time": "8 May, 2023",
            "session_2": turns(*TALK), "session_2_date_time": "9 May, 2023",
        },
    }  # fmt: skip
    first, second = read("a.json", [value])
    assert (first.date, second.date) == ("2023-05-08", "2023-05-09")
    assert second.title.endswith("- session 2")
    assert first.series == second.series


def test_sessions_as_lists_with_parallel_dates(read):
    value = {
        "id": "q",
        "dates": ["2023-05-08", "2023-05-09"],
        "sessions": [turns(*TALK), turns(*TALK)],
    }
    first, second = read("a.json", value)
    assert (first.date, second.date) == ("2023-05-08", "2023-05-09")


def test_a_list_of_conversations_is_a_list_of_threads(read):
    value = [{"dialogue_id": f"d{n}", "turns": turns(*TALK)} for n in range(3)]
    value.append({"dialogue_id": "d3", "turns": []})
    found = read("a.json", {"data": value[:3]})
    assert [d.title for d in found] == ["d0", "d1", "d2"]
    found = read("b.json", [*value[:3], *value[:3], value[3]])
    assert (found[6].source, found[6].reason) == ("b.json#6", "no conversation")
    assert len({d.series for d in found[:6]}) == 3


def test_turns_as_a_string_and_turns_without_words(read):
    inner = json.dumps([{"role": "A", "api": {"x": 1}}, *turns(*TALK), {"role": "A", "api": {}}])
    (document,) = read("a.json", [{"conversation_id": "c", "context": inner}])
    assert document.text == HELLO
    assert {o.at for o in document.origins} == {"/0/context"}


def test_jsonl_of_conversations_and_of_turns(read):
    rows = "\n".join(json.dumps({"messages": turns(*TALK)}) for _ in range(2))
    first, second = read("chats.jsonl", rows)
    assert (first.title, second.title) == ("Chats 0", "Chats 1")
    assert first.series != second.series
    (document,) = read("log.jsonl", "\n".join(map(json.dumps, turns(*TALK))))
    assert document.text == HELLO


def test_lists_that_are_no_talk(read):
    for value in (
        {"links": [{"from": "Linz", "to": "Wien", "value": "5"}, {"from": "Wien", "value": "7"}]},
        {
            "towns": [
                {"name": "Linz", "text": "A town here."},
                {"name": "Wien", "text": "A city here."},
            ]
        },
        [
            {"author": "A", "title": "x", "text": "One two."},
            {"author": "A", "title": "y", "text": "b c"},
        ],
    ):
        for found in read("a.json", value):
            assert isinstance(found, Document)
            assert found.format != "dialogue"


def test_reviews_inside_a_record_are_no_talk_elsewhere(read):
    reviews = turns(*TALK, *TALK, *TALK, role="author", content="text")
    (document,) = read(
        "a.json", {"name": "Hotel", "town": "Linz", "reviews": reviews}, category="general"
    )
    assert document.format == "json"
    assert "Town: Linz" in document.text


SCRIPT = """Planning the mill
Participants: Anna Moll, Ben

Session 1 - 2024-05-11

Anna Moll: The wheel is broken.
Ben: I know. We need
two weeks.
[laughs]
Anna Moll: Good.

And then we open.
Ben: Yes.

Session 2 - 2024-06-01

Ben: It works.
Anna Moll: At last.
"""


def test_a_transcript_of_sessions(read):
    first, second = read("mill.txt", SCRIPT)
    assert first.text == (
        "Anna Moll: The wheel is broken.\nBen: I know. We need two weeks.\n"
        "Anna Moll: Good. And then we open.\nBen: Yes.\n"
    )
    assert (first.title, first.date) == ("Planning the mill - session 1", "2024-05-11")
    assert (second.title, second.date) == ("Planning the mill - session 2", "2024-06-01")
    assert first.series == second.series
    for document in (first, second):
        for origin in document.origins:
            at = int(origin.at.removeprefix("char:"))
            stretch = document.text[origin.start : origin.end]
            assert SCRIPT[at : at + len(stretch)] == stretch


def test_clock_times_and_chat_names(read):
    text = "[00:00:01]\n_page : 3\nCC: Roger.\n\n[00:00:05]\nP: Okay, it is going well.\n\n" * 4
    (document,) = read("flight.txt", text)
    turns = "[00:00:01]\nCC: Roger.\n\n[00:00:05]\nP: Okay, it is going well.\n"
    assert document.text == "\n".join([turns] * 4)
    clocks = [o for o in document.origins if document.text[o.start : o.end].startswith("[00:")]
    assert [o.at for o in clocks[:2]] == [
        f"char:{text.index(c)}" for c in ("[00:00:01", "[00:00:05")
    ]
    log = "[12:18] <ann> hello\n[12:18] <bob> hi\n=== cat joined\n[12:19] <ann> bye\n"
    (document,) = read("irc.txt", log)
    assert document.text == "ann: hello\nbob: hi\nann: bye\n"


def test_records_that_repeat_labels_are_no_transcript(read):
    record = "Name: Elbe\nLength: 1,094 km\nMouth: North Sea\n\n"
    (document,) = read("rivers.txt", record * 5, category="general")
    assert document.format == "txt"
    (document,) = read("talk.txt", "Ann: I see it.\nBen: So do I.\n" * 5, category="general")
    assert document.format == "dialogue"


def test_a_speech_with_a_colon_is_no_transcript(read):
    text = "Fellow citizens: I thank you.\nWe met and we spoke about it at length.\n" * 5
    (found,) = read("speech.txt", text)
    assert isinstance(found, Document)
    assert found.format == "txt"


def test_an_empty_conversation_is_refused(read):
    (found,) = read("a.json", [])
    assert isinstance(found, Rejected)


@pytest.mark.parametrize(
    "stamp",
    [
        "15.04.2016, 15:04 - {}: ",
        "4/15/16, 3:04 PM - {}: ",
        "[15/04/2016, 15:04:59] {}: ",
        "2005-01-08T23:33:54  <{}> ",
        "[14 Jan 10:36] <{}> ",
        "[2021-01-08 23:33] {}: ",
    ],
)
def test_exports_of_chats_print_date_and_time_before_each_turn(read, stamp):
    said = [
        ("Ash", "Good morning."),
        ("Misty", "Hello: how are you?"),
        ("Ash", "Well."),
        ("Misty", "Good."),
    ]
    (document,) = read("chat.txt", "".join(f"{stamp.format(name)}{text}\n" for name, text in said))
    assert document.format == "dialogue"
    assert document.text == "".join(f"{name}: {text}\n" for name, text in said)
