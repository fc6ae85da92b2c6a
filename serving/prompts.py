"""Prompts: text files beside the code that asks, with versions, and material that cannot pass for instructions.

A file `prompts/NAME.VERSION.txt` of a package has sections `[system]` and `[user]` and slots `[[slot]]`. Slots are
filled in one pass, so that nothing a document says is read as a slot. Documents stand between marks that carry the
hash of what is between them, which a document cannot contain.
"""

import importlib.resources
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from serving.calls import Message, Role
from warehouse.identity import digest

SECTION = re.compile(r"^\[(system|user|assistant)\]\n", re.MULTILINE)
SLOT = re.compile(r"\[\[([a-z_]+)\]\]")
FILE = re.compile(r"(?P<name>[a-z_]+)\.(?P<version>\d+)\.txt")
MARK_HEX = 12
ROLES: dict[str, Role] = {"system": "system", "user": "user", "assistant": "assistant"}


class PromptError(ValueError):
    """A prompt that is missing or filled wrongly; the message names it and the slot."""


@dataclass(frozen=True)
class Filled:
    """A prompt with its slots filled."""

    name: str
    """`NAME.VERSION hash`: the hash is of the file."""
    messages: tuple[Message, ...]


@dataclass(frozen=True)
class Prompt:
    """A prompt file."""

    name: str
    """`NAME.VERSION hash`."""
    sections: tuple[tuple[Role, str], ...]
    slots: frozenset[str]

    def filled(self, **values: str) -> Filled:
        """Return the messages with every slot filled.

        Raises:
            PromptError: a slot has no value, or a value no slot.
        """
        if self.slots != values.keys():
            wrong = ", ".join(sorted(self.slots ^ values.keys()))
            raise PromptError(f"prompt {self.name}: slots and values differ: {wrong}")
        messages = tuple(
            Message(role=role, parts=tuple(_parts(text, values))) for role, text in self.sections
        )
        return Filled(self.name, messages)


def _parts(text: str, values: dict[str, str]) -> Iterable[str]:
    """Yield a section's text piece by piece, each slot's value a piece of its own."""
    at = 0
    for slot in SLOT.finditer(text):
        yield from filter(None, (text[at : slot.start()], values[slot.group(1)]))
        at = slot.end()
    yield from filter(None, (text[at:],))


@cache
def load_prompt(package: str, name: str, version: str = "") -> Prompt:
    """Return a prompt of a package's `prompts` folder; the newest version where none is named.

    Raises:
        PromptError: there is no such file, or it has no section.
    """
    folder = importlib.resources.files(package) / "prompts"
    found = {
        int(match["version"]): item
        for item in folder.iterdir()
        if (match := FILE.fullmatch(item.name)) and match["name"] == name
    }
    number = int(version) if version.isdigit() else max(found, default=0)
    if number not in found:
        known = ", ".join(map(str, sorted(found))) or "none"
        raise PromptError(
            f"prompt {package}/{name}: no version {version or 'at all'}; there is {known}: "
            "correct `prompt` of the role under [models.roles]"
        )
    text = found[number].read_text("utf-8")
    pieces: list[str] = SECTION.split(text)[1:]
    sections: tuple[tuple[Role, str], ...] = tuple(
        (ROLES[role], body.strip("\n"))
        for role, body in zip(pieces[::2], pieces[1::2], strict=True)
    )
    if not sections:
        raise PromptError(f"prompt {package}/{name}.{number}: no [system] or [user] section")
    return Prompt(f"{name}.{number} {digest(text)[:MARK_HEX]}", sections, frozenset(SLOT.findall(text)))  # fmt: skip


def marked(texts: Iterable[tuple[str, str]], what: str = "document") -> str:
    """Return (title, text) pairs as documents between marks, numbered from 1; `what` says what else they are.

    A mark carries the hash of the document, so that no document can close its own or open another.
    """
    blocks = []
    for number, (title, text) in enumerate(texts, start=1):
        mark = digest(number, title, text)[:MARK_HEX]
        name = f"{what} {number} mark={mark}"
        blocks.append(f"<{name}>\n{title}\n\n{text}\n</{name}>")
    return "\n".join(blocks)
