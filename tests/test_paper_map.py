"""Every name of docs/paper-map.md and every file that docs/architecture.md mentions exists."""

import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
NAMES = re.findall(r"`([\w/]+)\.py:(\w+)`", (ROOT / "docs/paper-map.md").read_text("utf-8"))
FILES = re.findall(r"`([\w/]+\.py)`", (ROOT / "docs/architecture.md").read_text("utf-8"))


@pytest.mark.parametrize(("module", "name"), NAMES)
def test_every_name_of_the_map_is_in_the_code(module, name):
    assert hasattr(importlib.import_module(module.replace("/", ".")), name)


@pytest.mark.parametrize("path", sorted(set(FILES)))
def test_every_file_of_the_architecture_exists(path):
    candidates = [ROOT / path, *(ROOT / folder / path for folder in ("extractors/facts",))]
    assert any(candidate.is_file() for candidate in candidates)
