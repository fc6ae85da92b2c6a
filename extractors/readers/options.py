"""What a reader is given and may refuse with: options, a decoded file, a rejection."""

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from warehouse.records import Category, Document, Record


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

    @property
    def name(self) -> str:
        """The file's name with its suffix."""
        return self.source.rpartition("/")[2]

    @property
    def stem(self) -> str:
        """The file's name without its suffix."""
        return self.name.rpartition(".")[0] or self.name

    @property
    def inner_path(self) -> str:
        """The path without a leading folder that only names the category."""
        head, slash, rest = self.source.partition("/")
        return rest if slash and head == self.category else self.source


Read = Iterator[Document | Rejected]
"""What every reader yields, in the file's order."""


def matches(pattern: str, source: str) -> bool:
    """Say whether a glob pattern fits a path, or without `/` its last part."""
    return fnmatchcase(source if "/" in pattern else source.rpartition("/")[2], pattern)


def licence_of(source: str, options: ReadOptions) -> str:
    """Return the licence configured for the deepest folder that holds `source`, or ''."""
    best, depth = "", -1
    for entry in options.licences:
        folder = entry.folder.strip("/")
        folder = "" if folder == "." else folder
        if len(folder) > depth and (not folder or source.startswith(f"{folder}/")):
            best, depth = entry.licence, len(folder)
    return best
