"""What a reply is worth: a pure reading of a completion into one of the typed outcomes.

A reply that was cut, refused, empty, outside its schema or in another language is a rejection with a reason; it is
neither an exception nor a wrong answer.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from serving.calls import Completion, Reply, Status
from serving.structured import read_value
from warehouse.records import Record

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

REFUSAL = re.compile(
    r"\W*(?:(?:i['’]m|i am) (?:very )?sorry\W|i apologi[sz]e|as an ai\b|i (?:can['’]t|cannot|can not|won['’]t|will not|"
    r"am not able to|am unable to|['’]m unable to) (?:help|assist|provide|comply|answer|do|fulfil|create|discuss))",
    re.IGNORECASE,
)
LONGEST_REFUSAL = 600
"""Characters; a longer reply says something beside its apology."""
LANGUAGE_LETTERS = 80
"""Letters from which a language can be told."""
LOOKED_AT = 4_000
"""Characters that are looked at."""
UNLIKELY = 0.02
"""Probability of the language asked for under which a text is in another."""


@dataclass(frozen=True)
class Expected:
    """What a reply must be."""

    kind: type[Record] | None = None
    """Record that it must state as JSON; None for free text."""
    language: str = ""
    """ISO 639-1 code that longer free text must be in; empty for any."""


def outcome(completion: Completion, expected: Expected, *, stored: bool) -> Reply:
    """Return a completion as what its caller can do with it; `stored` says that it was in the ledger."""
    status, detail, value, repaired = _judge(completion, expected)
    return Reply(
        key=completion.key, status=status, detail=detail, completion=completion, value_json=value,
        repaired=repaired, stored=stored,
    )  # fmt: skip


def _judge(completion: Completion, expected: Expected) -> tuple[Status, str, str, bool]:
    text = completion.text.strip()
    if completion.refusal or completion.finish_reason == "content_filter":
        return "refused", (completion.refusal or "content filter")[:300], "", False
    if completion.finish_reason == "length":
        return "truncated", f"cut after {completion.completion_tokens} tokens", "", False
    if not text:
        return "empty", "the reply has no text", "", False
    if expected.kind is not None:
        read = read_value(text, expected.kind)
        if read.value_json:
            return "answered", "", read.value_json, read.repaired
        if _refuses(text):
            return "refused", text[:300], "", False
        return "wrong schema", read.error, "", False
    if _refuses(text):
        return "refused", text[:300], "", False
    if expected.language:
        found = _foreign(text, expected.language)
        if found:
            return "wrong language", f"{found} where {expected.language} was asked for", "", False
    return "answered", "", "", False


def _refuses(text: str) -> bool:
    return len(text) <= LONGEST_REFUSAL and REFUSAL.match(text) is not None


def _foreign(text: str, language: str) -> str:
    """Return the language that a text is surely in, empty where it may be the one asked for or is too short to tell."""
    if sum(letter.isalpha() for letter in text[:LOOKED_AT]) < LANGUAGE_LETTERS:
        return ""
    ranked = _identifier().rank(text[:LOOKED_AT])
    own = next((float(share) for name, share in ranked if name == language), 0.0)
    return ranked[0][0] if ranked[0][0] != language and own < UNLIKELY else ""


@cache
def _identifier() -> "LanguageIdentifier":
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
