"""A sample as it is put to a model: with no documents, its evidence alone, its context, or its context laid out anew.

Everything but the closed-book question is the row's own prompt with another text in its slot, so that what is measured
is what a trainer will show. The text is a piece of its own and comes first, so that calls over one context share it.
"""

from dataclasses import dataclass
from typing import Protocol

from serving.calls import Message
from serving.prompts import MARK_HEX, Filled, load_prompt
from warehouse.identity import digest, draw
from warehouse.snapshot_rows import SLOT, ContextRow, SampleRow

CLOSED_BOOK = "closed_book"


@dataclass(frozen=True)
class Posed:
    """A sample with the texts that it can be asked over."""

    row: SampleRow
    context: ContextRow | None = None
    """Its own context; closed-book questions need none."""
    layouts: tuple[str, ...] = ()
    """Texts of other contexts of its length: other distractors, another order."""


class Prompting(Protocol):
    """The prompt of an attempt."""

    def __call__(self, posed: Posed, attempt: int, version: str = "") -> Filled:
        """Return the prompt by the attempt's 0-based number and the version of the role's prompt files."""
        ...


def closed_book(posed: Posed, attempt: int, version: str = "") -> Filled:
    """Return the question and how to write its answer, without documents.

    Raises:
        PromptError: there is no such version.
    """
    del attempt
    prompt = load_prompt("verifiers", CLOSED_BOOK, version)
    return prompt.filled(question=posed.row.question, instructions=posed.row.format_instructions)


def gold_alone(posed: Posed, attempt: int, version: str = "") -> Filled:
    """Return the row's prompt over its evidence sections alone, in the order of its context."""
    del attempt, version
    context = _context(posed)
    text = "".join(context.text[s.start : s.end] for s in context.sections if s.evidence)
    return row_prompt(posed.row, text)


def full(posed: Posed, attempt: int, version: str = "") -> Filled:
    """Return the row's prompt over its own context."""
    del attempt, version
    return row_prompt(posed.row, _context(posed).text)


def laid_out(posed: Posed, attempt: int, version: str = "") -> Filled:
    """Return the row's prompt over another layout at each attempt.

    Where there are fewer layouts than attempts, the sections of the row's own context are shuffled: another order
    among the same distractors.
    """
    del version
    if attempt < len(posed.layouts):
        return row_prompt(posed.row, posed.layouts[attempt])
    context = _context(posed)
    order = draw(0, f"layout|{posed.row.id}|{attempt}").permutation(len(context.sections))
    sections = [context.sections[number] for number in order.tolist()]
    return row_prompt(posed.row, "".join(context.text[s.start : s.end] for s in sections))


def row_prompt(row: SampleRow, text: str) -> Filled:
    """Return a row's own prompt with a text in its slot; its name is the hash of all but question and text."""
    messages, empty = [], True
    for message in row.prompt:
        before, slot, after = message.content.partition(SLOT) if empty else (message.content, "", "")  # fmt: skip
        empty = empty and not slot
        parts = tuple(part for part in (before, text if slot else "", after) if part)
        messages.append(Message(role=message.role, parts=parts))
    asked = [
        message.content.replace(row.question, "").replace(row.format_instructions, "")
        for message in row.prompt
    ]
    return Filled(f"row {digest(asked)[:MARK_HEX]}", tuple(messages))


def _context(posed: Posed) -> ContextRow:
    if posed.context is None:
        raise ValueError(f"{posed.row.id} is asked over its context, and none was given")
    return posed.context
