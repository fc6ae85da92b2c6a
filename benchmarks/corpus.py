"""The documents that a benchmark runs on: the built-in corpus, or the category folders of `--documents DIR`."""

import argparse
import tempfile
from dataclasses import dataclass
from pathlib import Path

from flows.config import load_config
from flows.corpus import FileEntry, inventory
from flows.jobs import StoredSection
from flows.stages import ingest
from warehouse.records import CATEGORIES, Category, Document, Section

ROOT = Path(__file__).resolve().parent.parent
CONFIG = ROOT / "configs" / "synthesis" / "demo.toml"


@dataclass(frozen=True)
class Loaded:
    """Documents of one or several categories with their sections."""

    documents: list[Document]
    sections: list[StoredSection]

    def batch(self) -> list[tuple[Document, list[Section]]]:
        """Return each document with its sections, as extraction takes them."""
        own: dict[str, list[Section]] = {document.id: [] for document in self.documents}
        for stored in self.sections:
            own[stored.section.document_id].append(stored.section)
        return [(document, own[document.id]) for document in self.documents]


def add_documents(parser: argparse.ArgumentParser) -> None:
    """Add the option `--documents`."""
    parser.add_argument(
        "--documents",
        type=lambda text: Path(text).resolve(),
        default=ROOT / "corpora",
        help="folder with the five category folders; the built-in corpus if not given",
    )


def entries(documents: Path, categories: tuple[Category, ...] = CATEGORIES) -> list[FileEntry]:
    """Return the files of the categories; for `code` the Python sources of the built-in run are added."""
    config = load_config(CONFIG)
    sources = [
        source
        for source in config.sources
        if source.category in categories
        and (source.path.startswith("stdlib:") or (documents / source.path).is_dir())
    ]
    with tempfile.TemporaryDirectory() as cache:
        chosen = config.model_copy(update={"sources": tuple(sources)})
        return inventory(chosen, documents, Path(cache) / "hashes.json")


def load(documents: Path, categories: tuple[Category, ...] = CATEGORIES) -> Loaded:
    """Return the documents of the categories, read, filtered and cut as a run does."""
    config = load_config(CONFIG)
    found = ingest(entries(documents, categories), config)
    by_id = {document.id: document for document in found.documents}
    sections = {stored.section.id: stored for stored in found.sections}
    return Loaded(list(by_id.values()), list(sections.values()))
