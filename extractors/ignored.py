"""Which paths of a tree git leaves out: `.gitignore` files as git reads them, without running git.

Of the files that stand above a path the deepest that says something decides, and in one file the last line that
does. A folder that is left out is not looked into, so nothing below it comes back. Lines are parsed by pathspec; its
expressions also match what lies below a path, and such a match says nothing here, because the folder was judged before.
"""

import os
import re
from codecs import BOM_UTF8
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pathspec.patterns.gitignore import GitIgnorePatternError
from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

NAME = ".gitignore"
MOST_BYTES = 256 * 1024
MOST_LINES = 2000
MOST_STARS = 3
"""Runs of `*` in one part of a pattern: the time of a match grows with this power of a name's length."""
MOST_DEEP = 3
"""Parts `**` in one pattern."""
BELOW = "ps_d"
"""Group of pathspec's expressions that holds the slash after what the pattern names."""


class IgnoreFileError(ValueError):
    """A `.gitignore` that is not used; the message says why."""


@dataclass(frozen=True)
class IgnoreFile:
    """The patterns of one `.gitignore`."""

    folder: str
    """Where it stands below the tree's root: empty, or with a closing slash."""
    patterns: tuple[GitIgnoreSpecPattern, ...]

    def says(self, path: str) -> bool | None:
        """Return whether the file leaves a path out or takes it back in, None if it says nothing of it."""
        inner = os.fsencode(path.removeprefix(self.folder))
        for pattern in reversed(self.patterns):
            if _names(pattern, inner):
                return pattern.include
        return None


def _names(pattern: GitIgnoreSpecPattern, path: bytes) -> bool:
    """Say whether a pattern names the path itself, not only a folder above it."""
    regex = pattern.regex
    assert regex is not None
    grouped = BELOW in regex.groupindex
    return any(not grouped or match.end(BELOW) in (-1, len(path)) for match in regex.finditer(path))


def is_ignored(path: str, files: Sequence[IgnoreFile]) -> bool:
    """Say whether a path is left out by the files above it, outermost first.

    Args:
        path: Path below the tree's root; a folder ends with a slash.
        files: The ignore files of its folder and of those above.
    """
    found = (file.says(path) for file in reversed(files))
    return next((said for said in found if said is not None), False)


def read_ignore_file(path: Path, folder: str) -> IgnoreFile:
    """Return the patterns of a `.gitignore`.

    Raises:
        IgnoreFileError: it is a link, too large, binary, cannot be read or holds a pattern that is too slow to match.
    """
    if path.is_symlink() or not path.is_file():
        raise IgnoreFileError("not a regular file")
    try:
        with path.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise IgnoreFileError(error.strerror or type(error).__name__) from error
    if len(data) > MOST_BYTES:
        raise IgnoreFileError(f"more than {MOST_BYTES} bytes")
    if b"\0" in data:
        raise IgnoreFileError("binary")
    # Names are bytes to git: `?` is one byte, and a name need not be UTF-8.
    lines = [line.removesuffix(b"\r") for line in data.removeprefix(BOM_UTF8).split(b"\n")]
    lines = [line for line in lines if line.strip() and not line.startswith(b"#")]
    if len(lines) > MOST_LINES:
        raise IgnoreFileError(f"more than {MOST_LINES} patterns")
    patterns = [found for line in lines if (found := _pattern(line)) is not None]
    return IgnoreFile(folder, tuple(patterns))


def _pattern(line: bytes) -> GitIgnoreSpecPattern | None:
    parts = line.split(b"/")
    stars = max(len(re.findall(rb"\*+", part)) for part in parts)
    if stars > MOST_STARS or parts.count(b"**") > MOST_DEEP:
        raise IgnoreFileError(f"a pattern with too many stars: {line[:80]!r}")
    try:
        # To pathspec a closing `/**` names the folder too, to git only what is below it.
        pattern = GitIgnoreSpecPattern(re.sub(rb"/\*\*(/?)$", rb"/**/*\1", line))
    except (GitIgnorePatternError, re.error):
        # Git lets such a line match nothing.
        return None
    return pattern if pattern.include is not None else None
