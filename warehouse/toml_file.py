"""A TOML file that a user wrote: what cannot be read is one line that names the file."""

import tomllib
from pathlib import Path
from typing import Any


class TomlError(ValueError):
    """A file that is missing or no TOML; the message names it, and the mend where it is missing."""


def read_toml(path: Path, *, folder: str) -> dict[str, Any]:
    """Return the content of a file.

    Args:
        path: the file.
        folder: where such files stand, for the message.

    Raises:
        TomlError: it is missing or not TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise TomlError(
            f"{path}: cannot be read ({error.strerror}); name a TOML file under {folder}"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TomlError(f"{path}: not valid TOML: {error}") from error
