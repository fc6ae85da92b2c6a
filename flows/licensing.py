"""The licence that stands around a file: the deepest of what the configuration, licence files and manifests say.

In one folder the configuration comes first. A licence does not reach into a checkout from outside it, and a licence
file whose text is not known is an unknown licence that nothing from further up replaces.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from extractors.readers import FolderLicence
from extractors.readers.licence_files import (
    MOST_BYTES,
    SIDE_FILE,
    licence_of_text,
    stated_licence,
    states_licence,
)
from extractors.readers.options import licence_of

RULES = 1
"""Raised when the rules change, so that what is remembered of folders is found again."""
Stated = tuple[Path, str] | None
"""The folder that states a licence, and the licence."""


class LicenceFinder:
    """Finds the licence around each file of one corpus folder; what folders state is remembered between runs."""

    def __init__(
        self, root: Path, configured: Iterable[FolderLicence], known: dict[str, list], seen: dict[str, list]
    ) -> None:  # fmt: skip
        """Keep the corpus folder, the configured licences, what the last run remembered, and what this one will."""
        self._root = root
        self._configured = tuple(configured)
        self._known, self._seen = known, seen
        self._folders: dict[Path, Stated] = {}
        self._sides: dict[Path, dict[str, str]] = {}

    def licence(self, path: Path) -> str:
        """Return the licence of a file that states none itself, '' if unknown."""
        folder, name = path.parent, path.relative_to(self._root).as_posix()
        stated = self._around(folder)
        side = self._sides.get(folder, {})
        if beside := side.get(path.name.casefold(), side.get(path.stem.casefold())):
            return self._remembered(folder, [beside], lambda texts: licence_of_text(*texts.values())) or ""  # fmt: skip
        found = []
        if stated is not None:
            found = [FolderLicence(folder=stated[0].relative_to(self._root).as_posix(), licence=stated[1])]  # fmt: skip
        return licence_of(name, [*found, *self._configured])

    def _around(self, folder: Path) -> Stated:
        """Return what the nearest folder from here up states, within the checkout and the corpus folder."""
        passed: list[Path] = []
        found: Stated = None
        while folder not in self._folders:
            passed.append(folder)
            names = _names(folder)
            sides = {m["of"].casefold(): n for n in names if (m := SIDE_FILE.fullmatch(n))}
            if sides:
                self._sides[folder] = sides
            stating = sorted(name for name in names if states_licence(name))
            said = self._remembered(folder, stating, stated_licence) if stating else None
            if said is not None:
                found = folder, said
                break
            if folder == self._root or ".git" in names:
                break
            folder = folder.parent
        else:
            found = self._folders[folder]
        self._folders.update(dict.fromkeys(passed, found))
        return found

    def _remembered(self, folder: Path, names: list[str], read) -> str | None:
        """Return what files state, read again only when their size or time of change is another."""
        key = f"licence/{RULES}:{folder}:{'/'.join(names)}"
        mark = [_mark(folder / name) for name in names]
        row = self._known.get(key)
        if row is None or row[0] != mark:
            row = [mark, read({name: self._text(folder / name) for name in names})]
        self._seen[key] = row
        return row[1]

    def _text(self, path: Path) -> str:
        """Return the start of a file as text, '' if it cannot be read or is a link out of the corpus folder."""
        try:
            if path.is_file() and path.resolve().is_relative_to(self._root.resolve()):
                with path.open("rb") as stream:
                    return stream.read(MOST_BYTES).decode("utf-8", "replace").replace("\r\n", "\n")
        except OSError:
            # An unreadable licence is an unknown one.
            pass
        return ""


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _mark(path: Path) -> list[int]:
    try:
        found = path.stat()
    except OSError:
        return [-1, -1]
    return [found.st_size, found.st_mtime_ns]
