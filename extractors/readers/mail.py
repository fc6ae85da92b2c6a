"""Mail: a mailbox (mbox) or one message (RFC 5322), one document a thread.

A thread of two or more messages is a conversation with a turn for each paragraph; a message that stands alone is a
text. Messages belong together by the ids that they refer to, replies without any by their subject.
"""

import re
from collections.abc import Iterable

from extractors.readers.canonical import Part, TextBuilder, make_document
from extractors.readers.mail_messages import Mail, messages
from extractors.readers.options import Read, Rejected, SourceFile
from extractors.readers.stated import Stated, humanise
from warehouse.records import Document

REPLY = re.compile(r"(?:re|aw|sv|fwd?|wg|antw?)(?:\[\d+\])?\s*:\s*", re.IGNORECASE)
LIST = re.compile(r"\[[^\[\]]{1,40}\]\s*(?=\S)")


def read_mail(file: SourceFile) -> Read:
    """Yield one document a thread, in the order of their first messages, and a rejection for each attachment."""
    found: list[Mail] = []
    for item in messages(file):
        if isinstance(item, Mail):
            found.append(item)
        else:
            yield item
    threads = _threads(found)
    for index, thread in enumerate(threads):
        key = str(index) if len(threads) > 1 else ""
        yield _document(file, thread, key)
        attached = [name for message in thread for name in message.attached]
        for number, name in enumerate(attached):
            place = "/".join(part for part in (key, f"attachment-{number}") if part)
            yield Rejected(
                source=f"{file.source}#{place}", reason="attachment not read", detail=name
            )


def _threads(found: Iterable[Mail]) -> list[list[Mail]]:
    """Return the messages by thread, each in the order of its dates where all have one."""
    threads: list[list[Mail]] = []
    of_id: dict[str, list[Mail]] = {}
    of_subject: dict[str, list[Mail]] = {}
    for mail in found:
        subject, reply = _subject(mail.subject)
        known = next((of_id[name] for name in (mail.id, *mail.refers) if name in of_id), None)
        if known is None and reply and not mail.refers:
            known = of_subject.get(subject.casefold())
        if known is None:
            known = []
            threads.append(known)
        known.append(mail)
        of_subject.setdefault(subject.casefold(), known)
        for name in (mail.id, *mail.refers):
            if name:
                of_id.setdefault(name, known)
    for thread in threads:
        if all(mail.date for mail in thread):
            thread.sort(key=lambda mail: mail.date)
    return threads


def _subject(subject: str) -> tuple[str, bool]:
    """Return a subject without marks of replies and lists, and whether it had one of a reply."""
    reply = False
    while match := REPLY.match(subject) or LIST.match(subject):
        reply |= match.re is REPLY
        subject = subject[match.end() :]
    return subject.strip(), reply


def _document(file: SourceFile, thread: list[Mail], key: str) -> Document | Rejected:
    subject = _subject(thread[0].subject)[0]
    title = subject[:200] or f"{humanise(file.stem)} {key}".strip()
    stated = Stated(title=title, date=_date(thread))
    series = f"{file.source} {title}".casefold()
    if len(thread) == 1:
        return make_document(file, Part("txt", key, series), stated, _letter(thread[0], title))
    return make_document(file, Part("dialogue", key, series), stated, _talk(thread))


def _date(thread: list[Mail]) -> str:
    """Return the day, month or year that all messages with a date share."""
    dates = [mail.date for mail in thread if mail.date]
    shared = ({date[:size] for date in dates} for size in (10, 7, 4))
    return next((found.pop() for found in shared if len(found) == 1), "")


def _letter(mail: Mail, title: str) -> TextBuilder:
    """Return a message that stands alone: its subject and writer, then its paragraphs."""
    built = TextBuilder()
    if mail.paragraphs:
        built.add(f"{title}\n\nFrom: ")
        built.add(*mail.writer)
        built.separate(2)
    for paragraph in mail.paragraphs:
        for line in paragraph:
            built.add(*line)
            built.separate(1)
        built.separate(2)
    return built


def _talk(thread: list[Mail]) -> TextBuilder:
    """Return the turns of a thread, one for each paragraph of a message, on a line each."""
    built = TextBuilder()
    for mail in thread:
        for paragraph in mail.paragraphs:
            built.add(*mail.writer)
            built.add(": ")
            for number, line in enumerate(paragraph):
                built.add(" " if number else "")
                built.add(*line)
            built.add("\n")
    return built
