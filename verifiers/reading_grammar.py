"""Patterns of English read against a text with every way they fit, so that two meanings are seen as two (method 2.2).

A pattern is written as a sentence: `(a|b)` is one of several wordings, `[a]` may be missing, `{kind}` or `{name:kind}`
is a part that a reader of that kind takes from the text. Words are compared without letter case. A name that stands
twice must take the same both times.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

PartReader = Callable[[int], Iterator[tuple[Any, int]]]
"""Yields what a part may be from a position on, with where it ends."""
Bound = Mapping[str, Any]
_TOKEN = re.compile(r"[()\[\]|]|\{[a-z_:]+\}|[^()\[\]{}|]+")


class Words(str):
    """Words to be met as they are, folded."""


@dataclass(frozen=True)
class Part:
    """A part of the sentence that has a meaning of its own."""

    name: str
    kind: str


@dataclass(frozen=True)
class Either:
    """One of several sequences."""

    options: tuple[tuple["Node", ...], ...]


Node = Words | Part | Either


def fold(text: str) -> str:
    """Return a text in lower case with every character in its place."""
    return "".join(low if len(low := char.lower()) == 1 else char for char in text)


@lru_cache(maxsize=1024)
def compiled(pattern: str) -> tuple[Node, ...]:
    """Return the nodes of a pattern."""
    tokens = _TOKEN.findall(pattern)
    assert "".join(tokens) == pattern, pattern
    nodes, rest = _options(tokens)
    assert not rest, pattern
    return nodes[0]


def _options(tokens: list[str]) -> tuple[tuple[tuple[Node, ...], ...], list[str]]:
    """Return sequences up to a closing bracket, and the tokens from there on."""
    options: list[list[Node]] = [[]]
    while tokens and tokens[0] not in (")", "]"):
        token, *tokens = tokens
        if token == "|":
            options.append([])
        elif token in ("(", "["):
            inner, (_, *tokens) = _options(tokens)
            options[-1].append(Either(inner if token == "(" else (*inner, ())))
        elif token.startswith("{"):
            name, _, kind = token[1:-1].partition(":")
            options[-1].append(Part(name, kind or name))
        else:
            options[-1].append(Words(fold(token)))
    return tuple(map(tuple, options)), tokens


class Text:
    """A text to be read, and how far a reading has come."""

    def __init__(self, text: str, parts: Mapping[str, PartReader] | None = None) -> None:
        """`parts` has the reader of each kind of part."""
        self.text = text
        self.folded = fold(text)
        self.parts = dict(parts or {})
        self.furthest = 0

    def fits(
        self, pattern: str, at: int = 0, bound: Bound | None = None
    ) -> Iterator[tuple[Bound, int]]:
        """Yield what the parts of a pattern are, and where it ends, for each way it fits from a position on."""
        yield from self._sequence(compiled(pattern), at, bound or {})

    def _sequence(
        self, nodes: tuple[Node, ...], at: int, bound: Bound
    ) -> Iterator[tuple[Bound, int]]:
        self.furthest = max(self.furthest, at)
        if not nodes:
            yield bound, at
            return
        node, *rest = nodes
        for more, end in self._node(node, at, bound):
            yield from self._sequence(tuple(rest), end, more)

    def _node(self, node: Node, at: int, bound: Bound) -> Iterator[tuple[Bound, int]]:
        match node:
            case Words():
                if self.folded.startswith(node, at):
                    yield bound, at + len(node)
            case Either():
                for option in node.options:
                    yield from self._sequence(option, at, bound)
            case Part():
                for value, end in self.parts[node.kind](at):
                    if node.name not in bound:
                        yield {**bound, node.name: value}, end
                    elif bound[node.name] == value:
                        yield bound, end
