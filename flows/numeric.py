"""Numerical questions of one world: tables, draws, proof, wording, context, checks (method 2.2).

Every query that is drawn has one outcome: ok with its sample, or rejected with the check and its reason.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl
from sqlglot import exp

from extractors.document_cells import cells_alone
from flows.config import Numeric, SynthesisConfig
from flows.numeric_samples import numeric_question
from flows.placing import laid_out_again, placed, rivals
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
from warehouse.numeric import NumericCandidate, Query, query_id
from warehouse.records import Document, Section
from warehouse.table_views import numeric_view
from warehouse.verdicts import Verdict, failed

CONFLICTS_SHOWN = 20
NOUNS = frozenset(("place", "organisation", "work", "person"))
"""Types that things are called by where the documents call them nothing."""


@dataclass(frozen=True)
class Given:
    """What a world's tables are made of."""

    cells: Iterable[Cell] | Iterable[pl.DataFrame]
    """Those of the documents of the pool, as records or as rows of the store."""
    nodes: Sequence[Entity]
    pool: Sequence[PoolSection]


@dataclass(frozen=True)
class Wording:
    """A proved query in words."""

    candidate: NumericCandidate
    closed: bool
    """Whether its scope is all that documents are given on, and not a list of names."""
    read: Verdict
    """Whether the words were read back as the query."""


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
        node.name: next(iter(node.nouns), node.type if node.type in NOUNS else "")
        for node in given.nodes
    }
    tables = corpus_tables(given.cells, documents, nouns, config.numeric.fewest)
    figures = Figures(table for table in tables if len(set(table.documents.values())) > 1)
    quotas = Quotas(config.numeric)
    asked: Counter[str] = Counter()
    with Prover(figures) as prover:
        maker = Maker(scope, prover, documents, sections, config)
        for item in drawn(figures, scope.name, config.numeric):
            if quotas.full:
                break
            if not quotas.admits(item):
                verdict = failed("quota", "the quota of the family or column is full")
                out.reject(query_id(item.query), verdict)
            elif _made(item, maker, out):
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
    sections: Callable[[], Pool]
    config: SynthesisConfig

    @property
    def figures(self) -> Figures:
        """The tables that are asked about."""
        return self.prover.figures


def _made(item: Drawn, maker: Maker, out: Yield) -> bool:
    """Prove, word and place one query; say whether it became a sample."""
    select = to_sql(item.query)
    proof, verdicts = maker.prover.prove(item.query, select)
    if proof is None:
        out.reject(query_id(item.query), verdicts[-1])
        return False
    ways = (True, False) if _closed_first(item, maker) else (False,)
    for closed in ways:
        wording = _worded(item, proof, maker, closed=closed)
        found = wording.read
        if found.status == "passed":
            found = _placed(wording, proof, select, maker)
        if not isinstance(found, Verdict):
            context, alone, layouts = found
            question = numeric_question(
                wording.candidate, proof, maker.figures, maker.documents, (*verdicts, wording.read, alone)
            )  # fmt: skip
            sample, row = sample_rows(question, context, maker.sections())
            out.accept(wording.candidate.id, sample, row, layouts)
            if wants_views(maker.config):
                shown = {section.document_id for section in row.sections}
                out.views.append(
                    numeric_view(sample.id, item.query, maker.figures, shown, maker.config.seed)
                )
            return True
        if not closed:
            quotes = [cell.text for cell in proof.read]
            out.reject_worded(wording.candidate, item.family.name, quotes, found)
    return False


def _worded(item: Drawn, proof: NumericProof, maker: Maker, *, closed: bool) -> Wording:
    """Return the query in words, and whether they are read back as the query."""
    query, figures = item.query, maker.figures
    worded = word(figures, query, seed=maker.config.seed, closed=closed)
    unit = answer_unit(figures, query) if proof.answer.kind == "number" else ""
    candidate = NumericCandidate(
        id=query_id(query), split=maker.scope.split, category=maker.scope.category, query=query,
        family=item.family.name, difficulty=item.family.difficulty, question=worded.question,
        answer=proof.answer.model_copy(update={"unit": unit}), sub_questions=worded.sub_questions,
    )  # fmt: skip
    read = round_trip(worded.question, query, figures, closed=worded.closed)
    return Wording(candidate, worded.closed, read)


def wants_views(config: SynthesisConfig) -> bool:
    """Whether anything is to read numerical questions once more and so needs their tables."""
    return config.second_program.use != "off" or config.rewriting.use != "off"


def _closed_first(item: Drawn, maker: Maker) -> bool:
    """Whether a closed scope is tried before a listed one: for half of the queries that can have one."""
    half = rank(maker.config.seed, query_id(item.query)) % 2 == 1
    return half and closable(item.query, maker.figures)


def closable(query: Query, figures: Figures) -> bool:
    """Whether the things in scope can be told as all those that documents are given on."""
    tables = [figures.tables[name] for name in query.tables]
    dated = all(table.edition for table in tables)
    alone = not any(table.edition for table in figures.tables.values())
    return all(table.noun for table in tables) and (dated or alone)


def _placed(
    wording: Wording, proof: NumericProof, select: exp.Select, maker: Maker
) -> tuple[Context, Verdict, tuple[Context, ...]] | Verdict:
    """Return the question's context with the verdict on it and its further layouts, or why there is none."""
    query, figures, pool = wording.candidate.query, maker.figures, maker.sections()
    evidence = _evidence(proof.read, pool)
    if evidence is None:
        return failed("context", "a header stands outside the sections")
    strangers = outsiders(query, figures, maker.documents.values()) if wording.closed else ()
    banned = {i.section.id for page in strangers for i in pool.by_document.get(page, ())}
    editions = {figures.tables[name].edition for name in query.tables}
    competes, options = rivals(cells_matcher(proof.read, editions)), maker.config.context
    context = placed(wording.candidate, pool, evidence, banned, competes, options)
    if isinstance(context, Verdict):
        return context
    verdict = _alone(context, wording, proof, select, maker)
    if verdict.status == "failed":
        return verdict
    layouts = laid_out_again(
        context, wording.candidate, pool, banned, competes, options, count=maker.config.layouts,
        holds=lambda again: _alone(again, wording, proof, select, maker).status == "passed",
    )  # fmt: skip
    return context, verdict, layouts


def _alone(
    context: Context, wording: Wording, proof: NumericProof, select: exp.Select, maker: Maker
) -> Verdict:
    """Return whether a context alone gives the stored answer."""
    query, figures = wording.candidate.query, maker.figures
    seen = list(_seen(context, maker.sections(), _pages(query, figures)))
    return check_numeric_context(query, select, proof, figures, seen, closed=wording.closed)


def _evidence(cells: Iterable[Cell], pool: Pool) -> tuple[str, ...] | None:
    """Return the sections of the cells and of the headers they rest on; None where a header is in no section."""
    found: set[str] = set()
    for cell in cells:
        found.add(cell.section_id)
        for place in cell.support:
            own = (item.section for item in pool.by_document[cell.document_id])
            home = next((s.id for s in own if s.start <= place.start < s.end), None)
            if home is None:
                return None
            found.add(home)
    return tuple(sorted(found))


def _pages(query: Query, figures: Figures) -> set[str]:
    """Return the documents of the query's tables."""
    return {page for name in query.tables for page in figures.tables[name].documents.values()}


def _seen(context: Context, pool: Pool, pages: Collection[str]) -> Iterator[Cell]:
    """Yield the cells that the context's sections of some documents give on their own."""
    shown: dict[str, list[Section]] = {}
    for name in context.sections:
        item = pool.items[pool.number[name]]
        if item.document.id in pages:
            shown.setdefault(item.document.id, []).append(item.section)
    for page, sections in shown.items():
        yield from cells_alone(pool.by_document[page][0].document, sections)
