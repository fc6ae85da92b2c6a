"""Replies held to a JSON schema by llguidance: at each step, the tokens that the schema allows.

The schema becomes a grammar over the tokenizer's own tokens. What the library cannot express it says, and the request
is refused; nothing is silently left out.
"""

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

COMPACT = {"whitespace_flexible": False}
"""One way to write each value: a small model would otherwise go on with blanks."""


class SchemaGrammars:
    """The grammars of one tokenizer."""

    def __init__(self, tokenizer: Any, vocabulary: int, ends: frozenset[int]) -> None:
        """Wrap a fast transformers tokenizer.

        Args:
            tokenizer: as transformers loads it.
            vocabulary: rows of the model's output, which may be more than the tokenizer's tokens.
            ends: tokens that end a reply.
        """
        from llguidance.hf import from_tokenizer  # pyright: ignore[reportMissingImports]

        self._tokenizer = from_tokenizer(tokenizer, n_vocab=vocabulary, eos_token=sorted(ends))

    def problem(self, schema_text: str) -> str:
        """Return why a schema cannot be held to; empty if it can."""
        from llguidance import LLMatcher  # pyright: ignore[reportMissingImports]

        try:
            grammar = LLMatcher.grammar_from_json_schema(schema_text, overrides=COMPACT)
        except ValueError as error:
            return str(error)
        wrong, messages = LLMatcher.validate_grammar_with_warnings(grammar, self._tokenizer)
        return "; ".join(messages) if wrong or messages else ""

    def constraint(self, schema_text: str) -> "SchemaConstraint":
        """Return what holds one reply to a schema that has no problem."""
        from llguidance import LLMatcher  # pyright: ignore[reportMissingImports]

        grammar = LLMatcher.grammar_from_json_schema(json.loads(schema_text), overrides=COMPACT)
        return SchemaConstraint(LLMatcher(self._tokenizer, grammar, log_level=0))


class SchemaConstraint:
    """One reply's place in its grammar."""

    def __init__(self, matcher: Any) -> None:
        """Begin before the first token."""
        self._matcher = matcher

    def allowed(self, vocabulary: int) -> NDArray[np.bool_]:
        """Return which tokens may come next."""
        from llguidance import numpy as masks  # pyright: ignore[reportMissingImports]

        bits = masks.allocate_token_bitmask(1, vocabulary)
        masks.fill_next_token_bitmask(self._matcher, bits)
        self._check()
        return np.unpackbits(bits.view(np.uint8), bitorder="little")[:vocabulary].astype(bool)

    def advance(self, token: int) -> bool:
        """Take a token; return whether the value is complete and nothing but the end may follow."""
        self._matcher.consume_token(token)
        self._check()
        return self._matcher.is_stopped()

    def _check(self) -> None:
        if self._matcher.is_error():
            raise RuntimeError(f"the schema's grammar failed: {self._matcher.get_error()}")
