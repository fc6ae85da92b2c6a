"""The licence that the files of one folder state for what stands below it: a licence file, or a package's own field.

A field comes first, because it can say what a text cannot (`MIT OR Apache-2.0`, `GPL-3.0-or-later`). A licence file
whose text is none that is known states a licence too: an unknown one, which nothing from further up may replace.
"""

import configparser
import json
import re
import tomllib
from collections.abc import Callable, Mapping
from typing import Any

from extractors.readers.licences import identify, is_spdx, spdx_of
from extractors.readers.stated import SPDX

MOST_BYTES = 256 * 1024
"""Only so much of a licence file or manifest is read."""
LICENCE_FILE = re.compile(
    r"(?:(?:un)?licen[cs]e|copying)(?:[._-][\w.+-]{1,30})?(?<!\.py)(?<!\.pyi)(?<!\.json)", re.IGNORECASE
)  # fmt: skip
SIDE_FILE = re.compile(r"(?P<of>.{1,200}?)\.licen[cs]e(?:\.txt|\.md)?", re.IGNORECASE)
"""A licence for one file beside it: `NAME.license`, `STEM.LICENSE.txt`."""
TERMS = re.compile(
    r"all rights reserved|confidential|proprietary|hereby|permi(?:ssion|tted)|redistribut|warrant|you may"
    r"|may not|must not|shall|terms and conditions|copyright \(c\)|copyright ©",
    re.IGNORECASE,
)
CLASSIFIER = "License :: OSI Approved :: "


def is_licence_file(name: str) -> bool:
    """Say whether a file of this name holds a licence's text."""
    return bool(LICENCE_FILE.fullmatch(name))


def holds_licence(name: str) -> bool:
    """Say whether a file of this name holds the licence of its folder or of a file beside it."""
    return is_licence_file(name) or bool(SIDE_FILE.fullmatch(name))


def states_licence(name: str) -> bool:
    """Say whether a file of this name may state the licence of its folder."""
    return name in MANIFESTS or is_licence_file(name)


def stated_licence(files: Mapping[str, str]) -> str | None:
    """Return the licence that files of one folder, name to text, state; '' if they state one that is not known.

    None: they state nothing.
    """
    for name, read in MANIFESTS.items():
        if name in files and (field := _field(read, files[name])):
            return field
    texts = [text for name, text in sorted(files.items()) if is_licence_file(name)]
    found = {licence_of_text(text) for text in texts if not _speaks_of_one(text)}
    if not found:
        return None
    if found == {"GPL-3.0-only", "LGPL-3.0-only"}:
        # The lesser licence is a supplement to the text of the other.
        found = {"LGPL-3.0-only"}
    return "" if "" in found else " AND ".join(sorted(found))


def licence_of_text(text: str) -> str:
    """Return the SPDX expression of a licence file: its identifier line, or what its text is; '' if neither."""
    line = SPDX.search(text[:2000])
    named = spdx_of(line[1]) if line else ""
    return named if is_spdx(named) else identify(text)


def _speaks_of_one(text: str) -> bool:
    """Say whether a text under a licence file's name grants and forbids nothing: a page that links to the licence."""
    return bool(text.strip()) and not licence_of_text(text) and not TERMS.search(text)


def _field(read: Callable[[str], Any], text: str) -> str:
    try:
        stated = read(text)
    except (ValueError, RecursionError, configparser.Error, AttributeError, TypeError):
        # The manifest is broken or of another shape: it states nothing.
        return ""
    named = spdx_of(stated) if isinstance(stated, str) else ""
    return named if is_spdx(named) else ""


def _pyproject(text: str) -> Any:
    project = tomllib.loads(text).get("project", {})
    licence = project.get("license", "")
    stated = licence.get("text", "") if isinstance(licence, dict) else licence
    every = (str(item) for item in project.get("classifiers", ()))
    named = [item.removeprefix(CLASSIFIER) for item in every if item.startswith(CLASSIFIER)]
    return stated if stated or len(named) != 1 else named[0]


def _cargo(text: str) -> Any:
    # Cargo's old mark for a choice.
    return tomllib.loads(text).get("package", {}).get("license", "").replace("/", " OR ")


def _package_json(text: str) -> Any:
    licence = json.loads(text).get("license", "")
    return licence.get("type", "") if isinstance(licence, dict) else licence


def _composer(text: str) -> Any:
    licence = json.loads(text).get("license", "")
    return " OR ".join(licence) if isinstance(licence, list) else licence


def _setup(text: str) -> Any:
    parser = configparser.RawConfigParser(strict=False)
    parser.read_string(text)
    return parser.get("metadata", "license", fallback="")


def _metadata(text: str) -> Any:
    head = text.partition("\n\n")[0]
    lines = dict(re.findall(r"^(License-Expression|License): (.{1,200})$", head, re.MULTILINE))
    return lines.get("License-Expression") or lines.get("License", "")


MANIFESTS: dict[str, Callable[[str], Any]] = {
    "pyproject.toml": _pyproject,
    "Cargo.toml": _cargo,
    "package.json": _package_json,
    "composer.json": _composer,
    "setup.cfg": _setup,
    "PKG-INFO": _metadata,
    "METADATA": _metadata,
}
"""Manifests of packages by name, each with the function that returns its licence field."""
