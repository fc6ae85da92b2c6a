"""Labelled sets as documents with the facts and names that people marked in them.

A passage becomes a `Document` as a reader makes one: the title as its heading where the set gives one, the text behind
it. Tokenised text is joined again, because no real document has a space before its commas.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from extractors.sections import split_sections
from warehouse.records import Document, Section


@dataclass(frozen=True)
class Gold:
    """One labelled fact: every name that the set gives for its ends, and its relation in the set's own words."""

    subject: frozenset[str]
    relation: str
    object: frozenset[str]


@dataclass(frozen=True)
class Named:
    """A labelled name: its characters in the document's text and the thing it stands for."""

    start: int
    end: int
    thing: str
    heads: bool = False
    """Whether it is the document's own subject, of which facts are told."""


@dataclass(frozen=True)
class Passage:
    """A document of a set with its labels."""

    document: Document
    facts: tuple[Gold, ...] = ()
    names: tuple[Named, ...] = ()
    asked: frozenset[str] | None = None
    """Relations that were labelled in this passage; None where it is all of the set's."""

    def sections(self) -> list[Section]:
        """Return the sections as a run cuts them."""
        return split_sections(self.document)


def document_of(key: str, title: str, text: str) -> Document:
    """Return a document of general prose; its heading is the title, if it has one."""
    return Document(
        id=key, category="general", source=f"{key}.md", format="md", title=title or key, subject=title, date="",
        series=key, licence="", text=f"# {title}\n\n{text}\n" if title else f"{text}\n", origins=(),
    )  # fmt: skip


@dataclass
class Joined:
    """Tokens as running text, with the characters of each token."""

    text: str = ""
    spans: list[tuple[int, int]] = field(default_factory=list)
    _open: bool = False
    _tight: bool = True

    def add(self, token: str) -> None:
        """Append a token, with a space in front where print has one."""
        quote = token in ('"', "``", "''")
        closing = quote and (token == "''" or (token == '"' and self._open))
        token = '"' if quote else token
        tight = self._tight or closing or bool(CLOSES.fullmatch(token))
        self.text += token if tight else f" {token}"
        self.spans.append((len(self.text) - len(token), len(self.text)))
        self._tight = token in OPENS or (quote and not closing)
        self._open = (quote and not closing) or (self._open and not quote)


CLOSES = re.compile(r"[,.;:!?)\]%}]+|n't|['’](?:s|re|ve|ll|d|m)?|[-/](?=$)")
OPENS = frozenset(("(", "[", "{", "$", "£", "€", "-", "/"))


def joined(tokens: Iterable[str]) -> Joined:
    """Return the tokens as running text."""
    out = Joined()
    for token in tokens:
        out.add(token)
    return out


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a file of JSON lines."""
    with path.open(encoding="utf-8") as file:
        yield from (json.loads(line) for line in file if line.strip())


def redocred(folder: Path) -> Iterator[Passage]:
    """Yield Re-DocRED's documents, their names by entity and their facts by Wikidata's relation name."""
    called = json.loads((folder / "relation_names.json").read_text("utf-8"))
    for row in lines(next(folder.glob("*_every4th.jsonl"))):
        text = joined(token for sentence in row["sents"] for token in sentence)
        before = [0]
        for sentence in row["sents"]:
            before.append(before[-1] + len(sentence))
        document = document_of(f"redocred-{row['title']}", row["title"], text.text)
        lead = document.text.index(text.text, len(f"# {row['title']}"))
        names, things = [], []
        for number, mentions in enumerate(row["vertexSet"]):
            things.append(frozenset(mention["name"] for mention in mentions))
            for mention in mentions:
                first, last = (before[mention["sent_id"]] + at for at in mention["pos"])
                start, end = text.spans[first][0], text.spans[last - 1][1]
                if mention["type"] not in ("TIME", "NUM"):
                    names.append(Named(lead + start, lead + end, f"{row['title']}#{number}"))
        facts = [
            Gold(things[label["h"]], called[label["r"]][0], things[label["t"]])
            for label in row["labels"]
        ]
        yield Passage(document, tuple(facts), tuple(names))


def knowledgenet(folder: Path) -> Iterator[Passage]:
    """Yield KnowledgeNet's passages; the passage has no title, and only its listed properties were labelled."""
    for row in lines(next(folder.glob("passages_*.jsonl"))):
        key = f"knowledgenet-{row['doc']}-{row['passage_start']}"
        facts = [
            Gold(frozenset([f["subject"]]), f["property"], frozenset([f["object"]]))
            for f in row["facts"]
        ]
        yield Passage(
            document_of(key, "", row["text"]),
            tuple(facts),
            asked=frozenset(row["properties_listed"]),
        )


def text2kgbench(folder: Path) -> Iterator[Passage]:
    """Yield Text2KGBench's sentences; the relations of the sentence's own ontology are asked for."""
    for path in sorted((folder / "ground_truth").glob("*.jsonl")):
        name = path.name.removeprefix("ont_").removesuffix("_ground_truth.jsonl")
        ontology = (folder / "ontologies" / f"{name}_ontology.json").read_text("utf-8")
        asked = frozenset(relation["label"] for relation in json.loads(ontology)["relations"])
        for row in lines(path):
            facts = [
                Gold(frozenset([t["sub"]]), t["rel"], frozenset([t["obj"]])) for t in row["triples"]
            ]
            yield Passage(document_of(row["id"], "", row["sent"]), tuple(facts), asked=asked)


def fewrel(folder: Path) -> Iterator[Passage]:
    """Yield FewRel's sentences, each with the one fact that was labelled in it."""
    for number, row in enumerate(lines(next(folder.glob("val_*.jsonl")))):
        ends = [
            frozenset(
                joined(row["tokens"][at] for at in positions).text
                for positions in row[end]["positions"]
            )
            for end in ("head", "tail")
        ]
        text = joined(token for token in row["tokens"] if token.strip()).text
        gold = Gold(ends[0], row["relation_name"], ends[1])
        yield Passage(document_of(f"fewrel-{number}", "", text), (gold,))


def linked(path: Path) -> Iterator[Passage]:
    """Yield the articles or sentences of an entity-linking set, with the names that have an id.

    Pronouns, common nouns, dates and names without an id are left out.
    """
    for row in lines(path):
        title = row["title"] if "hyperlinks" in row else ""
        body = row["text"].removeprefix(title).lstrip("\n") if title else row["text"]
        document = document_of(f"{path.stem}-{row['id']}", title, body.rstrip("\n"))
        shift = document.text.rindex(body.rstrip("\n")) - (len(row["text"]) - len(body))
        names = [
            Named(shift + label["span"][0], shift + label["span"][1], label["entity_id"])
            for label in row["labels"]
            if re.fullmatch(r"Q\d+", label["entity_id"])
            and not label.get("coref")
            and row["text"][label["span"][0]].isupper()
        ]
        yield Passage(document, names=tuple(names))


def batches(passages: Sequence[Passage], size: int = 200) -> Iterator[Sequence[Passage]]:
    """Yield the passages by the batch, as extraction takes documents."""
    for start in range(0, len(passages), size):
        yield passages[start : start + size]
