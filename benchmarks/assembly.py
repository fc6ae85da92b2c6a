"""Tokens laid out a second by context assembly, against counting the tokens of the assembled text once.

    python benchmarks/assembly.py [--documents DIR] [--category CATEGORY] [--candidates N]

Sections carry their counts, so assembly never tokenises; an assembler without stored counts would have to count at
least its result once. The ratio is how many times faster assembly is than that count alone. It is given without and
with the matcher that keeps second answers out of the context, which a run uses and which reads every section it takes.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.corpus import add_documents, load
from benchmarks.timing import RUNS, alternate, print_table, print_versions
from flows.config import SynthesisConfig
from flows.stages import extract
from flows.synthesis import build_world
from generators.contexts import (
    Competes,
    Context,
    ContextOptions,
    Pool,
    PoolSection,
    assemble,
    feasible,
    render,
)
from generators.steps import Moves
from generators.walks import Walker
from generators.wording import word_candidate
from verifiers.chain_proofs import PASSED, judge, worded
from verifiers.proof import Draft, co_supporters, evidence_sections
from verifiers.refute import Matcher
from verifiers.world import World
from warehouse.programs import Candidate
from warehouse.records import CATEGORIES, Category, Fact
from warehouse.tokens import count_tokens

LENGTHS = (16_384, 122_880)
OPTIONS = ContextOptions()


@dataclass(frozen=True)
class Job:
    """One context to lay out."""

    candidate: Candidate
    evidence: tuple[str, ...]
    banned: frozenset[str]
    matched: Competes
    """Whether a section may hold a second answer, as a run decides it."""


def jobs(world: World, category: Category, count: int, fits: Callable[[Job], bool]) -> list[Job]:
    """Return the first proved candidates, at most one of a start, that `fits` takes."""
    walker = Walker(
        Moves(world.view, world.measured, world.repeated), SynthesisConfig(sources=()).walk
    )
    nodes = {node.id: node for node in world.view.graph.nodes}
    out: dict[str, Job] = {}
    for draft in _proved(walker, world):
        anchor = draft.program.paths[0].anchor
        if anchor in out:
            continue
        candidate = word_candidate(
            world.view.graph, draft.program, draft.result, ("train", category)
        )
        evidence = tuple(sorted(evidence_sections(draft, world)))
        banned = frozenset(co_supporters(draft, world))
        job = Job(candidate, evidence, banned, _competes(Matcher.of(candidate, nodes)))
        if fits(job):
            out[anchor] = job
        if len(out) == count:
            break
    return list(out.values())


def _proved(walker: Walker, world: World) -> Iterator[Draft]:
    for chains in walker.chains():
        judged = judge(chains, world)
        for row in np.flatnonzero(judged.verdict == PASSED).tolist():
            yield worded(judged, row, world)[0]


def _competes(matcher: Matcher) -> Competes:
    def competes(item: PoolSection) -> bool:
        document = item.document
        headings = item.section.headings
        return bool(matcher.competes(document.title, headings, document.date, item.text))

    return competes


def lay_out(job: Job, pool: Pool, bucket: int, matched: bool) -> Context | None:
    """Return the job's context, with the matcher or with every section allowed."""
    competes = job.matched if matched else lambda _: False
    return assemble(job.candidate, pool, job.evidence, job.banned, bucket=bucket, options=OPTIONS,
                    competes=competes)  # fmt: skip


def row(bucket: int, matched: bool, chosen: Sequence[Job], pool: Pool) -> tuple[str, ...]:
    """Return the table row of one length."""
    contexts = [lay_out(job, pool, bucket, matched) for job in chosen]
    made = [context for context in contexts if context is not None]
    work = [job for job, context in zip(chosen, contexts, strict=True) if context is not None]
    label = "with" if matched else "without"
    if not made:
        return (f"{bucket:,}", label, "0", "the folder is too small", "", "", "")
    texts = ["".join(render(pool.items[pool.number[s]]) for s in c.sections) for c in made]
    tokens = sum(context.tokens for context in made)
    took = alternate(
        {
            "assemble": lambda: [lay_out(job, pool, bucket, matched) for job in work],
            "count": lambda: count_tokens(texts),
        }
    )
    return (f"{bucket:,}", label, str(len(made)), f"{tokens / len(made):,.0f}", f"{tokens / took['assemble']:,.0f}",
            f"{tokens / took['count']:,.0f}", took.speed("assemble", "count", ".1f"))  # fmt: skip


def main() -> None:
    """Print the table of each length."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_documents(parser)
    parser.add_argument("--category", choices=CATEGORIES, default="code")
    parser.add_argument("--candidates", type=int, default=20)
    options = parser.parse_args()
    loaded = load(options.documents, (options.category,))
    documents = {document.id: document for document in loaded.documents}
    items = [
        PoolSection(stored.section, documents[stored.section.document_id], stored.tokens)
        for stored in loaded.sections
    ]
    facts: list[Fact] = extract(loaded.batch()).facts
    world = build_world(facts, {item.section.id: item for item in items}, frozenset())
    pool = Pool(items, OPTIONS.seed)

    def fits(job: Job) -> bool:
        return LENGTHS[0] in feasible(pool, job.evidence, OPTIONS)

    chosen = jobs(world, options.category, options.candidates, fits)
    rows = [row(bucket, matched, chosen, pool) for bucket in LENGTHS for matched in (False, True)]
    print_versions("tiktoken", "bm25s", "numpy")
    print(f"{len(items):,} sections of {options.category}, {pool.total:,} tokens\n")
    head = (
        "bucket",
        "matcher",
        "contexts",
        "tokens each",
        "assembled, tokens/s",
        "counted, tokens/s",
        "ratio",
    )
    print_table(head, rows)
    print(
        f"\nMedians of {RUNS} alternating runs (lowest to highest ratio), after one run that is not counted."
    )


if __name__ == "__main__":
    main()
