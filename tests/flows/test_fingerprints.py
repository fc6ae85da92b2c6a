"""Whatever reading and extraction import is part of their fingerprints, so that a change of it is done again."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.fingerprints import EXTRACT, INGEST, ROOT


def files(parts: tuple[str, ...]) -> set[Path]:
    """The files of a fingerprint; those of the stages' glue import the whole of the project and are left out."""
    found: set[Path] = set()
    for part in parts:
        path = ROOT / part
        found |= set(path.rglob("*.py")) if path.is_dir() else {path}
    return {path for path in found if path.relative_to(ROOT).parts[0] != "flows"}


def imported(path: Path) -> Iterator[Path]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            candidates = (ROOT / f"{name.replace('.', '/')}.py" for name in names)
            yield from (candidate for candidate in candidates if candidate.is_file())


@pytest.mark.parametrize("parts", [INGEST, INGEST + EXTRACT])
def test_a_fingerprint_has_all_that_its_files_import(parts):
    own = files(parts)
    assert len(own) > 20
    outside = {
        path.relative_to(ROOT).as_posix()
        for file in own
        for path in imported(file)
        if path not in own
    }
    assert outside == set()
