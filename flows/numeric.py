"""Numerical questions of one world: tables, draws, proof, wording, context, checks (method 2.2).

Every query that is drawn has one outcome: ok with its sample, or rejected with the check and its reason.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from extractors.document_cells import document_cells
from extractors.facts.structure import structure_facts
from flows.config import Numeric, SynthesisConfig
from flows.numeric_samples import numeric_question
from flows.placing import placed, rivals
from flows.samples import sample_rows
from flows.worlds import Scope, TableRow, Yield
from generators.contexts import Context, Pool, PoolSection
from generators.numeric_draws import Drawn, drawn
from generators.numeric_sql import to_sql
from generators.numeric_wording import answer_unit, word
from verifiers.numeric_context import cells_matcher, check_numeric_context, outsiders
from verifiers.numeric_proof import NumericProof, Prover
from verifiers.question_reading import round_trip
from warehouse.cells import Cell
from warehouse.corpus_tables import CorpusTable, corpus_tables
from warehouse.entities import Entity
from warehouse.figures import Figures
from warehouse.identity import rank
from warehouse.numeric import NumericCandidate, query_id
from warehouse.records import Document, Section
from warehouse.verdicts import Verdict, failed

CONFLICTS_SHOWN = 20
NOUNS = {"place": "place", "organisation": "organisation", "work": "work", "person": "person"}
"""What things are called by their type, where the documents call them nothing."""


@dataclass(frozen=True)
class Given:
    """What a world's tables are made of."""

    cells: Iterable[Cell]
    nodes: Sequence[Entity]
    pool: Sequence[PoolSection]


@dataclass(frozen=True)
class Asked:
    """A proved query with a wording."""

    candidate: NumericCandidate
    proof: NumericProof
    closed: bool
    verdicts: tuple[Verdict, ...]


class Quotas:
    """How many questions were accepted, in all, by family and by column."""

    def __init__(self, options: Numeric) -> None:
        """Start with none."""
        self.rows = options.rows
        self._family = max(2, round(options.rows * options.family_share))
        self._column = max(2, round(options.rows * options.column_share))
        self._counts: Counter[tuple[str, ...]] = Counter()

    @property
    def full(self) -> bool:
        """Whether no more are wanted."""
        return self._counts["all",] >= self.rows

    def admits(self, item: Drawn) -> bool:
        """Whether one more of the family and of each of its columns is wanted."""
        if self._counts["family", item.family.name] >= self._family:
            return False
        return all(self._counts[key] < self._column for key in self._columns(item))

    def take(self, item: Drawn) -> None:
        """Count an accepted question."""
        self._counts.update((("all",), ("family", item.family.name), *self._columns(item)))

    @staticmethod
    def _columns(item: Drawn) -> set[tuple[str, ...]]:
        refs = item.query.quantity.columns
        return {("column", ref.table, ref.column) for ref in refs}


def add_numeric(
    scope: Scope, given: Given, sections: Callable[[], Pool], config: SynthesisConfig, out: Yield
) -> None:
    """Add the world's numerical questions to what it gives; `sections` indexes its sections once they are needed.

    A list that stands in one document is shown and not asked about.
    """
    documents = {item.document.id: item.document for item in given.pool}
    nouns = {
        node.name: node.nouns[0] if node.nouns else NOUNS.get(node.type, "") for node in given.nodes
    }
    tables = corpus_tables(
        (cell for cell in given.cells if cell.document_id in documents), documents, nouns
    )
    figures = Figures(table for table in tables if len(set(table.documents.values())) > 1)
    quotas = Quotas(config.numeric)
    asked: Counter[str] = Counter()
    with Prover(figures) as prover:
        for item in drawn(figures, scope.name, config.numeric):
            if quotas.full:
                break
            if not quotas.admits(item):
                verdict = failed("quota", "the quota of the family or column is full")
                out.reject(query_id(item.query), verdict)
            elif _made(item, Maker(scope, prover, documents, sections(), config), out):
                quotas.take(item)
                asked.update(item.query.tables)
    out.tables += [_row(scope, table, asked[table.name]) for table in tables]


def _row(scope: Scope, table: CorpusTable, questions: int) -> TableRow:
    cells = table.frame.height * len(table.columns)
    shown = [
        f"{conflict.entity} {conflict.column}: {conflict.reason}".strip()
        for conflict in table.conflicts[:CONFLICTS_SHOWN]
    ]
    return TableRow(
        split=scope.split, category=scope.category, name=table.name, kind=table.kind, noun=table.noun,
        rows=table.frame.height, columns=len(table.columns), filled=len(table.cells) / max(cells, 1),
        questions=questions, conflicts=len(table.conflicts), shown=tuple(shown),
    )  # fmt: skip


@dataclass(frozen=True)
class Maker:
    """What a question of the world is made with."""

    scope: Scope
    prover: Prover
    documents: dict[str, Document]
    pool: Pool
    config: SynthesisConfig


def _made(item: Drawn, maker: Maker, out: Yield) -> bool:
    """Prove, word and place one query; say whether it became a sample."""
    proof, verdicts = maker.prover.prove(item.query, to_sql(item.query))
    if proof is None:
        out.reject(query_id(item.query), verdicts[-1])
        return False
    verdict = failed("context", "no wording")
    asked = None
    for asked in _wordings(item, proof, verdicts, maker):
        last = asked.verdicts[-1]
        found = last if last.status == "failed" else _placed(asked, maker)
        if isinstance(found, Verdict):
            verdict = found
            continue
        context, checked = found
        question = numeric_question(
            asked.candidate,
            proof,
            maker.prover.figures,
            maker.documents,
            (*asked.verdicts, checked),
        )
        out.accept(asked.candidate.id, *sample_rows(question, context, maker.pool))
        return True
    assert asked is not None
    quotes = [cell.text for cell in proof.read]
    out.reject_worded(asked.candidate, item.family.name, quotes, verdict)
    return False


def _wordings(
    item: Drawn, proof: NumericProof, verdicts: tuple[Verdict, ...], maker: Maker
) -> Iterator[Asked]:
    """Yield the query in words: half of the time with a closed scope first, with a listed one else."""
    figures, seed = maker.prover.figures, maker.config.seed
    identity = query_id(item.query)
    unit = answer_unit(figures, item.query)
    ways = (True, False) if closable(item, figures) and rank(seed, identity) % 2 else (False,)
    for closed in ways:
        worded = word(figures, item.query, seed=seed, closed=closed)
        candidate = NumericCandidate(
            id=identity, split=maker.scope.split, category=maker.scope.category, query=item.query,
            family=item.family.name, difficulty=item.family.difficulty, sql=proof.sql,
            question=worded.question,
            answer=proof.answer.model_copy(update={"unit": unit if proof.answer.kind == "number" else ""}),
            read=tuple(cell.id for cell in proof.read),
            critical=tuple(cell.id for cell in proof.read if cell.id in proof.critical),
            sub_questions=worded.sub_questions,
        )  # fmt: skip
        read = round_trip(worded.question, item.query, figures, closed=worded.closed)
        yield Asked(candidate, proof, worded.closed, (*verdicts, read))


def closable(item: Drawn, figures: Figures) -> bool:
    """Whether the things in scope can be told as all those that documents are given on."""
    tables = [figures.tables[name] for name in item.query.tables]
    dated = all(table.edition for table in tables)
    alone = not any(t.edition for t in figures.tables.values())
    return all(table.noun for table in tables) and (dated or alone)


def _placed(asked: Asked, maker: Maker) -> tuple[Context, Verdict] | Verdict:
    """Return the question's context with the verdict on it, or why there is none."""
    query, figures = asked.candidate.query, maker.prover.figures
    evidence = _evidence(asked.proof.read, maker.pool)
    if evidence is None:
        return failed("context", "a header stands outside the sections")
    banned: set[str] = set()
    if asked.closed:
        out_of_scope = outsiders(query, figures, maker.documents.values())
        banned = {i.section.id for i in maker.pool.items if i.document.id in out_of_scope}
    editions = {figures.tables[name].edition for name in query.tables}
    matcher = cells_matcher(asked.proof.read, editions)
    context = placed(
        asked.candidate,
        maker.pool,
        evidence,
        banned,
        partial(rivals, matcher),
        maker.config.context,
    )
    if isinstance(context, Verdict):
        return context
    items = [maker.pool.items[maker.pool.number[section]] for section in context.sections]
    wanted = {page for name in query.tables for page in figures.tables[name].documents.values()}
    seen = [cell for document, own in _by_document(items, wanted) for cell in reread(document, own)]
    verdict = check_numeric_context(
        query, to_sql(query), asked.proof, figures, seen, closed=asked.closed
    )
    return verdict if verdict.status == "failed" else (context, verdict)


def _evidence(cells: Iterable[Cell], pool: Pool) -> tuple[str, ...] | None:
    """Return the sections of the cells and of the headers they rest on; None where a header is in no section."""
    found: set[str] = set()
    spans: dict[str, list[tuple[int, int, str]]] = {}
    for item in pool.items:
        own = item.section
        spans.setdefault(item.document.id, []).append((own.start, own.end, own.id))
    for cell in cells:
        found.add(cell.section_id)
        for place in cell.support:
            homes = [i for start, end, i in spans[cell.document_id] if start <= place.start < end]
            if not homes:
                return None
            found.add(homes[0])
    return tuple(sorted(found))


def _by_document(
    items: Iterable[PoolSection], wanted: set[str]
) -> Iterator[tuple[Document, list[Section]]]:
    grouped: dict[str, tuple[Document, list[Section]]] = {}
    for item in items:
        if item.document.id in wanted:
            grouped.setdefault(item.document.id, (item.document, []))[1].append(item.section)
    yield from grouped.values()


def reread(document: Document, sections: Sequence[Section]) -> list[Cell]:
    """Return the cells that some sections of a document give, as if the rest of it were blank.

    The document's subject is shown where the text names it first, if it is in the title: that stands before every
    section of a context.
    """
    ordered = sorted(sections, key=lambda section: section.start)
    shown = [(section.start, section.end) for section in ordered]
    named = re.compile(rf"(?<!\w){re.escape(document.subject)}(?!\w)", re.IGNORECASE)
    first = named.search(document.text)
    if first and named.search(document.title):
        shown.insert(0, first.span())
    parts: list[str] = []
    done = 0
    for start, end in shown:
        if start >= done:
            parts += [_blank(document.text[done:start]), document.text[start:end]]
            done = end
    parts.append(_blank(document.text[done:]))
    alone = document.model_copy(update={"text": "".join(parts)})
    return document_cells(alone, ordered, structure_facts(alone, ordered))[0]


def _blank(text: str) -> str:
    return "\n".join(" " * len(line) for line in text.split("\n"))
