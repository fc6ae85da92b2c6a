"""Python source, verbatim; never parsed or run here."""

from extractors.readers.canonical import Part, TextBuilder, make_document
from extractors.readers.options import Read, SourceFile
from extractors.readers.stated import SPDX, Stated
from extractors.readers.text import add_verbatim

SUFFIXES = (".py", ".pyi")


def read_python(file: SourceFile) -> Read:
    """Yield a source file as one document, titled by its path; its package is its series."""
    built = add_verbatim(TextBuilder(), file.text)
    yield make_document(file, Part("python"), code_stated(file.inner_path, file.text), built)


def code_stated(path: str, text: str) -> Stated:
    """Return what a source file states: its path as title, and the licence of its SPDX line."""
    spdx = SPDX.search(text[:2000])
    return Stated(title=path, licence=spdx[1].strip() if spdx else "")
