"""The tokenizer of a recipe's model: the built-in one, one in a folder, or one that the hub's cache already holds."""

from typing import Any

from training.known_models import KNOWN
from training.recipe import TINY, RecipeError


class TokenizerAbsent(RecipeError):
    """The tokenizer of a known model that is not on this machine."""


def load_tokenizer(name: str) -> Any:
    """Return the tokenizer of a model; nothing is fetched.

    Raises:
        TokenizerAbsent: it is that of a known model and not in the hub's cache.
        RecipeError: it cannot be read.
    """
    if name == TINY:
        from training.tiny import tiny_tokenizer

        return tiny_tokenizer(positions=KNOWN[TINY].positions)
    from transformers import AutoTokenizer

    try:
        found = AutoTokenizer.from_pretrained(name, local_files_only=True)
    except (OSError, ValueError) as error:
        if name in KNOWN:
            raise TokenizerAbsent(f"model: {name} is not on this machine") from error
        raise RecipeError(f"model: the tokenizer of {name} cannot be read: {error}") from error
    if not found.is_fast:
        raise RecipeError(f"model: {name} has no tokenizer.json, and slow tokenizers are not used")
    return found
