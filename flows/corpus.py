"""Which files a run reads: the sources' folders and the running Python's own modules, each with its content hash.

What git ignores is no input and is only counted; a file or folder that is left out for another reason is an input that
is rejected with it. Hashes, and the licences that folders state, are kept beside size and modification time, so that a
second run over an unchanged corpus reads no file.
"""

import hashlib
import json
import sysconfig
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from extractors.readers import FolderLicence
from extractors.readers.options import source_of
from extractors.trees import Tree, TreeFile, TreeOptions
from flows.config import ConfigError, Source, SourceCategory, SynthesisConfig
from flows.licensing import LicenceFinder
from warehouse.identity import digest
from warehouse.records import Category, Record

STDLIB = "stdlib:"


PYTHON_LICENCE = "PSF-2.0"


class FileEntry(Record):
    """One file to read, or a file or folder that is left out."""

    source: str
    """Path as records name it: source folder, then the path under it."""
    path: str
    """Path on this machine; never stored in a record, and not kept of what is left out."""
    root: str
    """Folder that `source` is relative to."""
    category: SourceCategory
    sha256: str
    licence: str = ""
    """Licence of the folders and files around it, for documents that state none."""
    left_out: str = ""
    """Why it is not read; empty for a file to read."""
    detail: str = ""
    """What exactly, where it is left out."""

    @property
    def read_as(self) -> Category:
        """Category under which it is read, before its documents' content decides."""
        return "general" if self.category == "auto" else self.category

    @property
    def id(self) -> str:
        """Identity of the file's reading: its content, where it stands in the corpus, and the licence around it."""
        said = digest(self.category, self.source, self.sha256, self.licence, self.left_out)
        return f"file-{said[:24]}"


@dataclass
class Survey:
    """What the sources hold."""

    entries: list[FileEntry] = field(default_factory=list)
    """In order of category and source path."""
    ignored: Counter[SourceCategory] = field(default_factory=Counter)
    """Files and folders that git ignores; what is inside such a folder is not counted."""


class Corpus:
    """The files of a run. Prefect sends a flow's parameters with each batch to other machines; these stay behind."""

    def __init__(self, entries: Sequence[FileEntry]) -> None:
        """Hold the files."""
        self.entries = tuple(entries)

    def __getstate__(self) -> dict[str, tuple[FileEntry, ...]]:
        """Return the state that travels: no file."""
        return {"entries": ()}


def inventory(config: SynthesisConfig, documents: Path, cache: Path) -> list[FileEntry]:
    """Return the entries of `survey`."""
    return survey(config, documents, cache).entries


def survey(config: SynthesisConfig, documents: Path, cache: Path) -> Survey:
    """Return every file of the sources, and what is left out; `cache` is the file of known hashes and licences.

    Raises:
        ConfigError: a source's folder does not exist or git ignores all of it, or a module is not part of this Python.
    """
    known = _load(cache)
    seen: dict[str, list] = {}
    named = [*config.read.licences, *(
        FolderLicence(folder=source.path, licence=source.licence) for source in config.sources if source.licence
    )]  # fmt: skip
    finder = LicenceFinder(documents, named, known, seen)
    found = Survey()
    for source in config.sources:
        root, files = _files(source, config, documents, found)
        for file in map(_nameable, files):
            python = source.path.startswith(STDLIB)
            licence = "" if file.reason else PYTHON_LICENCE if python else finder.licence(file.path)
            name = source_of(file.path, root)
            found.entries.append(
                FileEntry(
                    source=name, path=name if file.reason else str(file.path), root=str(root),
                    category=source.category, sha256=_hash(file, known, seen), licence=licence,
                    left_out=file.reason, detail=file.detail,
                )
            )  # fmt: skip
    _save(cache, seen)
    found.entries.sort(key=lambda entry: (entry.category, entry.source))
    return found


def _nameable(file: TreeFile) -> TreeFile:
    """Return the file; one whose path is no text is left out, because no record can name it."""
    try:
        str(file.path).encode("utf-8")
    except UnicodeEncodeError:
        return TreeFile(file.path, "name is no text", "rename it in UTF-8")
    return file


def _files(
    source: Source, config: SynthesisConfig, documents: Path, found: Survey
) -> tuple[Path, list[TreeFile]]:
    """Return the folder that names start from, and the source's files in order."""
    if source.path.startswith(STDLIB):
        root = Path(sysconfig.get_paths()["stdlib"])
        names = source.path.removeprefix(STDLIB).split(",")
        return root, [TreeFile(path) for name in names for path in _module(root, name.strip())]
    folder = documents / source.path
    if not folder.is_dir():
        raise ConfigError(
            f"{folder}: no such folder; set `documents` or the source's `path`, or use --documents"
        )
    options = TreeOptions(
        gitignore=config.read.gitignore,
        vendored=config.read.vendored,
        code=source.category == "code",
    )
    tree = Tree(documents, options)
    files = list(tree.files(folder))
    if tree.ignored and not any(not file.reason for file in files):
        raise ConfigError(
            f"{folder}: git ignores all {tree.ignored} files and folders in it; "
            "set read.gitignore = false to read them, or take the source out"
        )
    found.ignored[source.category] += tree.ignored
    return documents, files


def _hash(file: TreeFile, known: dict[str, list], seen: dict[str, list]) -> str:
    """Return the content hash of a file to read, '' for what is left out."""
    if file.reason:
        return ""
    try:
        found = file.path.stat()
        row = known.get(str(file.path))
        if row is None or row[:2] != [found.st_size, found.st_mtime_ns]:
            row = [found.st_size, found.st_mtime_ns, _sha256(file.path)]
    except OSError as error:
        return f"unreadable: {error.strerror}"
    seen[str(file.path)] = row
    return row[2]


def _module(root: Path, name: str) -> list[Path]:
    if not name.isidentifier():
        raise ConfigError(f"stdlib:{name}: not a module name")
    if (root / name).is_dir():
        return sorted(
            path
            for path in (root / name).rglob("*.py")
            if "test" not in path.parts[len(root.parts) :]
        )
    if (root / f"{name}.py").is_file():
        return [root / f"{name}.py"]
    raise ConfigError(f"stdlib:{name}: this Python has no such module; take it out of the sources")


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _load(cache: Path) -> dict[str, list]:
    try:
        return json.loads(cache.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _save(cache: Path, rows: dict[str, list]) -> None:
    cache.parent.mkdir(parents=True, exist_ok=True)
    beside = cache.with_suffix(".part")
    beside.write_text(json.dumps(rows), encoding="utf-8")
    beside.replace(cache)
