"""Packed files (docx, xlsx): what they unpack to is looked at before any parser sees it."""

import io
import zipfile
from collections.abc import Container

from extractors.readers.options import SourceFile

RATIO = 200
"""A part may unpack to so many times its packed size; ordinary office documents stay below 50."""
MEMBERS = 20_000


class PackedError(ValueError):
    """A packed file that is not read; the arguments are the reason and the detail."""


def members(data: bytes) -> frozenset[str]:
    """Return the names of a zip file's parts, none for other data."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return frozenset(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return frozenset()


def check_packed(file: SourceFile, needed: Container[str] = ()) -> None:
    """Let a zip file pass whose parts together stay within the limits.

    Sizes are those that the parts really unpack to, because a zip file can state others.

    Raises:
        PackedError: damaged, encrypted, or unpacks to too much.
    """
    limit = file.options.max_unpacked
    try:
        with zipfile.ZipFile(io.BytesIO(file.data)) as archive:
            infos = archive.infolist()
            if len(infos) > MEMBERS:
                raise PackedError("unpacks to too much", f"{len(infos)} parts, at most {MEMBERS}")
            total = 0
            for info in infos:
                if info.flag_bits & 1:
                    raise PackedError(
                        "encrypted", f"{info.filename[:80]}: remove the password first"
                    )
                most = min(limit - total, RATIO * max(info.compress_size, 4096))
                total += _unpacked(archive, info, most)
    except (zipfile.BadZipFile, EOFError, ValueError, OSError, NotImplementedError) as error:
        if isinstance(error, PackedError):
            raise
        raise PackedError("damaged file", f"{type(error).__name__}: {error}"[:200]) from error


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, most: int) -> int:
    size = 0
    with archive.open(info) as stream:
        while block := stream.read(1 << 16):
            size += len(block)
            if size > most:
                raise PackedError(
                    "unpacks to too much", f"{info.filename[:80]} is larger than {most} bytes"
                )
    return size
