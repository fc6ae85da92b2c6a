"""The words that Pint knows as units, read from the definitions that it ships, so that it is loaded only for them.

The registry takes more than half a second to build; most phrases that are asked of it name no unit. A phrase that
passes here may still be none: Pint decides.
"""

import importlib.util
import re
from functools import lru_cache
from pathlib import Path

DEFINITIONS = ("default_en.txt", "constants_en.txt")
PART = re.compile(r"[/·*]")
OFFSET = re.compile(r";[^=]*")
POWER = "0123456789²³"


def may_be_units(phrase: str) -> bool:
    """Say whether every part of a product or ratio is a name or sign that Pint knows, with or without a prefix."""
    names, prefixes = _known()
    if not names:
        return True
    parts = [part.rstrip(POWER) for part in PART.split(phrase)]
    return all(_is_known(part, names, prefixes) for part in parts if part)


def _is_known(part: str, names: frozenset[str], prefixes: tuple[str, ...]) -> bool:
    bases = [part[len(prefix) :] for prefix in prefixes if part.startswith(prefix)]
    return any(base in names or base.removesuffix("s") in names for base in bases)


@lru_cache(maxsize=1)
def _known() -> tuple[frozenset[str], tuple[str, ...]]:
    """Return the names and prefixes (the empty one too); no names where Pint's files are not where they were."""
    spec = importlib.util.find_spec("pint")
    folders = spec.submodule_search_locations if spec else None
    names: set[str] = set()
    prefixes = {""}
    for path in (Path(folder) / name for folder in folders or () for name in DEFINITIONS):
        if not path.is_file():
            return frozenset(), ("",)
        for line in path.read_text(encoding="utf-8").splitlines():
            stated = OFFSET.sub("", line.partition("#")[0]).removeprefix("@alias ")
            for name in map(str.strip, stated.split("=")):
                if name.endswith("-"):
                    prefixes.add(name[:-1])
                elif name and " " not in name:
                    names.add(name)
    return frozenset(names), tuple(sorted(prefixes))
