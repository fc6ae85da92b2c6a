"""MB a second by reader, in the guarded child process and without it, against the bare parser on the same files.

    python benchmarks/reading.py [--documents DIR] [--most MB]

A reader does more than its parser: it decides what the file is, finds titles and dates, renders canonical text and
keeps for each stretch where it came from. The ratio says what share of the parser's speed is left after that. Files
that give no document are left out, as are those that the bare parser refuses.
"""

import argparse
import tempfile
from collections import defaultdict
from pathlib import Path

from benchmarks.bare_parsers import BARE, REFUSALS, kind_of
from benchmarks.corpus import ROOT, add_documents, entries
from benchmarks.timing import RUNS, alternate, print_table, print_versions
from benchmarks.written import write_all
from extractors.readers import ReadOptions, Rejected, read_file
from extractors.readers.guard import GuardedReader
from extractors.readers.kinds import Kind
from warehouse.records import Category

OPTIONS = ReadOptions()
File = tuple[Path, Path, Category]
"""(file, corpus folder, category)."""


def listed(documents: Path, written: Path) -> list[File]:
    """Return the folder's files and, for kinds that the built-in corpus lacks, its own text written anew."""
    found: list[File] = [
        (Path(entry.path), Path(entry.root), entry.read_as)
        for entry in entries(documents)
        if Path(entry.path).is_relative_to(documents)
    ]
    if documents == ROOT / "corpora":
        anew: list[File] = [(path, written, "general") for path in write_all(documents, written)]
        found += anew
    return found


def by_kind(files: list[File], most: int) -> dict[Kind, list[File]]:
    """Return the files of each kind that reader and parser both read, at most so many bytes of a kind."""
    out: dict[Kind, list[File]] = defaultdict(list)
    sizes: dict[Kind, int] = defaultdict(int)
    for file in files:
        kind = kind_of(file[0])
        size = file[0].stat().st_size
        if kind is None or (sizes[kind] and sizes[kind] + size > most) or not _readable(kind, file):
            continue
        sizes[kind] += size
        out[kind].append(file)
    return out


def _readable(kind: Kind, file: File) -> bool:
    try:
        BARE[kind][1](file[0])
    except REFUSALS:
        return False
    return any(not isinstance(item, Rejected) for item in read(file))


def read(file: File) -> list:
    """Return what `read_file` gives, in this process."""
    path, root, category = file
    return list(read_file(path, root=root, category=category, options=OPTIONS))


def row(kind: Kind, files: list[File], guard: GuardedReader) -> tuple[str, ...]:
    """Return the table row of one kind."""
    name, parse = BARE[kind]
    took = alternate(
        {
            "guarded": lambda: [guard.read(p, root=r, category=c) for p, r, c in files],
            "read": lambda: [read(file) for file in files],
            "bare": lambda: [parse(file[0]) for file in files],
        }
    )
    size = sum(path.stat().st_size for path, *_ in files) / 1e6
    return (kind, str(len(files)), f"{size:.2f}", name, f"{size / took['guarded']:.2f}", f"{size / took['read']:.2f}",
            f"{size / took['bare']:.2f}", took.speed("guarded", "bare"),
            took.speed("read", "bare"))  # fmt: skip


def main() -> None:
    """Print the table of readers against the bare parsers."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_documents(parser)
    parser.add_argument("--most", type=float, default=2.0, help="MB of one kind at most")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, GuardedReader(OPTIONS) as guard:
        kinds = by_kind(listed(options.documents, Path(folder)), int(options.most * 1e6))
        rows = [row(kind, kinds[kind], guard) for kind in BARE if kind in kinds]
    print_versions("pdfminer.six", "python-docx", "python-calamine", "docutils", "lxml")
    head = ("kind", "files", "MB", "bare parser", "guarded, MB/s", "read_file, MB/s", "bare, MB/s",
            "guarded to bare", "read_file to bare")  # fmt: skip
    print_table(head, rows)
    print(
        f"\nMedians of {RUNS} alternating runs (lowest to highest ratio), after one run that is not counted."
    )


if __name__ == "__main__":
    main()
