"""TOML files as records, as nested JSON records are."""

import tomllib
from datetime import date, datetime, time
from typing import Any

from extractors.readers.json_files import record_document
from extractors.readers.options import Read, Rejected, SourceFile
from extractors.readers.pointers import MAX_DEPTH, depth_of
from extractors.readers.records import Place


def read_toml(file: SourceFile) -> Read:
    """Yield a TOML file as one document; origins are pointers of its keys."""
    try:
        value = tomllib.loads(file.text, parse_float=str)
    except RecursionError:
        yield Rejected(source=file.source, reason="nested too deep", detail="the parser gave up")
        return
    except ValueError as error:
        yield Rejected(source=file.source, reason="invalid TOML", detail=str(error)[:200])
        return
    if depth_of(value) > MAX_DEPTH:
        detail = f"more than {MAX_DEPTH} levels"
        yield Rejected(source=file.source, reason="nested too deep", detail=detail)
        return
    yield record_document(file, Place(_printed(value), ""), "", form="toml")


def _printed(value: Any) -> Any:
    """Return a value with its numbers and dates as text."""
    if isinstance(value, dict):
        return {key: _printed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_printed(item) for item in value]
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    return value if isinstance(value, str | bool) else str(value)
