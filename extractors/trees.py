"""The files of a source folder: what git ignores is no input, what is left out for another reason is named with it.

A folder that holds `.git`, or any folder of code, is read as a project: folders of other people's code and of build
output are one left-out input each and are not looked into. Nothing under a name that starts with a dot is read, so
neither is `.git`; no command is run. Links are followed to files inside the folder only, and never to folders.
"""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from extractors.ignored import NAME, IgnoreFile, IgnoreFileError, is_ignored, read_ignore_file
from extractors.readers.options import VENDORED

OUTPUTS = frozenset(("_build", "htmlcov"))
COMPILED = "__pycache__"
SPECIAL = "not a regular file"
BESIDE = {
    "build": ("pyproject.toml", "setup.py", "setup.cfg", "package.json", "build.gradle", "CMakeLists.txt", "Makefile"),
    "dist": ("pyproject.toml", "setup.py", "setup.cfg", "package.json"),
    "target": ("Cargo.toml", "pom.xml", "build.sbt"),
}  # fmt: skip
"""Folders that are build output where one of these files stands beside them, unless they are a package."""
BARE = frozenset(("HEAD", "objects", "refs"))
"""What a repository without a work tree holds."""


@dataclass(frozen=True)
class TreeFile:
    """A file to read, or a file or folder that is left out."""

    path: Path
    reason: str = ""
    """Empty for a file to read; else a short fixed phrase."""
    detail: str = ""


@dataclass(frozen=True)
class TreeOptions:
    """How a tree is walked."""

    gitignore: bool = True
    vendored: tuple[str, ...] = VENDORED
    code: bool = False
    """Whether the folder is code even outside a checkout."""


@dataclass
class Tree:
    """One source folder on its way through the walk."""

    root: Path
    """Ignore files count from here down: the documents folder, or the folder itself."""
    options: TreeOptions
    ignored: int = 0
    """Files and folders met that git leaves out; what is inside such a folder is not counted."""
    _resolved: Path = field(init=False)

    def __post_init__(self) -> None:
        """Resolve the root once."""
        self._resolved = self.root.resolve()

    def files(self, folder: Path) -> Iterator[TreeFile]:
        """Yield the files under a folder of the tree in order of name, with what is left out.

        Ignore files above the folder count where it is part of a checkout. The folder itself was named, so it is read.
        """
        level = _Level(folder, self._name(folder), project=self.options.code)
        above = [parent for parent in folder.parents if parent.is_relative_to(self.root)]
        checkout = next((n for n, parent in enumerate(above) if (parent / ".git").exists()), -1)
        for parent in reversed(above[: checkout + 1]):
            outer = _Level(parent, self._name(parent), level.ignoring, project=True)
            level.ignoring, problems = self._entered(outer, frozenset(os.listdir(parent)))
            level.project = True
            yield from problems
        yield from self._walk(level)

    def _walk(self, top: "_Level") -> Iterator[TreeFile]:
        todo = [top]
        while todo:
            level = todo.pop()
            try:
                with os.scandir(level.folder) as scan:
                    entries = sorted(scan, key=lambda entry: entry.name)
            except OSError as error:
                said = error.strerror or type(error).__name__
                yield TreeFile(level.folder, "unreadable", said)
                continue
            names = frozenset(entry.name for entry in entries)
            if left := self._left_out(level, names):
                yield left
                continue
            level.ignoring, problems = self._entered(level, names)
            level.project |= ".git" in names
            yield from problems
            deeper = []
            for entry in entries:
                if entry.name.startswith(".") or entry.name == COMPILED:
                    continue
                inside = entry.is_dir(follow_symlinks=False)
                name = level.name + entry.name + "/" * inside
                if is_ignored(name, level.ignoring):
                    self.ignored += 1
                elif not inside:
                    yield self._file(level.folder / entry.name, entry)
                elif level.project and entry.name in self.options.vendored:
                    said = "other people's code by its name; see read.vendored"
                    yield TreeFile(level.folder / entry.name, "vendored", said)
                else:
                    deeper.append(
                        _Level(
                            level.folder / entry.name, name, level.ignoring, level.project, names
                        )
                    )
            todo += reversed(deeper)

    def _entered(
        self, level: "_Level", names: frozenset[str]
    ) -> tuple[tuple[IgnoreFile, ...], list[TreeFile]]:
        """Return the ignore files that count in a folder; a checkout starts anew."""
        if not self.options.gitignore:
            return (), []
        ignoring = () if ".git" in names else level.ignoring
        if NAME not in names:
            return ignoring, []
        try:
            read = read_ignore_file(level.folder / NAME, level.name)
        except IgnoreFileError as error:
            return ignoring, [TreeFile(level.folder / NAME, "ignore file not used", str(error))]
        return (*ignoring, read), []

    def _name(self, folder: Path) -> str:
        name = folder.relative_to(self.root).as_posix()
        return "" if name == "." else f"{name}/"

    def _file(self, path: Path, entry: os.DirEntry[str]) -> TreeFile:
        if not entry.is_symlink():
            regular = entry.is_file(follow_symlinks=False)
            return TreeFile(path) if regular else TreeFile(path, "unreadable", SPECIAL)
        try:
            target = path.resolve(strict=True)
            inner = target.relative_to(self._resolved)
            mode = target.stat().st_mode
        except ValueError:
            return TreeFile(
                path, "link out of the folder", "name the folder it leads to as a source"
            )
        except (OSError, RuntimeError) as error:
            # A broken link, or one that leads to itself.
            said = getattr(error, "strerror", None) or "leads to itself"
            return TreeFile(path, "unreadable", f"link: {said}")
        if stat.S_ISDIR(mode):
            return TreeFile(path, "link to a folder", f"read where it is: {inner.as_posix()}")
        if any(part.startswith(".") for part in inner.parts):
            return TreeFile(path, "link to a hidden file", inner.as_posix())
        return TreeFile(path) if stat.S_ISREG(mode) else TreeFile(path, "unreadable", SPECIAL)

    def _left_out(self, level: "_Level", names: frozenset[str]) -> TreeFile | None:
        """Return the row of a folder whose contents are not read, None for any other."""
        folder = level.folder
        if names >= BARE:
            return TreeFile(folder, "bare repository", "check it out and name the work tree")
        if level.beside is None or not level.project:
            return None
        if "pyvenv.cfg" in names:
            return TreeFile(folder, "vendored", "a virtual environment")
        manifest = next((f for f in BESIDE.get(folder.name, ()) if f in level.beside), "")
        if manifest and "__init__.py" not in names:
            return TreeFile(folder, "generated", f"build output beside {manifest}")
        if folder.name in OUTPUTS:
            return TreeFile(folder, "generated", "build output")
        if folder.name.endswith((".egg-info", ".dist-info")):
            return TreeFile(folder, "generated", "metadata of a built package")
        return None


@dataclass
class _Level:
    """A folder to look into."""

    folder: Path
    name: str
    """Path below the root: empty, or with a closing slash."""
    ignoring: tuple[IgnoreFile, ...] = ()
    project: bool = False
    beside: frozenset[str] | None = None
    """Names in the folder around it; None for the folder that the configuration names."""
