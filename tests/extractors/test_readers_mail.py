"""Mailboxes and single messages: threads, own words, places, attachments, damage."""

from email.message import EmailMessage
from email.policy import SMTP

import pytest

from extractors.readers import ReadOptions, Rejected, read_file
from extractors.readers.places import find_place
from warehouse.records import Category, Document

ARCHIVE = """From ann at example.org  Sat Jan  8 23:33:54 2005
From: ann at example.org (Ann Moll)
Date: Sat, 8 Jan 2005 23:33:54 +0100
Subject: [mill] Timber for the wheel
Message-ID: <1@example.org>

Dear all,

I bought the beams in Whitby.
They cost 240 pounds.

--\x20
Ann Moll, Mill Lane 4

From piet at example.org  Sun Jan  9 10:00:00 2005
From: piet at example.org (Piet Roos)
Date: Sun, 9 Jan 2005 10:00:00 +0100
Subject: [mill] Re: Timber for the wheel
In-Reply-To: <1@example.org>
Message-ID: <2@example.org>

On Sat, 8 Jan 2005, Ann Moll
<ann at example.org> wrote:

> I bought the beams in Whitby.
> They cost 240 pounds.

Too many of them.

> --\x20
> Ann Moll, Mill Lane 4

I work in Leeds now.
_______________________________________________
mill mailing list

From ann at example.org  Mon Jan 10 09:00:00 2005
From: ann at example.org (Ann Moll)
Date: Mon, 10 Jan 2005 09:00:00 +0100
Subject: Supper
Message-ID: <3@example.org>

Supper is at seven.

- bread
- soup
"""


@pytest.fixture
def read(tmp_path):
    def run(name: str, content: str | bytes, category: Category = "dialogue"):
        path = tmp_path / name
        path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        return list(read_file(path, root=tmp_path, category=category, options=ReadOptions()))

    return run


def message(text: str, **fields: str) -> EmailMessage:
    made = EmailMessage()
    for name, value in {
        "From": "Åsa Berg <asa@example.org>",
        "Message-ID": "<9@example.org>",
        **fields,
    }.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    return made


def test_a_thread_is_a_conversation_of_what_each_wrote(read):
    talk, letter = read("2005-January.txt", ARCHIVE)
    assert (talk.format, talk.title, talk.date) == ("dialogue", "Timber for the wheel", "2005-01")
    assert talk.source == "2005-January.txt#0"
    assert talk.text == (
        "Ann Moll: Dear all,\n"
        "Ann Moll: I bought the beams in Whitby. They cost 240 pounds.\n"
        "Piet Roos: Too many of them.\n"
        "Piet Roos: I work in Leeds now.\n"
    )
    assert (letter.format, letter.title, letter.date) == ("txt", "Supper", "2005-01-10")
    assert letter.text == "Supper\n\nFrom: Ann Moll\n\nSupper is at seven.\n\n- bread\n- soup\n\n"


def test_each_line_has_its_place_in_the_file(read):
    for document in read("2005-January.txt", ARCHIVE):
        exact = [origin for origin in document.origins if origin.at.startswith("char:")]
        assert exact
        for origin in exact:
            stretch = document.text[origin.start : origin.end]
            found = find_place(ARCHIVE, "2005-January.txt", origin.at, len(stretch))
            assert found is not None
            assert found.value == stretch


def test_line_ends_of_other_systems_change_nothing(read):
    plain = [(d.title, d.text) for d in read("a.mbox", ARCHIVE)]
    assert [(d.title, d.text) for d in read("b.mbox", ARCHIVE.replace("\n", "\r\n"))] == plain


def test_encodings_are_read_and_their_places_are_lines(read):
    made = message(
        "Grüße aus Malmö.\n", Subject="Två frågor", Date="Tue, 3 Mar 2020 08:00:00 +0000"
    )
    made.set_content("Grüße aus Malmö.\n", charset="iso-8859-1", cte="base64")
    (document,) = read("a.eml", made.as_bytes(policy=SMTP))
    assert (document.title, document.date) == ("Två frågor", "2020-03-03")
    assert "From: Åsa Berg\n\nGrüße aus Malmö." in document.text
    assert {origin.at for origin in document.origins} == {"line:1"}


def test_plain_text_goes_before_html_and_attachments_are_rows(read):
    made = message("I live in Lund.\n", Subject="Plans", Date="Tue, 3 Mar 2020 08:00:00 +0000")
    made.add_alternative("<p>I live in <b>Lund</b>, in HTML.</p>", subtype="html")
    made.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="a <b>.pdf")
    document, attached = read("a.eml", made.as_bytes())
    assert document.text.endswith("I live in Lund.\n\n")
    assert isinstance(attached, Rejected)
    assert (attached.reason, attached.source) == ("attachment not read", "a.eml#attachment-0")
    assert attached.detail == "a <b>.pdf, application/pdf"


def test_html_alone_is_read_as_a_page(read):
    made = EmailMessage()
    made["From"], made["Subject"], made["Message-ID"] = "bo@example.org", "Plans", "<8@example.org>"
    made.set_content("<html><body><p>I live in <b>Lund</b>.</p></body></html>", subtype="html")
    (document,) = read("a.eml", made.as_bytes())
    assert document.text == "Plans\n\nFrom: bo\n\nI live in Lund.\n\n"


def test_replies_without_ids_follow_their_subject_and_the_other_ones_do_not(read):
    box = "".join(
        f"From x Sat Jan  8 23:33:54 2005\nFrom: {name}@example.org\nSubject: {subject}\n\n{text}\n\n"
        for name, subject, text in [
            ("ann", "Boat", "The boat is blue."),
            ("bo", "Re: Boat", "It was red."),
            ("cy", "Boat", "My boat is green."),
        ]
    )
    talk, other = read("inbox", box)
    assert talk.text == "ann: The boat is blue.\nbo: It was red.\n"
    assert "My boat is green." in other.text


@pytest.mark.parametrize(
    "copied",
    [
        "-----Original Message-----\nFrom: Ann Moll\nI live in Whitby.\n",
        "From: Ann Moll\nSent: Monday\nTo: Piet\nI live in Whitby.\n",
        "---------- Forwarded message ----------\nI live in Whitby.\n",
        "| I live in Whitby.\n",
        "Ann Moll writes:\n> I live in Whitby.\n",
    ],
)
def test_what_somebody_else_wrote_is_left_out(read, copied):
    made = message(f"See below.\n\n{copied}", Subject="Copy")
    (document,) = read("a.eml", made.as_bytes())
    assert document.text == "Copy\n\nFrom: Åsa Berg\n\nSee below.\n\n"


@pytest.mark.parametrize(
    "text",
    [
        "From: Ann Moll\nTo: the board\nDate: 3 March 2020\nSubject: The wheel\n\nThe wheel turns.\n",
        "Ann: Good morning.\nBo: Hello there.\nAnn: How are you?\nBo: Well.\n",
        "From Whitby to Leeds in 2005\nit rained.\n",
    ],
)
def test_letters_and_talk_are_no_mail(read, text):
    (document,) = read("a.txt", text, "general")
    assert text.strip().splitlines()[-1] in document.text


@pytest.mark.parametrize(
    "broken",
    [
        b"Date: 99 Foo 20055 99:99\nSubject: =?x-no-such?q?a?=",
        b"Date: Sat, 8 Jan 2005\nSubject: =?utf-8?b?////?=\nContent-Type: text/plain; charset=no-such",
        b"Subject: a\nContent-Type: multipart/mixed; boundary=b",
        b"Subject: a\nContent-Transfer-Encoding: base64",
    ],
)
def test_a_damaged_message_loses_no_other(read, broken):
    head = b"From x Sat Jan  8 23:33:54 2005\nFrom: ann@example.org\nMessage-ID: <0@x>\n"
    good = b"\n\nFrom x Sat Jan  8 23:33:54 2005\nFrom: bo@example.org\nSubject: Good\n\nI live in Lund.\n"
    found = read("box", head + broken + b"\n\n\xff\xfe text \n" + good)
    assert any(isinstance(item, Document) and "I live in Lund." in item.text for item in found)
    assert all(isinstance(item, Document | Rejected) for item in found)


def test_parts_in_parts_without_end_are_a_row(read):
    nested = b"Subject: a\nFrom: ann@example.org\nMessage-ID: <0@x>\nContent-Type: multipart/mixed; boundary=b0\n\n"
    nested += b"".join(
        b"--b%d\nContent-Type: multipart/mixed; boundary=b%d\n\n" % (n, n + 1) for n in range(3000)
    )
    (found,) = read("a.eml", nested)
    assert isinstance(found, Rejected)
