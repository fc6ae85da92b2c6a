"""Which files a run reads: the sources' folders and the running Python's own modules, each with its content hash.

Hashes are kept beside size and modification time, so that a second run over an unchanged corpus reads no file.
"""

import hashlib
import json
import os
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from flows.config import ConfigError, Source, SynthesisConfig
from warehouse.identity import digest
from warehouse.records import Category, Record

STDLIB = "stdlib:"


class FileEntry(Record):
    """One file to read."""

    source: str
    """Path as records name it: source folder, then the path under it."""
    path: str
    """Path on this machine; never stored in a record."""
    root: str
    """Folder that `source` is relative to."""
    category: Category
    sha256: str

    @property
    def id(self) -> str:
        """Identity of the file's reading: its content and where it stands in the corpus."""
        return f"file-{digest(self.category, self.source, self.sha256)[:24]}"


def inventory(config: SynthesisConfig, documents: Path, cache: Path) -> list[FileEntry]:
    """Return every file of the sources, in order of source path; `cache` is the file of known hashes.

    Raises:
        ConfigError: a source's folder does not exist, or a module is not part of this Python.
    """
    known = _load(cache)
    seen: dict[str, list] = {}
    entries: list[FileEntry] = []
    for source in config.sources:
        for root, path in _files(source, documents):
            try:
                stat = path.stat()
                key = str(path)
                row = known.get(key)
                if row is None or row[:2] != [stat.st_size, stat.st_mtime_ns]:
                    row = [stat.st_size, stat.st_mtime_ns, _sha256(path)]
                seen[key] = row
                sha256 = row[2]
            except OSError as error:
                sha256 = f"unreadable: {error.strerror}"
            name = path.relative_to(root).as_posix()
            entries.append(
                FileEntry(
                    source=name,
                    path=str(path),
                    root=str(root),
                    category=source.category,
                    sha256=sha256,
                )
            )
    _save(cache, seen)
    return sorted(entries, key=lambda entry: (entry.category, entry.source))


def _files(source: Source, documents: Path) -> Iterator[tuple[Path, Path]]:
    """Yield (root, file) pairs; links out of the folder and hidden files are not followed."""
    if source.path.startswith(STDLIB):
        root = Path(sysconfig.get_paths()["stdlib"])
        for name in source.path.removeprefix(STDLIB).split(","):
            yield from ((root, path) for path in _module(root, name.strip()))
        return
    folder = documents / source.path
    if not folder.is_dir():
        raise ConfigError(
            f"{folder}: no such folder; set `documents` or the source's `path`, or use --documents"
        )
    for parent, folders, names in os.walk(folder, followlinks=False):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__pycache__")))
        for name in sorted(names):
            path = Path(parent) / name
            if not name.startswith(".") and (path.is_file() or not path.exists()):
                inside = not path.is_symlink() or path.resolve().is_relative_to(folder.resolve())
                if inside:
                    yield documents, path


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
