"""Rows of collections that are files of repositories: a path, its text, and what a data set says beside them.

Such a row is read as the file would be. Its licence is its own field, else that of the nearest folder in the same
repository whose rows hold a licence file or a manifest, else that of the collection's file.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from extractors.readers.licence_files import stated_licence, states_licence
from extractors.readers.licences import spdx_of
from extractors.readers.options import FileRow, SourceFile
from extractors.readers.pointers import as_text, step
from extractors.readers.records import Place, one_line

PATHS = ("path", "file_path", "max_stars_repo_path")
TEXTS = ("text", "content")
REPOSITORIES = ("repo", "repo_name", "repository", "repository_name", "max_stars_repo_name")
LICENCES = ("license", "licence", "licenses", "max_stars_repo_licenses")
LONGEST_PATH = 1000


def is_file_row(row: Any) -> bool:
    """Say whether a row is a file: it has a path and a text, and no title where the path ends in no file's name."""
    path = _path(row)
    named = "." in path.rpartition("/")[2] or not _first(row, ("title", "name"))
    return bool(path) and named and _text_key(row) != ""


class FileRows:
    """The rows of one collection, read as files."""

    def __init__(self, file: SourceFile, rows: Iterable[Any]) -> None:
        """Find which folders of which repositories state a licence."""
        self._file = file
        stating: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
        for row in rows:
            folder, _, name = _path(row).rpartition("/")
            if name and states_licence(name) and (key := _text_key(row)):
                stating[(_first(row, REPOSITORIES), folder)].setdefault(name, row[key])
        self._licences = {at: stated_licence(files) for at, files in stating.items()}

    def file(self, place: Place, key: str) -> SourceFile:
        """Return the file of a row."""
        row, name = place.value, _text_key(place.value)
        text = as_text(row[name]).replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
        repository, path = _first(row, REPOSITORIES), _path(row)
        return replace(
            self._file, source=f"{self._file.source}#{key}", text=text, data=b"",
            licence=self._licence(row, repository, path),
            row=FileRow(path, repository or self._file.stem, step(place.at, name)),
        )  # fmt: skip

    def _licence(self, row: Mapping[str, Any], repository: str, path: str) -> str | None:
        own = next((row[key] for key in LICENCES if row.get(key)), "")
        named = [as_text(item) for item in (own if isinstance(own, list) else [own])]
        if stated := " AND ".join(sorted({spdx_of(name) for name in named if name.strip()})):
            return stated
        folder = path.rpartition("/")[0]
        while True:
            found = self._licences.get((repository, folder))
            if found is not None or not folder:
                return self._file.licence if found is None else found
            folder = folder.rpartition("/")[0]


def _path(row: Any) -> str:
    path = _first(row, PATHS)
    return path if len(path) <= LONGEST_PATH else ""


def _first(row: Any, keys: tuple[str, ...]) -> str:
    if not isinstance(row, dict):
        return ""
    return next((found for key in keys if (found := one_line(as_text(row.get(key))))), "")


def _text_key(row: Any) -> str:
    return next((key for key in TEXTS if isinstance(row.get(key), str)), "")
