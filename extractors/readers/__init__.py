"""Readers: files to documents of canonical text with origins (§3.1)."""

from extractors.readers.files import READERS, read_file
from extractors.readers.options import FieldMapping, FolderLicence, ReadOptions, Rejected

__all__ = ["READERS", "FieldMapping", "FolderLicence", "ReadOptions", "Rejected", "read_file"]
