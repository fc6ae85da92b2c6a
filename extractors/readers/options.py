"""What a reader is given and may refuse with: options, a decoded file, a rejection."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from warehouse.records import Category, Document, Record

VENDORED = (
    "node_modules", "bower_components", "jspm_packages", "site-packages", "dist-packages", "vendor", "_vendor",
    "vendored", "third_party", "third-party", "thirdparty", "3rdparty", "Pods", "Carthage",
)  # fmt: skip


class FieldMapping(Record):
    """Where the fields of one kind of JSON file stand, for files whose keys do not say it.

    Every field but `glob` is a JSON pointer (`/meta/title`), empty for none. `rows` starts at the
    file's root, or at the line's in JSONL; `role` and `content` start at a turn; the others start
    at a row.
    """

    glob: str
    """Files it is for: `*/wiki_*.json`, matched as `exclude` is."""
    rows: str = ""
    """List of rows; empty for the root, which is one row if it is not a list."""
    title: str = ""
    subject: str = ""
    date: str = ""
    text: str = ""
    """The row's text; when empty the whole row is rendered as a record."""
    series: str = ""
    licence: str = ""
    turns: str = ""
    """List of turns, itself or as a JSON string: the row is a conversation."""
    role: str = ""
    """A turn's speaker; found by its key when empty."""
    content: str = ""
    """A turn's utterance; found by its key when empty."""


class FolderLicence(Record):
    """The licence of every document in a folder that states none itself."""

    folder: str
    """Folder under the corpus folder, `/`-separated; `.` for all."""
    licence: str


class ReadOptions(Record):
    """How files are read."""

    exclude: tuple[str, ...] = ()
    """Files to leave out, as glob patterns; one without `/` is matched against the file's name,
    else its path."""
    gitignore: bool = True
    """Whether what `.gitignore` files leave out is left out."""
    vendored: tuple[str, ...] = VENDORED
    """Folders of other people's code, by name, that are left out of code and of checkouts."""
    generated: bool = False
    """Whether files that a program wrote (lock files, compiled protocols) are read too."""
    max_bytes: int = 32 * 2**20
    """Largest file that is read."""
    max_unpacked: int = 256 * 2**20
    """Most bytes that the parts of a packed file may have together once unpacked."""
    max_pages: int = 2000
    """Most pages of a PDF."""
    max_seconds: float = 120.0
    """Longest that one file may take to read."""
    max_memory: int = 4 * 2**30
    """Most bytes of address space that reading may take."""
    licences: tuple[FolderLicence, ...] = ()
    """The deepest folder that holds a file decides."""
    mappings: tuple[FieldMapping, ...] = ()
    """The first whose glob fits a JSON or JSONL file is used."""


class Rejected(Record):
    """A file, or a row of one, that gives no document."""

    source: str
    """As `Document.source`."""
    reason: str
    """Short fixed phrase."""
    detail: str
    """The value, the limit or the message."""


@dataclass(frozen=True)
class SourceFile:
    """A file on its way to a reader."""

    source: str
    """Path under the corpus folder, `/`-separated."""
    category: Category
    text: str
    """Line ends are `\\n`, as `Path.read_text` gives; no byte order mark. Empty for a packed format."""
    options: ReadOptions
    data: bytes = b""
    """The file's bytes, for a packed format (PDF, office documents)."""
    licence: str | None = None
    """Licence of the files around it; None where nobody looked, and the options decide."""
    row: "FileRow | None" = None
    """For a file that is a row of a collection."""

    @property
    def path(self) -> str:
        """The path that says what the file is: its own within a collection, else `source`."""
        return self.row.path if self.row else self.source

    @property
    def name(self) -> str:
        """The file's name with its suffix."""
        return self.path.rpartition("/")[2]

    @property
    def stem(self) -> str:
        """The file's name without its suffix."""
        return self.name.rpartition(".")[0] or self.name

    @property
    def inner_path(self) -> str:
        """The path without a leading folder that only names the category."""
        head, slash, rest = self.path.partition("/")
        return rest if slash and head == self.category and not self.row else self.path


@dataclass(frozen=True)
class FileRow:
    """Where a file stands that a collection (JSON lines) holds as a row of path and text."""

    path: str
    series: str
    """The repository's name: its files stay together."""
    at: str
    """Pointer of the text in the collection."""


Read = Iterator[Document | Rejected]
"""What a reader yields, in the file's order."""
ReadFiles = Iterator[Document | Rejected | SourceFile]
"""What a reader of collections yields: a row that is a file is read as that file would be."""


def matches(pattern: str, source: str) -> bool:
    """Say whether a glob pattern fits a path, or without `/` its last part."""
    return fnmatchcase(source if "/" in pattern else source.rpartition("/")[2], pattern)


def licence_of(source: str, licences: Iterable[FolderLicence]) -> str:
    """Return the licence of the deepest folder that holds `source`, the last of equally deep ones, or ''."""
    best, depth = "", -1
    for entry in licences:
        folder = entry.folder.strip("/")
        folder = "" if folder == "." else folder
        if len(folder) >= depth and (not folder or source.startswith(f"{folder}/")):
            best, depth = entry.licence, len(folder)
    return best


def source_of(path: Path, root: Path) -> str:
    r"""Return a file's path as records name it: below `root`, with `/`.

    A `#`, which parts a file from a row in it, is written `%23`; line ends, other characters that do not print and
    bytes that are no text are written `\xNN`.
    """
    name = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name
    if name.isprintable() and "#" not in name:
        return name
    return "".join("%23" if c == "#" else c if c.isprintable() else _escaped(c) for c in name)


def _escaped(character: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in character.encode("utf-8", "surrogateescape"))
