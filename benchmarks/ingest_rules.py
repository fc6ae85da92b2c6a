"""What the ingest stage leaves out, and how it names categories, on a folder with the five category folders.

    python benchmarks/ingest_rules.py [--documents DIR] [--refusals]

Prints the documents refused by each filter (with `--refusals` every one, to be read), the near-duplicates and editions
over all of them, and a confusion table of categories by rule against those of the folders.
"""

import argparse
from collections import Counter
from pathlib import Path

from benchmarks.corpus import add_documents, entries
from benchmarks.timing import print_table
from extractors.categories import category_of
from extractors.quality import assess
from extractors.readers import ReadOptions, Rejected
from extractors.readers.guard import GuardedReader
from flows.config import SynthesisConfig
from warehouse.duplicates import Signed, find_copies
from warehouse.minhash import matrix_of, signature
from warehouse.records import CATEGORIES, Document


def read(folder: Path) -> list[Document]:
    """Return the documents under the folder that can be read."""
    found: list[Document] = []
    with GuardedReader(ReadOptions()) as reader:
        for entry in entries(folder):
            if Path(entry.path).is_relative_to(folder):
                items = reader.read(
                    Path(entry.path),
                    root=Path(entry.root),
                    category=entry.read_as,
                )
                found += [item for item in items if not isinstance(item, Rejected)]
    return found


def refusals(documents: list[Document], *, show: bool) -> list[Document]:
    """Print what the filters refuse; return the others."""
    counts: Counter[str] = Counter()
    kept = []
    for document in documents:
        found = assess(document, SynthesisConfig(sources=()).quality)
        if found is None:
            kept.append(document)
            continue
        counts[found[0]] += 1
        if show:
            print(f"{found[0]} ({found[1]}): {document.source}: {document.text[:100]!r}")
    print_table(("filter", "refused"), [(name, str(n)) for name, n in counts.most_common()])
    print(f"\n{len(kept)} of {len(documents)} documents kept.\n")
    return kept


def copies(documents: list[Document], *, show: bool) -> None:
    """Print near-duplicates and editions."""
    by_id = {document.id: document for document in documents}
    signed = [Signed(d.id, d.series, d.date) for d in by_id.values()]
    matrix = matrix_of([signature(d.text) for d in by_id.values()])
    found = find_copies(signed, matrix, SynthesisConfig(sources=()).duplicates)
    if show:
        for copy in found:
            one, other = by_id[copy.document_id].source, by_id[copy.of].source
            print(f"{copy.kind}, {copy.similarity:.2f}: {one} of {other}")
    kinds = Counter(copy.kind for copy in found)
    print_table(("kind", "documents"), [(name, str(n)) for name, n in kinds.most_common()])
    print(f"\n{len(documents) - len(by_id)} more are equal to the letter and were read once.\n")


def confusion(documents: list[Document]) -> None:
    """Print categories by rule against those of the folders."""
    table = Counter((document.category, category_of(document)) for document in documents)
    rows = [(folder, *(str(table[folder, rule]) for rule in CATEGORIES)) for folder in CATEGORIES]
    print_table(("folder \\ rule", *CATEGORIES), rows)
    right = sum(number for (folder, rule), number in table.items() if folder == rule)
    print(f"\n{right} of {len(documents)} as the folder says.")


def main() -> None:
    """Print what ingest leaves out, by rule."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_documents(parser)
    parser.add_argument("--refusals", action="store_true", help="print every one")
    options = parser.parse_args()
    kept = refusals(read(options.documents), show=options.refusals)
    copies(kept, show=options.refusals)
    confusion(kept)


if __name__ == "__main__":
    main()
